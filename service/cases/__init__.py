"""The complaint: its facts, its number, its clocks. Business data lives here, not in the engine's variables.

The tables are written inside the transaction of the command that moves the case. The number is unique for ever
(S3.2-b); the nearest clock that still runs is the case's due.
"""

from service.cases.calendar import Calendar
from service.cases.numbers import make_number, parse_number
from service.cases.policy import Deadline, Profile, first_deadlines, load_profile, severity_deadlines
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
    list_deadlines,
    meet_deadline,
    next_number,
    put_deadlines,
    record_facts,
)

__all__ = [
    "RECORDED",
    "Calendar",
    "Complaint",
    "Deadline",
    "NewComplaint",
    "Profile",
    "archive_complaint",
    "close_complaint",
    "find_complaint",
    "find_external",
    "first_deadlines",
    "get_complaint",
    "insert_complaint",
    "list_complaints",
    "list_deadlines",
    "load_profile",
    "make_number",
    "meet_deadline",
    "next_number",
    "parse_number",
    "put_deadlines",
    "record_facts",
    "severity_deadlines",
]
