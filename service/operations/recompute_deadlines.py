"""A calendar was published or changed: the dates that stood on it are recomputed, with a row of
the history."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service import audit, cases, policy
from service.audit import Event
from service.db import Connection
from service.execution import Runtime, redate_tasks
from service.identity import Actor
from service.instances.tables import process_instance


def recompute_deadlines(
    runtime: Runtime, root_key: int, *, actor: Actor, now: datetime
) -> tuple[policy.Deadline, ...]:
    """Recompute the running clocks of a case under the calendar of today; those that moved.

    Timers of the case that were set keep their time: a warning may come a little early, never a
    date be lost.
    """
    with runtime.database.transaction() as connection:
        moved = []
        before = cases.list_deadlines(connection, root_key)
        for entry in before:
            fresh = policy.recomputed(runtime.profile, entry)
            if fresh != entry:
                moved.append((entry, fresh))
        if moved:
            _write(connection, root_key, moved, actor=actor, now=now)
            redate_tasks(connection, runtime, root_key, before=before, now=now)
    return tuple(fresh for _, fresh in moved)


def _write(
    connection: Connection,
    root_key: int,
    moved: list[tuple[policy.Deadline, policy.Deadline]],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(version=process_instance.c.version + 1)
    )
    cases.put_deadlines(connection, root_key, [fresh for _, fresh in moved])
    clocks = [
        [old.clock, old.due_at.isoformat(), fresh.due_at.isoformat(), fresh.provisional]
        for old, fresh in moved
    ]
    audit.append(
        connection,
        root_key,
        Event.CLOCKS_RECOMPUTED,
        actor=actor.name,
        at=now,
        details={"clocks": clocks},
    )
