"""Who has how much, and what is about to be late: for those who give out the work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.tasks.tables import user_task

MOST_PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Load:
    """The open tasks of one person; `name` is empty for those nobody holds."""

    name: str
    open: int
    late: int
    soon: int


def list_load(connection: Connection, *, now: datetime, soon: datetime) -> Sequence[Load]:
    """The open tasks by who holds them, the latest first."""

    def within(*bounds: Any) -> Any:
        return sa.func.sum(sa.case((sa.and_(user_task.c.due_at.is_not(None), *bounds), 1), else_=0))

    late = within(user_task.c.due_at <= now).label("late")
    query = (
        sa.select(
            sa.func.coalesce(user_task.c.assignee, "").label("name"),
            sa.func.count().label("open"),
            late,
            within(user_task.c.due_at > now, user_task.c.due_at <= soon).label("soon"),
        )
        .where(user_task.c.state == "open")
        .group_by(user_task.c.assignee)
        .order_by(late.desc(), sa.func.count().desc())
        .limit(MOST_PEOPLE)
    )
    return [Load(row.name, int(row.open), int(row.late), int(row.soon)) for row in connection.execute(query)]
