"""Play a drill: on a database of its own, with the procedure's own definitions, services, timers
and outbox.

Nothing of it reaches a customer or the bank's cases. The players are scripted: they do each task
that the definitions give them after their time of reaction, and sooner where its deadline presses,
as its list and its alarm show them; so what is tried is the plan, not the people.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import sqlalchemy as sa

from service import cases, definitions, operations, tasks
from service.clock import VirtualClock
from service.db import Database, migrate
from service.drills.model import Complaints, Drill, Inject
from service.errors import RedressError
from service.execution import Runtime
from service.identity import DIRECTOR, SYSTEM
from service.intake import parse_complaint
from service.jobs import Worker, next_timer_at
from service.notifications import Mailer
from service.operations import make_worker
from service.players.people import answer, barred, performer
from service.sentence import Sentence
from service.tasks import UserTask
from service.tasks.tables import user_task

REACTION = timedelta(minutes=10)
PRESSING = timedelta(hours=1)
"""A task that gives no more time than this is pressing: it is done within a third of that time."""
MOST_STEPS = 20_000
FACTS = "assess-facts"
"""The task whose player sees what is so: the facts that the inject gave its complaint."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Happened:
    """An inject as it was made: when it was planned for, and when it was."""

    inject: Inject
    at: datetime
    numbers: tuple[str, ...] = ()
    emergency: str = ""


@dataclass(slots=True)
class Course:
    """A drill that was held. The record is in `runtime`'s database, which goes when the drill is
    over."""

    drill: Drill
    runtime: Runtime
    happened: list[Happened] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    stuck: dict[str, str] = field(default_factory=dict)
    ended_at: datetime | None = None


def hold_drill(
    drill: Drill, files: Mapping[str, bytes], policy: str, judge: Callable[[Course], T]
) -> T:
    """Play the drill on these definitions; what `judge` finds in its record, before that goes.

    Raises InvalidInput for a complaint that cannot be one, RedressError when the definitions cannot
    run.
    """
    with TemporaryDirectory(prefix="redress-drill-") as folder:
        database = Database(f"sqlite:///{folder}/drill.db")
        try:
            migrate(database)
            runtime = Runtime.open(database, policy=policy)
            _release(runtime, files, drill.at)
            course = Course(drill, runtime)
            _Exercise(course, Path(folder)).play()
            return judge(course)
        finally:
            database.dispose()


def _release(runtime: Runtime, files: Mapping[str, bytes], now: datetime) -> None:
    spare = [runtime.keys.root_key() for _ in range(100)]
    with runtime.database.transaction() as connection:
        made = definitions.deploy(
            connection, dict(files), name="drill", actor=SYSTEM.name, now=now, next_key=spare.pop
        )
        definitions.release(connection, made.bundle_key, actor=SYSTEM.name, now=now)


