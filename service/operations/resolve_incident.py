"""An administrator says that what stopped a step is put right: it is retried at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import audit, jobs
from service.audit import Event
from service.db import Connection, root_of
from service.engine import EngineError, Step
from service.engine.commands import Command, Retry
from service.errors import StateConflict
from service.execution import (
    Case,
    Decide,
    Plan,
    Runtime,
    execute,
    get_instance,
    keep_keys,
    list_waiting,
    on_case,
    resume_cascade,
)
from service.identity import Actor, Permission, check_permission
from service.instances.tables import process_instance
from service.lengths import check_reason

NOT_PARKED = "not-parked"


def resolve_incident(
    runtime: Runtime, key: int, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Resolve an incident; its timer, job or letter is due again, what stopped at its element goes
    on from there, and messages that were left waiting are delivered.

    Raises Forbidden, NotFound, StateConflict, Suspended: what is suspended has to be resumed before
    anything in it is retried.
    """
    check_permission(actor, Permission.RESOLVE_INCIDENTS)
    with runtime.database.read() as connection:
        ended = get_instance(connection, root_of(key)).engine_state is None
        row = jobs.get_active_incident(connection, key)
    details = _details(row, reason)
    if ended:
        _resolve_ended(runtime, row, details, actor=actor, now=now)
        return
    if row["subject_key"] is None and _retry(runtime, row, details, actor=actor, now=now):
        return
    decide = _resolution(row, None, details, actor=actor, now=now)
    execute(runtime, on_case(key, decide, actor=actor), now=now)


def _retry(
    runtime: Runtime, row: sa.RowMapping, details: dict[str, Any], *, actor: Actor, now: datetime
) -> bool:
    """Let the token go on that stopped at the element, if there is one. Where it fails once more
    there is a new incident."""
    decide = _resolution(row, Retry(row["element_id"]), details, actor=actor, now=now)
    try:
        execute(runtime, on_case(row["key"], decide, actor=actor), now=now)
    except EngineError as error:
        if error.code != NOT_PARKED:
            raise
        return False
    return True


def _resolution(
    row: sa.RowMapping,
    command: Command | None,
    details: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> Decide:
    """`command` moves a token that stopped; without one nothing moves but what was left waiting."""

    def decide(case: Case) -> Plan:
        state = case.instance.engine_state
        if state is None:
            raise StateConflict("The process instance has ended meanwhile; try again.")
        jobs.get_active_incident(case.connection, row["key"])
        return Plan(
            command or Step(state, (), ended=False),
            Event.INCIDENT_RESOLVED,
            details,
            subject_key=row["key"],
            after_write=lambda write: _close(write, row, actor.name, now),
            waiting=list_waiting(case.connection, row["root_key"]),
            noted=False,
            parked=True,
        )

    return decide


def _resolve_ended(
    runtime: Runtime, row: sa.RowMapping, details: dict[str, Any], *, actor: Actor, now: datetime
) -> None:
    """An incident of an instance that has ended: nothing of it moves, but its letters may leave and
    the next message of its key may start another."""
    root_key = row["root_key"]
    keep_keys(runtime)
    with runtime.database.transaction() as connection:
        resume_cascade(connection, runtime, root_key, now=now)
        connection.execute(
            sa.update(process_instance)
            .where(process_instance.c.root_key == root_key)
            .values(version=process_instance.c.version + 1)
        )
        jobs.get_active_incident(connection, row["key"])
        _close(connection, row, actor.name, now)
        audit.append(
            connection,
            root_key,
            Event.INCIDENT_RESOLVED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=row["key"],
        )


def _close(connection: Connection, row: sa.RowMapping, by: str, now: datetime) -> None:
    """The incident is resolved, and what it is about is due."""
    jobs.close_incident(connection, key=row["key"], by=by, now=now)
    if row["subject_key"] is not None:
        jobs.retry_subject(connection, row["subject_key"], now=now)


def _details(row: sa.RowMapping, reason: str) -> dict[str, Any]:
    said = {"reason": check_reason(reason)} if reason else {}
    return {"element": row["element_id"], "code": row["kind"], **said}
