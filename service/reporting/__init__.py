"""Read only: where cases stand, what was kept, what it costs, what there is to do."""

from service.reporting.clauses import Clause, Evidence, evidence_of, list_clauses
from service.reporting.elements import (
    ElementCounts,
    ElementInstance,
    active_incidents,
    count_elements,
    list_elements,
    list_flows,
    roots_of,
)
from service.reporting.event_log import LoggedEvent, iter_events
from service.reporting.exports import EXPORTS
from service.reporting.inbox import (
    Count,
    InboxPage,
    InboxRow,
    count_inboxes,
    list_inbox,
)
from service.reporting.inbox_keys import InboxFilter, Key
from service.reporting.investigation import Investigation, check_complete, gather, write_report
from service.reporting.live import NOTHING, Figures, StandingCase, get_figures, list_standing
from service.reporting.plain_cases import PlainCase, find_plain_case, list_plain_cases
from service.reporting.plan import PlanLine, execution_plan, limits_of, plan_csv
from service.reporting.running import count_running
from service.reporting.sheet import Sheet, sheet_of
from service.reporting.sift import sift
from service.reporting.sources import (
    DECISIONS,
    DEFINITIONS,
    INCIDENTS,
    INSTANCES,
    JOBS,
    SUBSCRIPTIONS,
    TASKS,
    by_key,
    tasks_of,
)
from service.reporting.standing import (
    Standing,
    count_active,
    count_open_tasks,
    get_standing,
    list_active,
)
from service.reporting.team import Load, list_load
from service.reporting.variables import LONGEST_SHOWN, Variable, find_variables, get_variable
from service.reporting.waiting import count_waiting

__all__ = [
    "DECISIONS",
    "DEFINITIONS",
    "EXPORTS",
    "INCIDENTS",
    "INSTANCES",
    "JOBS",
    "LONGEST_SHOWN",
    "NOTHING",
    "SUBSCRIPTIONS",
    "TASKS",
    "Clause",
    "Count",
    "ElementCounts",
    "ElementInstance",
    "Evidence",
    "Figures",
    "InboxFilter",
    "InboxPage",
    "InboxRow",
    "Investigation",
    "Key",
    "Load",
    "LoggedEvent",
    "PlainCase",
    "PlanLine",
    "Sheet",
    "Standing",
    "StandingCase",
    "Variable",
    "active_incidents",
    "by_key",
    "check_complete",
    "count_active",
    "count_elements",
    "count_inboxes",
    "count_open_tasks",
    "count_running",
    "count_waiting",
    "evidence_of",
    "execution_plan",
    "find_plain_case",
    "find_variables",
    "gather",
    "get_figures",
    "get_standing",
    "get_variable",
    "iter_events",
    "limits_of",
    "list_active",
    "list_clauses",
    "list_elements",
    "list_flows",
    "list_inbox",
    "list_load",
    "list_plain_cases",
    "list_standing",
    "list_variables",
    "plan_csv",
    "roots_of",
    "sheet_of",
    "sift",
    "tasks_of",
    "write_report",
]
