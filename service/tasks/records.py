"""A user task as the rest of the product sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

NO_DUE = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "no due date" where rows are ordered by it."""


class TaskState(StrEnum):
    """Where a task can be: open, and then one of two ends."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class UserTask:
    """One row of `user_task`."""

    root_key: int
    key: int
    engine_id: str
    element_id: str
    process_id: str
    bundle_key: int
    business_key: str | None
    name: str
    form_id: str | None
    state: TaskState
    revision: int
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    excluded: tuple[str, ...]
    priority: int
    created_at: datetime
    due_at: datetime | None
    follow_up_at: datetime | None
    ended_at: datetime | None
    completed_by: str | None
    properties: Mapping[str, str]
    variables: Mapping[str, Any]
    answer: Mapping[str, Any] | None
    place: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> UserTask:
        lists = {
            name: tuple(row[name]) for name in ("candidate_groups", "candidate_users", "excluded")
        }
        return cls(**{**row, **lists, "state": TaskState(row["state"])})


def candidates(groups: tuple[str, ...], users: tuple[str, ...], assignee: str | None) -> list[str]:
    """The rows of `task_candidate` a task has: its groups, its users, and whoever holds it."""
    names = dict.fromkeys(f"group:{group}" for group in groups)
    names |= dict.fromkeys(f"user:{user}" for user in users)
    if assignee is not None:
        names[f"user:{assignee}"] = None
    return list(names)