class _Exercise:
    def __init__(self, course: Course, folder: Path) -> None:
        self.course, self.drill, self.runtime = course, course.drill, course.runtime
        self.clock = VirtualClock(self.drill.at)
        self.chance = random.Random(self.drill.name)  # noqa: S311 - scripted people, no secret
        self.facts: defaultdict[int, Mapping[str, Any]] = defaultdict(dict)
        self.times: Counter[tuple[int, str]] = Counter()
        mailer = Mailer(None, "drill@bank.invalid", folder / "mail")
        self.worker: Worker = make_worker(self.runtime, mailer, self.clock)
        self.coming = sorted(_spread(self.drill), key=lambda each: each[0])

    def play(self) -> None:
        """Let one thing after another happen: what comes from outside, timers, and what players
        do."""
        for _ in range(MOST_STEPS):
            task, at = self._next_task()
            with self.runtime.database.read() as connection:
                timer = next_timer_at(connection)
            inject = self.coming[0][0] if self.coming else None
            moments = [each for each in (at, timer, inject) if each is not None]
            if not moments or min(moments) > self.drill.ends_at:
                break
            self.clock.move_to(max(self.clock.now(), min(moments)))
            if self._is_due(inject):
                self._inject(*self.coming.pop(0)[1:])
            elif task is not None and self._is_due(at):
                self._do(task)
            self.worker.run_once()
        self.course.ended_at = self.clock.now()

    def _is_due(self, at: datetime | None) -> bool:
        return at is not None and at <= self.clock.now()

    def _next_task(self) -> tuple[UserTask | None, datetime | None]:
        query = sa.select(
            user_task.c.key, user_task.c.element_id, user_task.c.created_at, user_task.c.due_at
        ).where(user_task.c.state == "open")
        with self.runtime.database.read() as connection:
            found = [
                (row.created_at + self._reaction(row), row.key)
                for row in connection.execute(query)
                if str(row.key) not in self.course.stuck
            ]
            if not found:
                return None, None
            at, key = min(found)
            return tasks.get_task(connection, key), at

    def _reaction(self, task: Any) -> timedelta:
        """How long the player takes for a task, by `element_id`, `created_at`, `due_at`."""
        usual = self.drill.reaction
        takes = usual.get(task.element_id, usual.get("*", REACTION))
        given = PRESSING if task.due_at is None else task.due_at - task.created_at
        return min(takes, given / 3) if timedelta(0) < given <= PRESSING else takes

    def _do(self, task: UserTask) -> None:
        """A player does the task. What the procedure refuses is a finding, and the task stays
        open."""
        now = self.clock.now()
        with self.runtime.database.read() as connection:
            performers = barred(connection, task)
            form = self.runtime.bundles.get(connection, task.bundle_key).forms.get(
                task.form_id or ""
            )
        filled = {**answer(task, form, self.chance, now.date()), **self._own_answer(task)}
        if task.element_id == FACTS and form is not None:
            filled |= {
                name: known
                for name, known in self.facts[task.root_key].items()
                if name in _fields(form)
            }
        actor = performer(task, performers, self.chance)
        try:
            operations.complete_task(self.runtime, task.key, filled, actor=actor, now=now)
        except RedressError as error:
            self.course.stuck[str(task.key)] = Sentence(
                "{name} ({element}) could not be done: {problem}",
                name=task.name,
                element=task.element_id,
                problem=error.message,
            )
        else:
            self.course.done[task.element_id] += 1

    def _own_answer(self, task: UserTask) -> Mapping[str, Any]:
        known = self.drill.answers.get(task.element_id, {})
        many = known if isinstance(known, list) else [known]
        turn = self.times[task.root_key, task.element_id]
        self.times[task.root_key, task.element_id] += 1
        return many[min(turn, len(many) - 1)]

    def _inject(self, inject: Inject, first: int, count: int) -> None:
        now = self.clock.now()
        wished = inject.complaints
        numbers = (
            tuple(self._complain(wished, first + each) for each in range(count)) if wished else ()
        )
        emergency = ""
        if inject.emergency is not None:
            wanted = inject.emergency
            emergency = operations.declare_emergency(
                self.runtime, [], level=wanted.level, cause=wanted.cause, actor=DIRECTOR, now=now
            ).number
        self.course.happened.append(Happened(inject, now, numbers, emergency))

    def _complain(self, wanted: Complaints, number: int) -> str:
        now = self.clock.now()
        given = {
            "customerName": f"Role player {number}",
            "contact": {"email": f"player-{number}@exercise.invalid"},
            "channel": "phone",
            "language": "en",
            "content": wanted.content.replace("{n}", str(number)),
            **wanted.facts,
        }
        new = parse_complaint(given, now=now, currency=self.runtime.profile.currency)
        made = operations.register_complaint(self.runtime, new, actor=DIRECTOR, now=now)
        self.facts[made.root_key] = wanted.facts
        open_ones = [each for each in emergencies_of(self.course) if each.status == "open"]
        if wanted.belongs == "by hand" and open_ones:
            operations.link_emergency(
                self.runtime, made.number, open_ones[0].number, actor=DIRECTOR, now=now
            )
        return made.number


def _spread(drill: Drill) -> list[tuple[datetime, Inject, int, int]]:
    """The injects by their moment; complaints one by one over the time within which they come."""
    found: list[tuple[datetime, Inject, int, int]] = []
    number = 1
    for inject in drill.injects:
        at, wanted = drill.at + inject.after, inject.complaints
        if wanted is None:
            found.append((at, inject, 0, 0))
            continue
        for each in range(wanted.number):
            found.append((at + wanted.within * each / wanted.number, inject, number, 1))
            number += 1
    return found


def _fields(form: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = form["schema"].get("properties", {})
    return found


def emergencies_of(course: Course) -> list[cases.Emergency]:
    """The emergencies that the drill brought about, oldest first."""
    with course.runtime.database.read() as connection:
        return cases.list_emergencies(connection)[::-1]
