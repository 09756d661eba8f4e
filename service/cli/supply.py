"""Open tasks of the shipped procedure for a measurement, each with somebody who may do it and a valid answer."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from service import identity, operations, tasks
from service.cli.people import answer, performer
from service.cli.recorded import new_complaint
from service.clock import SystemClock
from service.identity import SYSTEM, Actor
from service.operations import Runtime
from service.tasks import UserTask
from service.tasks.tables import user_task

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
    """Cases of one measurement. It makes as many as are asked for, and finds what is open in them."""

    runtime: Runtime
    roots: set[int] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - no secret

    def take(self, count: int) -> list[Doing]:
        """One open task of each of `count` cases; new cases are registered where there are too few."""
        found = self._open()
        for _ in range(count - len(found)):
            now = SystemClock().now()
            done = operations.register_complaint(self.runtime, new_complaint(now), actor=SYSTEM, now=now)
            self.roots.add(done.root_key)
        if len(found) < count:
            found = self._open()
        chosen = self.chance.sample(sorted(found), count)
        return [self._doing(found[root]) for root in chosen]

    def token_of(self, actor: Actor) -> str:
        """An API token of an account like the actor."""
        name = actor.name
        if name not in self.tokens:
            now = SystemClock().now()
            with self.runtime.database.transaction() as connection:
                identity.create_account(connection, name, None, sorted(actor.groups), now=now)
                self.tokens[name] = identity.create_token(connection, name, now=now)
        return self.tokens[name]

    def _open(self) -> dict[int, UserTask]:
        query = sa.select(user_task).where(user_task.c.state == "open").order_by(user_task.c.key.desc())
        with self.runtime.database.read() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings() if row["root_key"] in self.roots]
        return {row["root_key"]: UserTask.of(row) for row in rows}

    def _doing(self, task: UserTask) -> Doing:
        with self.runtime.database.read() as connection:
            performers = tasks.list_performers(connection, task.root_key, task.excluded)
            form = self.runtime.bundles.get(connection, task.bundle_key).forms.get(task.form_id or "")
        filled = answer(task, form, self.chance, SystemClock().now().date())
        return Doing(task, performer(task, performers, self.chance), filled)
