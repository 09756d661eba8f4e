"""An open task as another version of the diagrams offers it. Who holds it, its draft and its due
date stay.

Completed tasks keep the element they were done at, and count as done at the one that has taken its
place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from service.db import Connection
from service.tasks.records import NO_DUE, TaskState, candidates
from service.tasks.tables import task_candidate, user_task


def reoffer_task(
    connection: Connection, root_key: int, engine_id: str, values: Mapping[str, Any]
) -> None:
    """Write columns of the open task of an engine's id, and who may see it then. The caller's write
    is guarded."""
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
    names = candidates(
        tuple(values["candidate_groups"]), tuple(values["candidate_users"]), row.assignee
    )
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


def replace_done(connection: Connection, root_key: int, places: Mapping[str, str]) -> None:
    """Completed tasks of a case count as done at what has taken the place of their elements. The
    caller's write is guarded."""
    done = sa.select(
        user_task.c.key, sa.func.coalesce(user_task.c.place, user_task.c.element_id)
    ).where(user_task.c.root_key == root_key, user_task.c.completed_by.is_not(None))
    for key, element_id in connection.execute(done).all() if places else ():
        if element_id in places:
            _write_place(connection, root_key, key, places[element_id])


def get_places(connection: Connection, root_key: int) -> dict[int, str]:
    """What completed tasks of a case count as, where that is not the element they were done at."""
    query = sa.select(user_task.c.key, user_task.c.place).where(
        user_task.c.root_key == root_key, user_task.c.place.is_not(None)
    )
    return {key: place for key, place in connection.execute(query)}


def restore_places(connection: Connection, root_key: int, places: Mapping[int, str]) -> None:
    """Let completed tasks count as what `get_places` said. The caller's write is guarded."""
    connection.execute(
        sa.update(user_task).where(user_task.c.root_key == root_key).values(place=None)
    )
    for key, place in places.items():
        _write_place(connection, root_key, key, place)


def _write_place(connection: Connection, root_key: int, key: int, place: str) -> None:
    one = (user_task.c.root_key == root_key, user_task.c.key == key)
    connection.execute(sa.update(user_task).where(*one).values(place=place))
