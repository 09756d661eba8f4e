"""Processes that start by themselves: at a time, or when a signal is broadcast. Each firing is one
transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from service import definitions, jobs
from service.audit import Event
from service.db import Connection
from service.definitions import StartEvent
from service.engine import EngineError, next_start
from service.engine.commands import Start
from service.execution import (
    Beginning,
    Once,
    Outcome,
    Plan,
    Runtime,
    case_view,
    execute,
    new_case,
    new_root_key,
)
from service.identity import CLOCK, SYSTEM, Actor
from service.jobs import Cause

LEASE = timedelta(seconds=60)
PAUSE = timedelta(minutes=5)
"""How long a start event that could not start waits until it is retried."""

log = logging.getLogger("redress.starts")


def fire_due_starts(runtime: Runtime, *, now: datetime) -> int:
    """Start what is due; how many instances were started. Any number of workers may do this at
    once."""
    with runtime.database.read() as connection:
        if not definitions.has_due_start(connection, now=now):
            return 0
    with runtime.database.transaction() as connection:
        due = definitions.claim_start_timers(connection, now=now, lease=LEASE)
    return sum(_fire(runtime, each, now=now) for each in due)


def _fire(runtime: Runtime, start: StartEvent, *, now: datetime) -> int:
    try:
        return int(fire_start(runtime, start, now=now) is not None)
    except EngineError as error:
        log.warning(
            "the process %s cannot start at %s: %s", start.process_id, start.element_id, error.code
        )
        with runtime.database.transaction() as connection:
            definitions.put_back_start(connection, start, run_at=now + PAUSE)
        return 0


def fire_start(runtime: Runtime, start: StartEvent, *, now: datetime) -> int | None:
    """Start an instance at a timer start event and set its next time; its root key, None when that
    has happened already or another version took over. Raises EngineError."""

    def begin(connection: Connection) -> Beginning | None:
        process = definitions.get_process(connection, start.process_definition_key)
        bundle = runtime.bundles.get(connection, process.bundle_key)
        following = next_start(
            bundle,
            start.process_id,
            start.element_id,
            anchor=start.anchor_at,
            fired=start.fired + 1,
            now=now,
        )
        if not definitions.move_start(connection, start, following):
            return None
        details = {"due": start.next_due_at.isoformat() if start.next_due_at else None}
        return _beginning(connection, runtime, start, {}, details, actor=CLOCK, now=now)

    unit = new_case(begin, actor=CLOCK, answer=_root_key)
    return execute(runtime, unit, now=now)


def start_by_signal(
    runtime: Runtime,
    name: str,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    cause: Cause,
) -> int:
    """Start every process whose start event waits for the signal; how many. The same `cause` starts
    each once."""
    with runtime.database.read() as connection:
        starts = definitions.list_starts(connection, "signal", name)
    return sum(
        _start_by_signal(runtime, start, name, variables, now=now, cause=cause) for start in starts
    )


def _start_by_signal(
    runtime: Runtime,
    start: StartEvent,
    name: str,
    variables: Mapping[str, Any],
    *,
    now: datetime,
    cause: Cause,
) -> bool:
    def begin(connection: Connection) -> Beginning:
        beginning = _beginning(
            connection, runtime, start, variables, {"signal": name}, actor=SYSTEM, now=now
        )
        plan = because_of(beginning.plan, beginning.root_key, cause, now=now)
        return replace(beginning, plan=plan)

    unit = new_case(
        begin,
        actor=SYSTEM,
        answer=lambda connection, outcomes: True,
        once=Once.of(
            f"signal-{cause.key}-{start.process_definition_key}",
            start.element_id,
        ),
        keep=lambda started: started,
        recall=lambda connection, known: False,
    )
    try:
        started: bool = execute(runtime, unit, now=now)
    except EngineError as error:
        log.warning(
            "the process %s cannot start at the signal %s: %s", start.process_id, name, error.code
        )
        return False
    return started


def because_of(plan: Plan, root_key: int, cause: Cause, *, now: datetime) -> Plan:
    """The same plan for this case; what the case throws from then on is known to follow from the
    signal."""
    note = partial(jobs.note_cause, root_key=root_key, cause=cause, now=now)
    return replace(plan, before_write=note)


def _root_key(connection: Connection, outcomes: list[Outcome]) -> int | None:
    return outcomes[0].root_key if outcomes else None


def _beginning(
    connection: Connection,
    runtime: Runtime,
    start: StartEvent,
    variables: Mapping[str, Any],
    details: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> Beginning:
    process = definitions.get_process(connection, start.process_definition_key)
    plan = Plan(
        Start(start.process_id, variables, start_event=start.element_id),
        Event.INSTANCE_STARTED,
        {"process": start.process_id, "at": start.element_id, **details},
    )
    root_key, view = new_root_key(connection, runtime), case_view(runtime, None, now)
    return Beginning(process, root_key, plan, view, actor)
