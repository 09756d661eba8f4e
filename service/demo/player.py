"""One case of the demo is driven from where it stands to where its story leaves it: one thing after
another, each at its time, through the product's own operations.

What happens next is worked out from what is stored, so a drive that was stopped goes on as if it
had not been.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from threading import Event

from service import audit, cases, jobs, letters, operations, tasks
from service.cases import Complaint
from service.db import Connection
from service.demo import customer
from service.demo.cast import choose, time_of
from service.demo.files import draw
from service.demo.script import SCRIPT, Scene
from service.demo.stories import Happening, Story
from service.errors import RedressError
from service.execution import Runtime
from service.identity import get_account
from service.jobs import Due
from service.players.people import barred
from service.reporting import Standing, get_standing
from service.tasks import TaskState, UserTask
from service.vault import Vault

MOST_STEPS = 400
POST_TAKES, READ_TAKES = timedelta(hours=5), timedelta(hours=22)
"""Until a printed letter is posted; until a customer has read the outcome and says something."""
LATEST = timedelta(minutes=4)
"""Nothing that people do is later than that before the demo is made."""
CALLED = timedelta(minutes=40)
"""So long ago was the first call of a story whose customer does not answer."""
CATCH_UP = 0.12
"""What would be in the future happens after this part of the time that is left instead: every story
comes to its end, on whichever day and hour the demo is made."""
PROPOSE = "propose-solution"
DECIDED = frozenset({PROPOSE, "approve-solution", "approve-by-committee"})
log = logging.getLogger("redress.demo")
Act = Callable[[datetime], object]


class Stopped(Exception):
    """Somebody has asked the players to stop."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the players act on; `now` is when the demo is made. Once `stop` is set nothing is begun
    any more."""

    runtime: Runtime
    vault: Vault
    deliver: Callable[[Due, datetime], None]
    now: datetime
    stop: Event

    def check(self) -> None:
        """Raises Stopped."""
        if self.stop.is_set():
            raise Stopped


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that can happen next."""

    at: datetime
    act: Act


@dataclass(frozen=True, slots=True)
class _Case:
    """The case as it is stored now."""

    standing: Standing
    complaint: Complaint | None
    done: tuple[UserTask, ...]
    clock: datetime

    @property
    def times(self) -> Counter[str]:
        """How often each task was done."""
        return Counter(each.element_id for each in self.done)


