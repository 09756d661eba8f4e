"""Reads and writes of the clocks of a case. The case's due follows the nearest that runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.policy import Deadline
from service.cases.tables import complaint, deadline
from service.db import Connection

_DEADLINES = sa.select(deadline).where(deadline.c.root_key == sa.bindparam("b_root_key")).order_by(deadline.c.due_at)
_NEAREST = sa.select(sa.func.min(deadline.c.due_at)).where(
    deadline.c.root_key == sa.bindparam("b_root_key"), deadline.c.met_at.is_(None), deadline.c.paused_at.is_(None)
)
_RUNNING = (
    sa.select(deadline.c.root_key)
    .where(deadline.c.met_at.is_(None), deadline.c.root_key > sa.bindparam("b_after"))
    .distinct()
    .order_by(deadline.c.root_key)
    .limit(sa.bindparam("b_limit"))
)


def put_deadlines(connection: Connection, root_key: int, deadlines: Iterable[Deadline]) -> None:
    """Write clocks; one that was there is set anew unless it has been met. The case's due follows the nearest."""
    rows = {entry.clock: entry for entry in deadlines}
    if rows:
        connection.execute(
            sa.delete(deadline).where(
                deadline.c.root_key == root_key, deadline.c.clock.in_(list(rows)), deadline.c.met_at.is_(None)
            )
        )
        met = {entry.clock for entry in list_deadlines(connection, root_key)}
        fresh = [_deadline_row(root_key, entry) for entry in rows.values() if entry.clock not in met]
        if fresh:
            connection.execute(sa.insert(deadline), fresh)
    _set_due(connection, root_key)


def meet_deadline(connection: Connection, root_key: int, clock: str, *, at: datetime) -> None:
    """What the clock waited for has happened."""
    connection.execute(
        sa.update(deadline)
        .where(deadline.c.root_key == root_key, deadline.c.clock == clock, deadline.c.met_at.is_(None))
        .values(met_at=at)
    )
    _set_due(connection, root_key)


def list_deadlines(connection: Connection, root_key: int) -> list[Deadline]:
    """The clocks of a case, nearest first."""
    rows = connection.execute(_DEADLINES, {"b_root_key": root_key}).mappings()
    return [Deadline(**{key: row[key] for key in row if key != "root_key"}) for row in rows]


def list_running_cases(connection: Connection, *, after: int = 0, limit: int = 500) -> list[int]:
    """Root keys above `after` of cases with a clock that has not been met."""
    return list(connection.execute(_RUNNING, {"b_after": after, "b_limit": limit}).scalars())


def _deadline_row(root_key: int, entry: Deadline) -> dict[str, Any]:
    return {"root_key": root_key, **asdict(entry)}


def _set_due(connection: Connection, root_key: int) -> None:
    nearest = connection.execute(_NEAREST, {"b_root_key": root_key}).scalar_one_or_none()
    connection.execute(
        sa.update(complaint)
        .where(complaint.c.root_key == root_key, complaint.c.status == "open")
        .values(due_at=nearest)
    )
