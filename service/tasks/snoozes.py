"""Tasks that their holders put aside until a time. The task stays theirs, its due date stays where
it is, and it is back in their list when the time has come, without anybody's doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.db import Connection
from service.tasks.tables import task_snooze, user_task

MOST = 200
"""So many tasks may one person have put aside at a time."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """One task that was put aside by whoever holds it."""

    root_key: int
    task_key: int
    holder: str
    until_at: datetime
    reason: str


def put_snooze(connection: Connection, snooze: Snooze) -> None:
    """Put it aside; what was said of the task before is replaced."""
    drop_snooze(connection, snooze.root_key, snooze.task_key)
    connection.execute(
        sa.insert(task_snooze), {name: getattr(snooze, name) for name in Snooze.__slots__}
    )


def drop_snooze(connection: Connection, root_key: int, task_key: int) -> bool:
    """Let the task come back; whether it was put aside."""
    gone = connection.execute(
        sa.delete(task_snooze).where(
            task_snooze.c.root_key == root_key, task_snooze.c.task_key == task_key
        )
    )
    return bool(gone.rowcount)


def wake_case(connection: Connection, root_key: int) -> None:
    """Something has come that the tasks of a case may have waited for: all of them come back."""
    connection.execute(sa.delete(task_snooze).where(task_snooze.c.root_key == root_key))


def find_snooze(
    connection: Connection, root_key: int, task_key: int, *, at: datetime
) -> Snooze | None:
    """What is said of a task that is put aside at an instant."""
    found = _read(
        connection,
        task_snooze.c.root_key == root_key,
        task_snooze.c.task_key == task_key,
        at=at,
    )
    return next(iter(found), None)


def map_snoozes(connection: Connection, holder: str, *, at: datetime) -> dict[int, Snooze]:
    """What somebody has put aside and still holds by the task's key, the next to come back
    first."""
    found = _read(connection, task_snooze.c.holder == holder, at=at)
    return {each.task_key: each for each in found}


def count_snoozes(connection: Connection, holder: str, *, at: datetime) -> int:
    return len(map_snoozes(connection, holder, at=at))


def _read(connection: Connection, *where: sa.ColumnElement[bool], at: datetime) -> list[Snooze]:
    """A task that is released, assigned, ended, or due by now, is not put aside any more."""
    query = (
        sa.select(*(task_snooze.c[name] for name in Snooze.__slots__))
        .join(
            user_task,
            (user_task.c.root_key == task_snooze.c.root_key)
            & (user_task.c.key == task_snooze.c.task_key),
        )
        .where(
            *where,
            task_snooze.c.until_at > at,
            user_task.c.state == "open",
            user_task.c.assignee == task_snooze.c.holder,
            sa.or_(user_task.c.due_at.is_(None), user_task.c.due_at > at),
        )
        .order_by(task_snooze.c.until_at, task_snooze.c.task_key)
        .limit(MOST)
    )
    return [Snooze(*row) for row in connection.execute(query)]
