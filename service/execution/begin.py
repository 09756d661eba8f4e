"""The first step of a root instance, inside a transaction that the caller opened: its row, its
rows, its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.audit import START
from service.builtins.case_view import CaseView
from service.builtins.host import host_of
from service.db import CHILD_BITS, Connection, Prepared, take
from service.definitions import ProcessVersion, find_released
from service.engine import Step, advance
from service.engine.commands import Start
from service.errors import NotFound
from service.execution.apply import apply_step
from service.execution.opened_messages import lock_opened
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.execution.write import Write
from service.instances import Instance
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
    "started_at",
)
_INSERT = Prepared(sa.insert(process_instance), columns=_COLUMNS)


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
    it for ever."""
    return (
        take(connection, "root") << CHILD_BITS
        if runtime.database.dialect == "sqlite"
        else runtime.keys.root_key()
    )


def begin(
    connection: Connection,
    runtime: Runtime,
    process: ProcessVersion,
    root_key: int,
    variables: Mapping[str, Any],
    plan: Plan,
    view: CaseView,
    *,
    actor: str,
    now: datetime,
    business_key: str | None = None,
    holds_key: bool = False,
) -> tuple[Write, Step]:
    """Start an instance of that version under `root_key`. Raises EngineError before anything is
    written."""
    bundle = runtime.bundles.get(connection, process.bundle_key)
    command = Start(
        process.process_id,
        variables,
        plan.command.start_event if isinstance(plan.command, Start) else None,
    )
    instance = Instance(
        root_key,
        0,
        1,
        "active",
        process.key,
        process.bundle_key,
        business_key,
        None,
        holds_key,
        None,
        START,
    )
    step = advance(bundle, None, command, now=now, host=host_of(view))
    _INSERT.run(
        connection,
        {
            "root_key": root_key,
            "version": 0,
            "next_child": 1,
            "state": "active",
            "process_definition_key": process.key,
            "bundle_key": process.bundle_key,
            "business_key": business_key,
            "holds_key": holds_key,
            "started_at": now,
        },
    )
    lock_opened(connection, step)
    return apply_step(connection, instance, step, view, plan, now=now, by=actor), step
