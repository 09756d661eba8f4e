"""Changing an open task: who it is offered to, its dates, its priority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.errors import InvalidInput, StateConflict
from service.tasks.queries import get_task, hold_task
from service.tasks.records import UserTask
from service.tasks.tables import user_task

CHANGEABLE = frozenset(
    {"candidate_groups", "candidate_users", "due_at", "follow_up_at", "priority"}
)


def update_task(connection: Connection, task: UserTask, changes: Mapping[str, Any]) -> UserTask:
    """Write the changes (columns of `user_task`) and offer the task anew. Raises StateConflict,
    InvalidInput."""
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown:
        raise InvalidInput(
            "expected changes of {changeable}, got {unknown}",
            changeable=sorted(CHANGEABLE),
            unknown=unknown,
        )
    if changes:
        written = connection.execute(
            sa.update(user_task)
            .where(
                user_task.c.root_key == task.root_key,
                user_task.c.key == task.key,
                user_task.c.state == "open",
                user_task.c.revision == task.revision,
            )
            .values(**changes)
        )
        if written.rowcount != 1:
            raise StateConflict(
                "The task “{task_name}” was changed by somebody else at this moment. Open it "
                "again.",
                task_name=task.name,
            )
        hold_task(connection, get_task(connection, task.key), task.assignee)
    return get_task(connection, task.key)
