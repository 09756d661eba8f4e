"""The first step of a root instance, inside a transaction that is open: its row, and the engine's
step that is then written as any other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.audit import START
from service.builtins import (
    AlarmEffect,
    CaseView,
    FollowEffect,
    LetterEffect,
    SpikeEffect,
    host_of,
)
from service.db import CHILD_BITS, Connection, Prepared, take
from service.definitions import ProcessVersion, find_released
from service.engine import advance_together
from service.engine.commands import Start
from service.errors import NotFound
from service.execution.apply import Part
from service.execution.moved import Moved
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import Actor
from service.instances import Instance, InstanceKind
from service.instances.tables import process_instance

_COLUMNS = (
    "root_key",
    "version",
    "next_child",
    "state",
    "process_definition_key",
    "bundle_key",
    "business_key",
    "holds_key",
    "kind",
    "started_at",
)
_INSERT = Prepared(sa.insert(process_instance), columns=_COLUMNS)
TELLING = (LetterEffect, AlarmEffect, SpikeEffect, FollowEffect)
"""What tells somebody of a case, or starts something of its own."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """An instance that is to be started. `plan.command` is its `Start`, whose variables are those
    that it starts with."""

    process: ProcessVersion
    root_key: int
    plan: Plan
    view: CaseView
    actor: Actor
    kind: InstanceKind = InstanceKind.PROCESS
    business_key: str | None = None
    holds_key: bool = False
    quiet: bool = False
    """Whether what its first step would tell anybody is left unsaid."""


def released(connection: Connection, process_id: str) -> ProcessVersion:
    """The released version of a process. Raises NotFound."""
    process = find_released(connection, process_id)
    if process is None:
        raise NotFound(
            "No version of the process {process_id!r} is released; deploy and release one first.",
            process_id=process_id,
        )
    return process


def keep_keys(runtime: Runtime) -> None:
    """Before a transaction that may begin processes. SQLite takes its keys in the transaction
    itself."""
    if runtime.database.dialect != "sqlite":
        runtime.keys.reserve()


def new_root_key(connection: Connection, runtime: Runtime) -> int:
    """A fresh root key. SQLite has one writer: a block taken beside this transaction would wait for
    its end and block it."""
    return (
        take(connection, "root") << CHILD_BITS
        if runtime.database.dialect == "sqlite"
        else runtime.keys.root_key()
    )


def begin(
    connection: Connection, runtime: Runtime, beginning: Beginning, *, now: datetime
) -> Moved:
    """Make the first step, and the row of the instance. Raises EngineError before anything is
    written."""
    began, process, plan = time.perf_counter(), beginning.process, beginning.plan
    if not isinstance(plan.command, Start):
        raise TypeError(f"expected a Start to begin an instance with, got {plan.command!r}")
    bundle = runtime.bundles.get(connection, process.bundle_key)
    step, changes = advance_together(
        bundle, None, [plan.command], now=now, host=host_of(beginning.view)
    )
    row: dict[str, Any] = {
        "root_key": beginning.root_key,
        "version": 0,
        "next_child": 1,
        "state": "active",
        "process_definition_key": process.key,
        "bundle_key": process.bundle_key,
        "business_key": beginning.business_key,
        "holds_key": beginning.holds_key,
        "kind": beginning.kind.value,
    }
    instance = Instance(**row, engine_state=None, tip=START)
    _INSERT.run(connection, {**row, "started_at": now})
    if beginning.quiet:
        beginning.view.effects[:] = [
            each for each in beginning.view.effects if not isinstance(each, TELLING)
        ]
    if beginning.view.effects:
        _ = beginning.view.stored
    part = Part(plan, beginning.actor, changes[0])
    return Moved(instance, beginning.view, step, [part], began)


def insert_past(
    connection: Connection, process: ProcessVersion, root_key: int, number: str, *, now: datetime
) -> None:
    """The row of a complaint that was handled elsewhere: no process of ours has run for it, and
    none does."""
    connection.execute(
        sa.insert(process_instance),
        {
            "root_key": root_key,
            "version": 1,
            "next_child": 1,
            "state": "completed",
            "process_definition_key": process.key,
            "bundle_key": process.bundle_key,
            "business_key": number,
            "kind": InstanceKind.COMPLAINT.value,
            "started_at": now,
            "ended_at": now,
        },
    )
