"""Noting that a step could not be made: a fresh key in the instance, the incident, and its row of
history."""

from __future__ import annotations

from datetime import datetime

from service import audit, jobs
from service.audit import Event
from service.db import Connection
from service.engine import EngineError
from service.execution.child_keys import take_children
from service.execution.runtime import Runtime


def raise_incident(
    connection: Connection,
    root_key: int,
    error: EngineError,
    *,
    subject_key: int | None,
    actor: str,
    now: datetime,
) -> None:
    """Note in this transaction that a step of the instance could not be made."""
    jobs.raise_incident(
        connection,
        root_key=root_key,
        key=take_children(connection, root_key),
        kind=error.code,
        element_id=error.element_id,
        message=error.message,
        now=now,
        subject_key=subject_key,
    )
    audit.append(
        connection,
        root_key,
        Event.INCIDENT_RAISED,
        actor=actor,
        at=now,
        details={"element": error.element_id, "code": error.code},
        subject_key=subject_key,
    )


def record_incident(
    runtime: Runtime,
    root_key: int,
    error: EngineError,
    *,
    subject_key: int | None,
    actor: str,
    now: datetime,
) -> None:
    """Note in a transaction of its own that a step could not be made."""
    with runtime.database.transaction() as connection:
        raise_incident(connection, root_key, error, subject_key=subject_key, actor=actor, now=now)
