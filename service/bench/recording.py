"""A case of the shipped procedure, recorded: every user task's state and completion, to be played
again and again."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType

from service import cases, definitions, operations, tasks
from service.builtins import CaseView, host_of
from service.cases import NewComplaint
from service.db import Database, migrate
from service.engine import Bundle, Host
from service.engine.commands import CompleteTask
from service.errors import RedressError
from service.execution import Runtime, get_instance
from service.identity import SYSTEM
from service.players.people import answer, performer

SEED = "redress"
MAX_STEPS = 200


@dataclass(frozen=True, slots=True)
class Recorded:
    """The steps of a case: the state before, the command, the time, and what the case lends to the
    engine."""

    bundle: Bundle
    steps: list[tuple[bytes, CompleteTask, datetime, Host]]


def record_case(now: datetime) -> Recorded:
    """Drive one complaint to its end in a database of its own, for a moment."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'recorded.db'}")
        migrate(database)
        try:
            return _record(prepare_runtime(database, now), now)
        finally:
            database.dispose()


def prepare_runtime(
    database: Database, now: datetime, more: Mapping[str, bytes] = MappingProxyType({})
) -> Runtime:
    """A runtime in which the shipped procedure is released, with `more` files beside it."""
    files = {**definitions.shipped_files(), **more}
    runtime = Runtime.open(database)
    keys = [runtime.keys.root_key() for _ in range(200)]
    with database.transaction() as connection:
        done = definitions.deploy(
            connection, files, name="procedure", actor="bench", now=now, next_key=keys.pop
        )
        definitions.release(connection, done.bundle_key, actor="bench", now=now)
    return runtime


def new_complaint(now: datetime) -> NewComplaint:
    """What every measured case begins with."""
    return NewComplaint(
        "Owen Gray", None, None, "1 Harbour Road", "branch", "Charged twice.", now, language="en"
    )


def _record(runtime: Runtime, now: datetime) -> Recorded:
    chance = random.Random(SEED)  # noqa: S311 - scripted people, no secret
    root_key = operations.register_complaint(
        runtime, new_complaint(now), actor=SYSTEM, now=now
    ).root_key
    steps: list[tuple[bytes, CompleteTask, datetime, Host]] = []
    for _ in range(MAX_STEPS):
        now += timedelta(minutes=5)
        with runtime.database.read() as connection:
            instance = get_instance(connection, root_key)
            found = tasks.list_open_tasks(connection, root_key)
            if not found or instance.engine_state is None:
                break
            bundle = runtime.bundles.get(connection, instance.bundle_key)
            performers = tasks.list_performers(connection, root_key, found[0].excluded)
            clocks = cases.list_deadlines(connection, root_key)
            view = CaseView(
                cases.find_complaint(connection, root_key),
                runtime.profile,
                now,
                partial(tuple, clocks),
            )
        task = found[0]
        filled = answer(task, bundle.forms.get(task.form_id or ""), chance, now.date())
        steps.append(
            (instance.engine_state, CompleteTask(task.engine_id, filled), now, host_of(view))
        )
        actor = performer(task, performers, chance)
        operations.complete_task(runtime, task.key, filled, actor=actor, now=now)
    if len(steps) < 8:
        raise RedressError(
            "expected a case of the shipped procedure with 8 user tasks at least, got {count}",
            count=len(steps),
        )
    return Recorded(bundle, steps)
