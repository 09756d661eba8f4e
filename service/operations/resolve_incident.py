"""An administrator says that what stopped a step is mended: it is tried again at once."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from service import audit, jobs
from service.audit import Event
from service.db import Connection, root_of
from service.engine import EngineError
from service.engine.commands import Retry
from service.errors import Forbidden
from service.execution.execute import check_awake, execute, get_instance
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import Actor, Role
from service.instances import Instance
from service.instances.tables import process_instance

NOT_PARKED = "not-parked"


def resolve_incident(
    runtime: Runtime, key: int, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Resolve an incident; its timer, job or letter is due again, and what stopped at its element
    goes on from there. Raises Forbidden, NotFound, StateConflict, Suspended: what is suspended has
    to be resumed before anything in it is tried again."""
    if not actor.has(Role.ADMIN, Role.OWNER):
        raise Forbidden(
            "Only an administrator or the owner of the procedure may resolve an incident."
        )
    with runtime.database.read() as connection:
        check_awake(get_instance(connection, root_of(key)))
        row = jobs.get_active_incident(connection, key)
    details = _details(row, reason)
    if row["subject_key"] is None and _retry(runtime, row, details, actor=actor, now=now):
        return
    with runtime.database.transaction() as connection:
        check_awake(get_instance(connection, root_of(key)))
        _close(connection, row, actor.name, now)
        audit.append(
            connection,
            root_of(key),
            Event.INCIDENT_RESOLVED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=key,
        )


def _details(row: sa.RowMapping, reason: str) -> dict[str, Any]:
    said = {"reason": reason[:500]} if reason else {}
    return {"element": row["element_id"], "code": row["kind"], **said}


def _close(connection: Connection, row: sa.RowMapping, by: str, now: datetime) -> None:
    """The incident is resolved and what it is about is due, in a case that moves on with it."""
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == row["root_key"])
        .values(version=process_instance.c.version + 1)
    )
    jobs.resolve_incident(connection, row["key"], by=by, now=now)
    if row["subject_key"] is not None:
        jobs.retry_subject(connection, row["subject_key"], now=now)


def _retry(
    runtime: Runtime, row: sa.RowMapping, details: dict[str, Any], *, actor: Actor, now: datetime
) -> bool:
    """Let the token go on that stopped at the element, if there is one. Where it fails once more
    there is a new incident."""

    def decide(connection: Connection, instance: Instance) -> Plan:
        if instance.engine_state is None:
            raise EngineError(NOT_PARKED, row["element_id"], "The instance has ended.")
        jobs.get_active_incident(connection, row["key"])
        return Plan(
            Retry(row["element_id"]),
            Event.INCIDENT_RESOLVED,
            details,
            subject_key=row["key"],
            along=partial(jobs.close_incident, key=row["key"], by=actor.name, now=now),
            noted=False,
            parked=True,
        )

    try:
        execute(runtime, row["key"], decide, actor=actor.name, now=now)
    except EngineError as error:
        if error.code != NOT_PARKED:
            raise
        return False
    return True
