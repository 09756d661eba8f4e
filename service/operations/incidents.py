"""Noting that a step could not be made: a fresh key in the instance, the incident, and its row of history."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service import audit, jobs
from service.audit import Event
from service.db import Connection
from service.engine import EngineError
from service.operations.tables import process_instance

_TAKE = (
    sa.update(process_instance)
    .where(process_instance.c.root_key == sa.bindparam("b_root_key"))
    .values(next_child=process_instance.c.next_child + 1, version=process_instance.c.version + 1)
    .returning(process_instance.c.next_child)
)


def take_child(connection: Connection, root_key: int) -> int:
    """A fresh key in an instance, outside of a step. Its version moves on: who read it before has to read it again."""
    return root_key + int(connection.execute(_TAKE, {"b_root_key": root_key}).scalar_one()) - 1


def raise_incident(
    connection: Connection, root_key: int, error: EngineError, *, subject_key: int | None, actor: str, now: datetime
) -> None:
    """Note in this transaction that a step of the instance could not be made."""
    jobs.raise_incident(
        connection,
        root_key=root_key,
        key=take_child(connection, root_key),
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
