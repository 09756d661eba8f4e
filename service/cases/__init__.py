"""The complaint: its facts, its number, its clocks. Business data lives here, not in the engine's variables.

The tables are written inside the transaction of the command that moves the case. The number is unique for ever
(S3.2-b); the nearest clock that still runs is the case's due.
"""

from service.cases.calendar import Calendar
from service.cases.clocks import list_deadlines, list_running_cases, nearest, put_deadlines, write_deadlines
from service.cases.limits import Limit, Unit, due_after, parse_limit
from service.cases.numbers import make_number, parse_number
from service.cases.policy import (
    UNCONFIRMED,
    Deadline,
    Extension,
    Profile,
    extended,
    first_deadlines,
    load_profile,
    other_deadline,
    paused,
    policy_file,
    recomputed,
    resumed,
    severity_deadlines,
)
from service.cases.queries import (
    RECORDED,
    Complaint,
    NewComplaint,
    find_complaint,
    find_external,
    get_complaint,
    insert_complaint,
    list_complaints,
    next_number,
    save_complaint,
)

__all__ = [
    "RECORDED",
    "UNCONFIRMED",
    "Calendar",
    "Complaint",
    "Deadline",
    "Extension",
    "Limit",
    "NewComplaint",
    "Profile",
    "Unit",
    "due_after",
    "extended",
    "find_complaint",
    "find_external",
    "first_deadlines",
    "get_complaint",
    "insert_complaint",
    "list_complaints",
    "list_deadlines",
    "list_running_cases",
    "load_profile",
    "make_number",
    "nearest",
    "next_number",
    "other_deadline",
    "parse_limit",
    "parse_number",
    "paused",
    "policy_file",
    "put_deadlines",
    "recomputed",
    "resumed",
    "save_complaint",
    "severity_deadlines",
    "write_deadlines",
]
