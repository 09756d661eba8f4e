"""How high a decision is, and who may take it: beside their role, everybody has a level of
authority of their own over money.

A decision is a task that checks its answer as one (`check`: `approval` or `quorum`); how high it is
stands in the variable `level` that the task saw, from A0 to A7, as `authority.dmn` gives it.
"""

from __future__ import annotations

from service.db import Connection
from service.errors import Forbidden
from service.identity import LEVELS, find_level, reaches
from service.tasks.records import UserTask

DECISIONS = frozenset({"approval", "quorum"})
LEVEL = "level"


def needed_level(task: UserTask) -> str | None:
    """The level of authority that the task takes; None where it is no decision over money."""
    if task.properties.get("check") not in DECISIONS:
        return None
    level = task.variables.get(LEVEL)
    return level if level in LEVELS else None


def is_above(connection: Connection, task: UserTask, name: str) -> bool:
    """Whether the task takes more authority than this account has."""
    needed = needed_level(task)
    return needed is not None and not reaches(find_level(connection, name), needed)


def check_authority(connection: Connection, task: UserTask, name: str) -> None:
    """Raises Forbidden when the task takes more authority than this account has."""
    if is_above(connection, task, name):
        raise Forbidden(
            "The task “{task_name}” takes authority {needed}; {name} may decide up to {level}.",
            task_name=task.name,
            needed=needed_level(task),
            name=name,
            level=find_level(connection, name),
        )
