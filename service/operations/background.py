"""What happens without a person: timers fire, the outbox is delivered. Handlers for
`service.jobs.Worker`."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from service import jobs, letters
from service.clock import Clock
from service.engine import EngineError
from service.errors import InvalidInput, NotFound, RedressError, StateConflict
from service.execution import Outcome, Runtime, execute, firing, on_case, retry
from service.identity import CLOCK, SYSTEM
from service.jobs import Due, Worker
from service.notifications import Mailer
from service.operations.messages import send_message
from service.operations.review_bundle import release_due_bundles
from service.operations.signals import broadcast_signal
from service.operations.start_events import fire_due_starts
from service.operations.tell_deadlines import make_deadline_chore
from service.operations.tidy_drafts import make_tidy_chore
from service.operations.work_migrations import work_migrations

MAX_ATTEMPTS = 8
Link = Callable[[int, datetime], str | None]
"""The address at which a customer follows the case of that root key; None for one that no customer
follows."""
log = logging.getLogger("redress.background")


def make_worker(
    runtime: Runtime, mailer: Mailer, clock: Clock, *, link: Link | None = None
) -> Worker:
    """A worker that does this product's background work. `link` is the portal's, for mail to
    customers."""
    chores = (
        partial(_start_due, runtime),
        partial(_expire, runtime),
        partial(_release_due, runtime),
        partial(_migrate, runtime),
        make_deadline_chore(runtime),
        make_tidy_chore(runtime),
    )
    return Worker(
        runtime.database,
        clock,
        timer_handler(runtime),
        outbox_handler(runtime, mailer, link),
        chores,
    )


def _start_due(runtime: Runtime, now: datetime) -> int:
    return fire_due_starts(runtime, now=now)


def _release_due(runtime: Runtime, now: datetime) -> int:
    return release_due_bundles(runtime, now=now)


def _migrate(runtime: Runtime, now: datetime) -> int:
    return work_migrations(runtime, now=now)


def _expire(runtime: Runtime, now: datetime) -> int:
    """Forget messages whose time is over."""
    with runtime.database.read() as connection:
        if not jobs.has_expired(connection, now=now):
            return 0
    with runtime.database.transaction() as connection:
        return jobs.drop_expired(connection, now=now)


def fire_timer(runtime: Runtime, key: int, *, now: datetime) -> Outcome | None:
    """Fire a timer that is due; None when it is gone already."""

    try:
        return execute(runtime, on_case(key, firing(key), actor=CLOCK), now=now)
    except (NotFound, StateConflict):
        return None


def timer_handler(runtime: Runtime) -> Callable[[Due, datetime], None]:
    """Fire it; what cannot fire has an incident and is tried again later and later, never in a
    spin."""

    def handle(due: Due, now: datetime) -> None:
        try:
            fire_timer(runtime, due.key, now=now)
        except EngineError as error:
            log.warning("timer %s cannot fire: %s", due.key, error.code)
            with runtime.database.transaction() as connection:
                jobs.put_back_timer(connection, due, run_at=now + backoff(due.attempts))

    return handle


def outbox_handler(
    runtime: Runtime, mailer: Mailer, link: Link | None = None
) -> Callable[[Due, datetime], None]:
    """Deliver it; after the last attempt it is dead, with an incident."""

    def handle(due: Due, now: datetime) -> None:
        try:
            if due.kind == "signal":
                _broadcast(runtime, due, now)
            elif due.kind == "message":
                _deliver_message(runtime, due, now)
            else:
                mailer.deliver(due.key, due.payload or {}, now=now, footer=_footer(due, link, now))
        except (OSError, smtplib.SMTPException, RedressError) as error:
            last = due.attempts >= MAX_ATTEMPTS or is_final(error)
            _failed(runtime, due, now, f"{type(error).__name__}: {error}", dead=last)
            return
        # it has left the house: not to note that would send it again
        retry(lambda: _delivered(runtime, due, now), once=True, conflicts=())

    return handle


def _footer(due: Due, link: Link | None, now: datetime) -> str:
    """The way to the portal. It opens the case, so it is not kept with the letter: staff would have
    it too."""
    language = str((due.payload or {}).get("customer") or "")
    address = link(due.root_key, now) if link and language else None
    if not address:
        return ""
    return letters.write_letter(
        "portal-link", language=language, recipient="", facts={"link": address}
    ).body


def _delivered(runtime: Runtime, due: Due, now: datetime) -> None:
    with runtime.database.transaction() as connection:
        jobs.end_outbox(connection, due, state="delivered", now=now)
        if due.kind == "mail":
            letters.mark_sent(connection, due.payload or {}, now=now)


def _broadcast(runtime: Runtime, due: Due, now: datetime) -> None:
    payload = due.payload or {}
    broadcast_signal(
        runtime,
        payload["name"],
        payload["variables"],
        actor=SYSTEM,
        now=now,
        thrown_by=due.root_key,
        cause=due.key,
    )


def _deliver_message(runtime: Runtime, due: Due, now: datetime) -> None:
    """A message for another case; it is news, so one that nobody waits for any more is let go."""
    payload = due.payload or {}
    try:
        send_message(
            runtime, payload["name"], payload["key"], payload["variables"], actor=SYSTEM, now=now
        )
    except NotFound:
        log.info("nobody waits for the message %s any more", payload["name"])


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 10 s, doubled each time, at most six hours."""
    return min(timedelta(seconds=10 * 2 ** min(attempts, 12)), timedelta(hours=6))


def is_final(error: Exception) -> bool:
    """Whether trying again cannot help: the mail server knows no such receiver, or the address is
    none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return isinstance(error, InvalidInput)


def _failed(runtime: Runtime, due: Due, now: datetime, error: str, *, dead: bool) -> None:
    with runtime.database.transaction() as connection:
        jobs.end_outbox(
            connection,
            due,
            state="dead" if dead else "waiting",
            now=now,
            run_at=now + backoff(due.attempts),
            error=error,
        )
        if dead and due.kind == "mail":
            letters.mark_unsent(connection, due.payload or {}, now=now)
        if dead:
            jobs.raise_incident(
                connection,
                root_key=due.root_key,
                key=due.key,
                kind="undeliverable",
                element_id="",
                message=error.split(":")[0],
                now=now,
                subject_key=due.key,
            )
