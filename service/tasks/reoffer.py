"""An open task as another version of the diagrams offers it. Who holds it, its draft and its due date stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.tasks.records import NO_DUE, TaskState, candidates
from service.tasks.tables import task_candidate, user_task


def reoffer_task(connection: Connection, root_key: int, engine_id: str, values: Mapping[str, Any]) -> None:
    """Write columns of the open task of an engine's id, and who may see it then. The caller's write is guarded."""
    open_task = (
        user_task.c.root_key == root_key,
        user_task.c.engine_id == engine_id,
        user_task.c.state == TaskState.OPEN.value,
    )
    query = sa.select(user_task.c.key, user_task.c.assignee, user_task.c.due_at).where(*open_task)
    row = connection.execute(query).one_or_none()
    if row is None:
        return
    changed = {**values, "revision": user_task.c.revision + 1}
    connection.execute(sa.update(user_task).where(*open_task).values(changed))
    of_task = (task_candidate.c.root_key == root_key, task_candidate.c.task_key == row.key)
    connection.execute(sa.delete(task_candidate).where(*of_task))
    names = candidates(tuple(values["candidate_groups"]), tuple(values["candidate_users"]), row.assignee)
    offers = [
        {
            "root_key": root_key,
            "task_key": row.key,
            "candidate": name,
            "due_at": row.due_at or NO_DUE,
            "assigned": row.assignee is not None,
        }
        for name in names
    ]
    if offers:
        connection.execute(sa.insert(task_candidate), offers)
