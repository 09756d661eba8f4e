"""Where a case stands: what it waits for, how large its state is, how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import tasks
from service.db import Connection
from service.instances.tables import process_instance
from service.jobs.tables import subscription, timer
from service.tasks import UserTask
from service.tasks.tables import user_task

_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_INSTANCE = sa.select(
    process_instance.c.state,
    process_instance.c.end_elements,
    process_instance.c.bundle_key,
    process_instance.c.business_key,
    sa.func.length(process_instance.c.engine_state).label("state_bytes"),
).where(process_instance.c.root_key == _ROOT)
_TIMERS = (
    sa.select(timer.c.key, timer.c.due_at)
    .where(timer.c.root_key == _ROOT)
    .order_by(timer.c.due_at, timer.c.key)
)
_MESSAGES = sa.select(subscription.c.name).where(
    subscription.c.root_key == _ROOT, subscription.c.kind == "message"
)
_ACTIVE = (
    sa.select(process_instance.c.root_key)
    .where(process_instance.c.state == "active", process_instance.c.root_key > _ROOT)
    .order_by(process_instance.c.root_key)
    .limit(sa.bindparam("b_limit"))
)
_COUNT = (
    sa.select(sa.func.count())
    .select_from(process_instance)
    .where(process_instance.c.state == "active")
)
_OPEN_TASKS = (
    sa.select(user_task.c.process_id, user_task.c.element_id, sa.func.count().label("number"))
    .where(user_task.c.state == "open", user_task.c.bundle_key == sa.bindparam("b_bundle_key"))
    .group_by(user_task.c.process_id, user_task.c.element_id)
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a root instance waits for. `timers` are (due, key), nearest first."""

    state: str
    ends: tuple[str, ...]
    bundle_key: int
    business_key: str | None
    state_bytes: int
    tasks: tuple[UserTask, ...]
    timers: tuple[tuple[datetime, int], ...]
    messages: frozenset[str]


def get_standing(connection: Connection, root_key: int) -> Standing:
    """Where a root instance stands now."""
    where: Mapping[str, Any] = {"b_root_key": root_key}
    row = connection.execute(_INSTANCE, where).one()
    return Standing(
        state=row.state,
        ends=tuple(row.end_elements or ()),
        bundle_key=row.bundle_key,
        business_key=row.business_key,
        state_bytes=row.state_bytes or 0,
        tasks=tuple(tasks.list_open_tasks(connection, root_key)),
        timers=tuple((each.due_at, each.key) for each in connection.execute(_TIMERS, where)),
        messages=frozenset(connection.execute(_MESSAGES, where).scalars()),
    )


def list_active(connection: Connection, *, after: int = 0, limit: int = 500) -> list[int]:
    """Root keys of running instances above `after`, in order of their start."""
    return list(connection.execute(_ACTIVE, {"b_root_key": after, "b_limit": limit}).scalars())


def count_active(connection: Connection) -> int:
    """How many root instances run."""
    return int(connection.execute(_COUNT).scalar_one())


def count_open_tasks(connection: Connection, bundle_key: int) -> dict[tuple[str, str], int]:
    """The open user tasks of a version by process and element."""
    rows = connection.execute(_OPEN_TASKS, {"b_bundle_key": bundle_key})
    return {(row.process_id, row.element_id): row.number for row in rows}
