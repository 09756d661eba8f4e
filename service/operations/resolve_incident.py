"""An administrator says that what stopped a step is mended: it is tried again at once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service import audit, jobs
from service.audit import Event
from service.db import root_of
from service.errors import Forbidden
from service.execution.execute import check_awake, get_instance
from service.execution.runtime import Runtime
from service.identity import Actor, Role
from service.instances.tables import process_instance


def resolve_incident(
    runtime: Runtime, key: int, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Resolve an incident; its timer, job or letter is due again. Raises Forbidden, NotFound,
    StateConflict, Suspended: what is suspended has to be resumed before anything in it is tried
    again."""
    if not actor.has(Role.ADMIN, Role.OWNER):
        raise Forbidden(
            "Only an administrator or the owner of the procedure may resolve an incident."
        )
    root_key = root_of(key)
    with runtime.database.transaction() as connection:
        check_awake(get_instance(connection, root_key))
        connection.execute(
            sa.update(process_instance)
            .where(process_instance.c.root_key == root_key)
            .values(version=process_instance.c.version + 1)
        )
        row = jobs.resolve_incident(connection, key, by=actor.name, now=now)
        if row["subject_key"] is not None:
            jobs.retry_subject(connection, row["subject_key"], now=now)
        details = {
            "element": row["element_id"],
            "code": row["kind"],
            **({"reason": reason[:500]} if reason else {}),
        }
        audit.append(
            connection,
            root_key,
            Event.INCIDENT_RESOLVED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=key,
        )