@dataclass(frozen=True, slots=True)
class Player:
    """Plays one case. In one that is no complaint (an emergency, a promise, an improvement) nothing
    is hurried: what is not due yet stays open."""

    stage: Stage
    root_key: int
    story: Story
    other: str = ""

    def play(self) -> None:
        """Let everything happen that lies in the past. What the procedure refuses ends it, and is
        logged. Raises Stopped."""
        for _ in range(MOST_STEPS):
            self.stage.check()
            case = self._look()
            if case.clock > self.stage.now:
                log.info("case %s has been taken up by a visitor", self.root_key)
                return
            self._send(case.clock)
            coming = [each for each in self._moments(case) if each.at <= self.stage.now]
            if not coming:
                return
            first = min(coming, key=lambda each: each.at)
            try:
                first.act(max(first.at, case.clock))
            except RedressError as error:
                log.warning("story %s stops: %s %s", self.story.id, error.message, _fields(error))
                return
        log.warning("story %s does not end", self.story.id)

    def _look(self) -> _Case:
        with self.stage.runtime.database.read() as connection:
            every = tasks.list_case_tasks(connection, self.root_key)
            at = audit.find_last_at(connection, self.root_key)
            return _Case(
                get_standing(connection, self.root_key),
                cases.find_complaint(connection, self.root_key),
                tuple(each for each in every if each.state is TaskState.COMPLETED),
                at or self.stage.now - self.story.begins,
            )

    def _send(self, at: datetime) -> None:
        """Let leave what waits to be sent."""
        with self.stage.runtime.database.read() as connection:
            waiting = jobs.list_due_outbox(connection, self.root_key, now=at)
        for due in waiting:
            self.stage.deliver(due, at)

    def _moments(self, case: _Case) -> Iterator[Moment]:
        yield from self._posted()
        yield from self._happenings(case)
        if case.standing.state != "active":
            return
        for due, key in case.standing.timers:
            yield Moment(due, partial(self._fire, key))
        for task in case.standing.tasks:
            yield from self._task(case, task)
        if case.complaint is not None:
            yield from self._customer(case, case.complaint)

    def _fire(self, key: int, at: datetime) -> None:
        operations.fire_timer(self.stage.runtime, key, now=at)

    def _task(self, case: _Case, task: UserTask) -> Iterator[Moment]:
        times = case.times
        turn = times[task.element_id]
        calls = task.element_id == "first-contact" and turn < self.story.calls
        if task.element_id not in SCRIPT or (not calls and self._is_left(task.element_id, times)):
            return
        chance = Random(f"{self.story.id}:{task.element_id}:{turn}")  # noqa: S311 - a script
        calendar = self.stage.runtime.profile.calendar
        at = time_of(task, calendar, chance, pace=self.story.pace, turn=turn)
        if calls:
            at = self.stage.now - CALLED
        if case.complaint is not None:
            at = self._hurry(case, at)
        yield Moment(at, partial(self._complete, task, times, chance))

    def _is_left(self, element: str, times: Counter[str]) -> bool:
        """Whether the story leaves it open."""
        rounds = times[PROPOSE] if element == PROPOSE else times[PROPOSE] - 1
        if element == "record-offer-answer" and self._answers_offer(max(rounds, 0)):
            return True
        if element == "ask-customer":
            said = self.story.decision(max(rounds, 0)).customer
            if said.silent or said.waits:
                return True
        return element in self.story.stop or (
            element in self.story.stop2 and element in DECIDED and rounds > 0
        )

    def _complete(self, task: UserTask, times: Counter[str], chance: Random, at: datetime) -> None:
        element = task.element_id
        today = self.stage.runtime.profile.calendar.local_day(at)
        rounds = times[PROPOSE] if element == PROPOSE else max(0, times[PROPOSE] - 1)
        scene = Scene(self.story, today, times[element], rounds, self.other)
        filled = SCRIPT[element](scene)
        with self.stage.runtime.database.read() as connection:
            performers = barred(connection, task)
            first = self.story.investigator
            actor = choose(connection, task, performers, chance, first=first)
        operations.complete_task(self.stage.runtime, task.key, filled, actor=actor, now=at)

    def _hurry(self, case: _Case, at: datetime) -> datetime:
        """That time, or an earlier one where it would be in the future."""
        last = self.stage.now - LATEST
        if at <= last:
            return at
        return case.clock + max((last - case.clock) * CATCH_UP, timedelta(seconds=5))

    def _customer(self, case: _Case, complaint: Complaint) -> Iterator[Moment]:
        runtime, number, waits = self.stage.runtime, complaint.number, case.standing.messages
        if self.story.withdraw and "complaint-withdrawn" in waits:
            at = complaint.registered_at + timedelta(hours=self.story.withdrawn_after)
            act = partial(_at, customer.withdraw, runtime, number, self.story)
            yield Moment(self._hurry(case, at), act)
        if self.story.reply is not None and operations.INFORMATION in waits:
            asked = case.clock + timedelta(hours=self.story.reply.hours)
            act = partial(
                _at,
                customer.answer_question,
                runtime,
                self.stage.vault,
                self.root_key,
                self.story.reply,
            )
            yield Moment(self._hurry(case, asked), act)
        turn = max(0, case.times[PROPOSE] - 1)
        said = self.story.decision(turn).customer
        if self._answers_offer(turn) and cases.OFFER_ANSWER in waits:
            act = partial(_at, customer.answer_offer, runtime, number, self.story, turn)
            yield Moment(self._hurry(case, case.clock + READ_TAKES), act)
        says = self.story.on_portal and not (said.silent or said.waits or said.phone)
        if says and "customer-answer" in waits:
            act = partial(_at, customer.answer_outcome, runtime, number, self.story, turn)
            yield Moment(self._hurry(case, case.clock + READ_TAKES), act)

    def _answers_offer(self, turn: int) -> bool:
        """Whether the customer answers an offer on the portal: also one who says nothing of the
        outcome then."""
        return self.story.on_portal and not self.story.decision(turn).customer.phone

    def _posted(self) -> Iterator[Moment]:
        """Letters on paper are posted by a clerk."""
        with self.stage.runtime.database.read() as connection:
            filed = letters.list_letters(connection, self.root_key)
        for row in filed:
            if row["delivery"] == "print":
                act = partial(self._post, row["key"])
                yield Moment(row["written_at"] + POST_TAKES, act)

    def _post(self, key: int, at: datetime) -> None:
        actor = customer.clerk_of(self.story)
        operations.finish_letter(self.stage.runtime, key, actor=actor, now=at)

    def _happenings(self, case: _Case) -> Iterator[Moment]:
        for each in self.story.happen:
            ended = next((t.ended_at for t in case.done if t.element_id == each.after), None)
            if ended is None:
                continue
            at = self._hurry(case, ended + timedelta(hours=each.hours))
            with self.stage.runtime.database.read() as connection:
                if _is_there(connection, self.root_key, each):
                    continue
            yield Moment(at, partial(self._happen, each))

    def _happen(self, each: Happening, at: datetime) -> None:
        runtime = self.stage.runtime
        with runtime.database.read() as connection:
            actor = get_account(connection, each.by).actor
        if each.do == "comment":
            operations.comment_case(runtime, self.root_key, each.text, actor=actor, now=at)
            return
        file = draw(
            self.stage.vault, each.name, kind=each.kind, source="desk", text=self.story.text
        )
        operations.add_evidence(runtime, self.root_key, [file], actor=actor, now=at)


def _at(act: Callable[..., object], *args: object) -> None:
    """Call with the last argument as the time."""
    *given, at = args
    act(*given, now=at)


def _is_there(connection: Connection, root_key: int, each: Happening) -> bool:
    if each.do == "comment":
        said = cases.list_comments(connection, root_key)
        return any(comment.body == each.text for comment in said)
    stem = each.name.partition(".")[0]
    filed = cases.list_evidence(connection, root_key)
    return any(file.name.partition(".")[0] == stem for file in filed)


def _fields(error: RedressError) -> str:
    found = getattr(error, "errors", ())
    return "; ".join(f"{each.pointer} {each.message}" for each in found)
