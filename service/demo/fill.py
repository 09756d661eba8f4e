"""The demo's bank is made: people, versions of the procedure, complaints in the order in which they
came in, then each case as far as its story goes, what a visitor will look at first before the past.

Every step is a command of the product and leaves at once what it did; nothing is held open. A fill
that is stopped, or killed, goes on from what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from threading import Event

from service import cases
from service.demo import customer, people, progress, versions
from service.demo.player import Player, Stage, Stopped
from service.demo.stories import Story, read_stories
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor, list_accounts
from service.notifications import Mailer
from service.operations import read_notices
from service.operations.background import outbox_handler
from service.reporting import list_active
from service.vault import Vault

SECOND_RELEASED = timedelta(days=31)
"""So long ago the second version of the procedure was released."""
UNREAD = timedelta(hours=16)
"""What people were told before that, they have read."""
ASIDE = Story(
    id="aside",
    begins=timedelta(0),
    matter="card-fraud",
    customerName=None,
    language="en",
    channel="phone",
    product="",
    amount=None,
    text="",
)
"""What is done in emergencies, promises and improvements."""
END = "end"
"""The last of what is done: notices that were read."""
log = logging.getLogger("redress.demo")


Act = Callable[[], object]


class _Filling:
    """One run: who plays on which `stage`, and the root keys of the stories."""

    def __init__(self, stage: Stage, *, secret: str) -> None:
        self.stage, self.secret = stage, secret
        self.runtime, self.now = stage.runtime, stage.now
        self.roots: dict[str, int] = {}

    def register(self, stories: Iterable[Story]) -> None:
        """Register what is not there yet, in the order of receipt."""
        for story in stories:
            self.stage.check()
            at = self._start_of(story)
            self.roots[story.id] = customer.complain(
                self.runtime,
                self.stage.vault,
                story,
                secret=customer.make_secret(self.secret, story),
                now=at,
            )

    def _start_of(self, story: Story) -> datetime:
        """When it came in: at any hour on the portal and by mail, else in working time. The last
        days are taken as they are."""
        at = self.now - story.begins
        if story.channel in ("online", "email") or story.begins < timedelta(days=3):
            return at
        opened = self.runtime.profile.calendar.working_hours_after(at, 0.01)
        return min(opened, at + timedelta(days=3), self.now - timedelta(days=2))

    def tell(self, story: Story) -> None:
        """Play the story's case to where it stands."""
        other = ""
        if story.of:
            with self.runtime.database.read() as connection:
                other = customer.find_number(connection, story.of) or ""
        Player(self.stage, self.roots[story.id], story, other).play()

    def tell_aside(self) -> None:
        """Play the emergencies, promises and improvements that the stories have led to."""
        with self.runtime.database.read() as connection:
            active = list_active(connection)
            customers = cases.find_numbers(connection, active)
        for root_key in active:
            if root_key not in customers:
                Player(self.stage, root_key, ASIDE.model_copy(update={"id": str(root_key)})).play()


def total() -> int:
    """How many parts the bank has, as its progress counts them."""
    return len(read_stories()) + 1


def fill(
    runtime: Runtime,
    vault: Vault,
    mailer: Mailer,
    *,
    secret: str,
    now: datetime,
    only: Collection[str] | None = None,
    stop: Event | None = None,
    say: Callable[[int, str], None] = lambda done, what: log.info("%s: %s", done, what),
) -> bool:
    """Make what is not there yet of the demo's bank as it stands `now`; whether it is complete.
    `say` is told how many stories are told, and what was done last. `secret` is the service's key,
    of which the secrets of the customers are made. With `only` nothing but these stories is told,
    and no new version of the procedure is made.

    Raises StateConflict for a database that was promised none.
    """
    with runtime.database.read() as connection:
        if not progress.has_begun(connection):
            raise StateConflict(
                "expected a database that redress serve --demo has begun to fill, this one is not"
            )
        told = progress.list_told(connection)
    stories = [each for each in read_stories() if only is None or each.id in only]
    if END in told:
        return True
    stage = Stage(runtime, vault, outbox_handler(runtime, mailer), now, stop or Event())
    filling, done = _Filling(stage, secret=secret), len(told)
    try:
        for what, act in _chapters(filling, stories, told, versioned=only is None):
            stage.check()
            act()
            if what in filling.roots or what == END:
                _note(runtime, what)
                done += 1
            say(done, what)
    except Stopped:
        return False
    return True


def _note(runtime: Runtime, story: str) -> None:
    with runtime.database.transaction() as connection:
        progress.note_told(connection, story)


def _chapters(
    filling: _Filling, stories: Sequence[Story], told: frozenset[str], *, versioned: bool
) -> Iterator[tuple[str, Act]]:
    """What is done in turn, each with its name: that of its story, where it is one."""
    runtime, now = filling.runtime, filling.now
    released = now - SECOND_RELEASED
    old = [each for each in stories if each.begins > SECOND_RELEASED]
    new = [each for each in stories if each.begins <= SECOND_RELEASED]
    yield "people", lambda: people.settle(runtime, now=now - people.AGE)
    yield "absences", lambda: people.send_away(runtime, now=now)
    yield "complaints of the past", lambda: filling.register(old)
    if versioned:
        yield "the second version", lambda: versions.release_second(runtime, now=released)
    yield "complaints of today", lambda: filling.register(new)
    for each in stories[::-1]:
        if each.id not in told and each.is_open:
            yield each.id, partial(filling.tell, each)
    yield "emergencies", filling.tell_aside
    if versioned:
        yield "the third version", lambda: versions.submit_third(runtime, now=now)
    for each in stories[::-1]:
        if each.id not in told and not each.is_open:
            yield each.id, partial(filling.tell, each)
    yield "promises and improvements", filling.tell_aside
    yield END, lambda: _read(runtime, now - UNREAD)


def _read(runtime: Runtime, now: datetime) -> None:
    """People have read what they were told until then."""
    with runtime.database.read() as connection:
        names = [each.name for each in list_accounts(connection)]
    for name in names:
        read_notices(runtime, actor=Actor(name), now=now, until=now)
