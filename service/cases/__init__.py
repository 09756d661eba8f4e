"""The complaint: its facts, its number, its clocks. Business data lives here, not in the engine's variables.

The tables are written inside the transaction of the command that moves the case. The number is unique for ever
(S3.2-b); the nearest clock that still runs is the case's due.
"""

from service.cases.calendar import Calendar
from service.cases.clocks import list_deadlines, list_running_cases, meet_deadline, put_deadlines
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
    archive_complaint,
    close_complaint,
    find_complaint,
    find_external,
    get_complaint,
    insert_complaint,
    list_complaints,
    next_number,
    record_facts,
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
    "archive_complaint",
    "close_complaint",
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
    "meet_deadline",
    "next_number",
    "other_deadline",
    "parse_limit",
    "parse_number",
    "paused",
    "policy_file",
    "put_deadlines",
    "recomputed",
    "record_facts",
    "resumed",
    "severity_deadlines",
]
