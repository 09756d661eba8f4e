"""The inbox: user tasks, who may take them, and the forms that complete them.

A task is open until it is completed by one person or cancelled with its case; the row says so once
and for ever. Nothing here moves a case: `service.operations` does, and calls these guards and
writes.
"""

from service.tasks.authority import check_authority, is_above, needed_level
from service.tasks.changes import update_task
from service.tasks.conditions import list_conditional, list_hidden, list_required, without_hidden
from service.tasks.drafts import Draft, drop_draft, drop_stale_drafts, find_draft, save_draft
from service.tasks.forms import check_schema, validate
from service.tasks.queries import (
    Ending,
    Page,
    Scope,
    count_tasks,
    date_task,
    end_tasks,
    get_task,
    hold_task,
    insert_tasks,
    list_all_performers,
    list_answers,
    list_case_tasks,
    list_open_tasks,
    list_performers,
    list_tasks,
    list_tied_to,
)
from service.tasks.records import NO_DUE, TaskState, UserTask
from service.tasks.reoffer import get_places, reoffer_task, replace_done, restore_places
from service.tasks.rules import (
    can_see,
    check_four_eyes,
    check_may_assign,
    check_may_claim,
    check_may_complete,
    check_may_release,
    check_may_update,
    check_open,
    check_revision,
    clocks_met,
    is_candidate,
)
from service.tasks.saved_filters import SavedFilter, delete_filter, list_filters, save_filter
from service.tasks.snoozes import (
    Snooze,
    count_snoozes,
    drop_snooze,
    find_snooze,
    map_snoozes,
    put_snooze,
    wake_case,
)
from service.tasks.special_fields import (
    ACTOR,
    PERSON,
    complete_answer,
    is_given_by_the_house,
    person_fields,
    signer_of,
    widget_of,
)

__all__ = [
    "ACTOR",
    "NO_DUE",
    "PERSON",
    "Draft",
    "Ending",
    "Page",
    "SavedFilter",
    "Scope",
    "Snooze",
    "TaskState",
    "UserTask",
    "can_see",
    "check_authority",
    "check_four_eyes",
    "check_may_assign",
    "check_may_claim",
    "check_may_complete",
    "check_may_release",
    "check_may_update",
    "check_open",
    "check_revision",
    "check_schema",
    "clocks_met",
    "complete_answer",
    "count_snoozes",
    "count_tasks",
    "date_task",
    "delete_filter",
    "drop_draft",
    "drop_snooze",
    "drop_stale_drafts",
    "end_tasks",
    "find_draft",
    "find_snooze",
    "get_places",
    "get_task",
    "hold_task",
    "insert_tasks",
    "is_above",
    "is_candidate",
    "is_given_by_the_house",
    "list_all_performers",
    "list_answers",
    "list_case_tasks",
    "list_conditional",
    "list_filters",
    "list_hidden",
    "list_open_tasks",
    "list_performers",
    "list_required",
    "list_tasks",
    "list_tied_to",
    "map_snoozes",
    "needed_level",
    "person_fields",
    "put_snooze",
    "reoffer_task",
    "replace_done",
    "restore_places",
    "save_draft",
    "save_filter",
    "signer_of",
    "update_task",
    "validate",
    "wake_case",
    "widget_of",
    "without_hidden",
]
