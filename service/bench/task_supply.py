"""Open tasks of the shipped procedure for a measurement, each with somebody who may do it and a
valid answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from service import identity, operations, tasks
from service.bench.recording import new_complaint
from service.clock import SystemClock
from service.execution import Runtime
from service.identity import SYSTEM, Actor
from service.players.people import answer, performer
from service.tasks import UserTask

SEED = "redress"


@dataclass(frozen=True, slots=True)
class Doing:
    """A task with who does it and what they answer."""

    task: UserTask
    actor: Actor
    answer: Mapping[str, Any]

    @property
    def body(self) -> bytes:
        return orjson.dumps({"variables": self.answer})


@dataclass(slots=True)
class Supply:
    """Cases of one measurement. It makes as many as are asked for, and finds what is open in them.
    With `most_steps` each is moved on by up to so many tasks first, so that there are cases of
    every age, as in a bank."""

    runtime: Runtime
    most_steps: int = 0
    roots: list[int] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - no secret

    def take(self, count: int) -> list[Doing]:
        """One open task of each of `count` cases; new cases are registered where there are too
        few."""
        found = self._open(count)
        while len(found) < count:
            found += self._new()
        return [self._doing(task) for task in found]

    def token_of(self, actor: Actor) -> str:
        """An API token of an account like the actor."""
        name = actor.name
        if name not in self.tokens:
            now = SystemClock().now()
            with self.runtime.database.transaction() as connection:
                identity.create_account(connection, name, None, sorted(actor.groups), now=now)
                self.tokens[name] = identity.create_token(connection, name, now=now)
        return self.tokens[name]

    def _open(self, count: int) -> list[UserTask]:
        """The first open task of up to `count` of the cases, beginning at another one each time."""
        self.chance.shuffle(self.roots)
        found: list[UserTask] = []
        for root_key in self.roots:
            if len(found) == count:
                break
            found += self._first_of(root_key)
        return found

    def _new(self) -> list[UserTask]:
        """The first open task of a new case; none where it came to its end."""
        now = SystemClock().now()
        root_key = operations.register_complaint(
            self.runtime, new_complaint(now), actor=SYSTEM, now=now
        ).root_key
        first = self._first_of(root_key)
        for _ in range(self.chance.randint(0, self.most_steps)):
            if not first:
                return []
            doing, now = self._doing(first[0]), SystemClock().now()
            operations.complete_task(
                self.runtime, doing.task.key, doing.answer, actor=doing.actor, now=now
            )
            first = self._first_of(root_key)
        self.roots.append(root_key)
        return first

    def _first_of(self, root_key: int) -> list[UserTask]:
        with self.runtime.database.read() as connection:
            return tasks.list_open_tasks(connection, root_key)[:1]

    def _doing(self, task: UserTask) -> Doing:
        with self.runtime.database.read() as connection:
            performers = tasks.list_performers(connection, task.root_key, task.excluded)
            form = self.runtime.bundles.get(connection, task.bundle_key).forms.get(
                task.form_id or ""
            )
        filled = answer(task, form, self.chance, SystemClock().now().date())
        return Doing(task, performer(task, performers, self.chance), filled)
