"""Who may not do a task although it is offered to them: whom four eyes keep from it, and, from the
check of a case (`check` = `quality`), everybody who had a part in the case."""

from __future__ import annotations

from service import cases, tasks
from service.db import Connection
from service.errors import Forbidden
from service.tasks import UserTask

QUALITY = "quality"


def list_barred(connection: Connection, task: UserTask) -> frozenset[str]:
    """The accounts that may not do the task because of what they have done already."""
    return tasks.list_performers(connection, task.root_key, task.excluded) | list_part(
        connection, task
    )


def list_part(connection: Connection, task: UserTask) -> frozenset[str]:
    """Who had a part in the case that the task checks; nobody for any other task."""
    if task.properties.get("check") != QUALITY:
        return frozenset()
    case = cases.case_of_follower(connection, task.root_key)
    return frozenset() if case is None else tasks.list_all_performers(connection, case.root_key)


def check_may_decide(connection: Connection, task: UserTask, name: str) -> None:
    """Raises Forbidden for somebody without the authority that the task takes, and for somebody who
    had a part in the case that it checks."""
    tasks.check_authority(connection, task, name)
    _check_no_part(connection, task, name)


def _check_no_part(connection: Connection, task: UserTask, name: str) -> None:
    """Raises Forbidden for somebody who had a part in the case that the task checks."""
    if name.casefold() in {each.casefold() for each in list_part(connection, task)}:
        raise Forbidden(
            "The task “{task_name}” is for somebody who had no part in the case; {name} had one.",
            task_name=task.name,
            name=name,
        )
