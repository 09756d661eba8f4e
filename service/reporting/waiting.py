"""How much there is to do, for whoever watches the service: each number by an index."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import jobs
from service.db import Connection
from service.jobs.tables import incident, outbox, timer
from service.tasks.tables import user_task

_UNCLAIMED = "WHERE state = 'open' AND assignee IS NULL ORDER BY created_at LIMIT 1"
_OLDEST = {
    dialect: sa.text(
        f"SELECT created_at FROM user_task {index} {_UNCLAIMED}"  # noqa: S608 - constants only
    ).columns(user_task.c.created_at)
    for dialect, index in {
        "sqlite": "INDEXED BY ix_user_task_unclaimed_open",
        "postgresql": "",
    }.items()
}
"""SQLite does not find out by itself that this index is the better one."""


def count_waiting(connection: Connection, *, now: datetime) -> dict[str, float]:
    """Due timers, waiting outbox rows, active incidents, and the age of the oldest unclaimed
    task."""
    counts = {
        "timers_due": _count(timer, timer.c.run_at <= now),
        "outbox_waiting": _count(outbox, outbox.c.state == "waiting"),
        "incidents_active": _count(incident, incident.c.state == "active"),
    }
    found = {name: float(connection.execute(query).scalar_one()) for name, query in counts.items()}
    oldest: datetime | None = connection.execute(
        _OLDEST[connection.dialect.name]
    ).scalar_one_or_none()
    age = 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds())
    return found | {
        "oldest_unclaimed_task_seconds": age,
        "mailbox_unread_seconds": _unread(connection, now),
    }


def _unread(connection: Connection, now: datetime) -> float:
    """How long the mailbox has not been read; 0 where none is set."""
    duty = jobs.find_duty(connection, "mailbox")
    return 0.0 if duty is None else max(0.0, (now - duty.last_done).total_seconds())


def _count(table: sa.Table, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(table).where(where)
