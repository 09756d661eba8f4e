"""The inbox: user tasks, who may take them, and the forms that complete them.

A task is open until it is completed by one person or cancelled with its case; the row says so once and for ever.
Nothing here moves a case: `service.operations` does, and calls these guards and writes.
"""

from service.tasks.changes import update_task
from service.tasks.forms import check_schema, validate
from service.tasks.queries import (
    Ending,
    Page,
    Scope,
    count_tasks,
    end_tasks,
    get_task,
    hold_task,
    insert_tasks,
    list_case_tasks,
    list_open_tasks,
    list_performers,
    list_tasks,
)
from service.tasks.records import NO_DUE, TaskState, UserTask
from service.tasks.reoffer import reoffer_task
from service.tasks.rules import (
    OVERSEERS,
    can_see,
    check_four_eyes,
    check_may_assign,
    check_may_claim,
    check_may_complete,
    check_may_release,
    check_may_update,
    check_open,
    check_revision,
    is_candidate,
)

__all__ = [
    "NO_DUE",
    "OVERSEERS",
    "Ending",
    "Page",
    "Scope",
    "TaskState",
    "UserTask",
    "can_see",
    "check_four_eyes",
    "check_may_assign",
    "check_may_claim",
    "check_may_complete",
    "check_may_release",
    "check_may_update",
    "check_open",
    "check_revision",
    "check_schema",
    "count_tasks",
    "end_tasks",
    "get_task",
    "hold_task",
    "insert_tasks",
    "is_candidate",
    "list_case_tasks",
    "list_open_tasks",
    "list_performers",
    "list_tasks",
    "reoffer_task",
    "update_task",
    "validate",
]
