"""Deadlines as law: calendars, working time, time limits, and the profiles that name them.

Profiles are data, versioned files with a source for each figure. Everything here is pure: it is
given a profile and an instant, and asks no clock and no database.
"""

from service.policy.calendar import Calendar
from service.policy.emergency import (
    LEVELS,
    emergency_policy,
    is_quiet,
    level_by_number,
    level_policy,
    next_situation_report,
    report_names,
    reports_of,
    spike_window,
)
from service.policy.profiles import (
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
    retain_until,
    severity_deadlines,
)
from service.policy.task_dates import held_to
from service.policy.time_limits import Limit, Unit, due_after, parse_limit

__all__ = [
    "LEVELS",
    "UNCONFIRMED",
    "Calendar",
    "Deadline",
    "Extension",
    "Limit",
    "Profile",
    "Unit",
    "due_after",
    "emergency_policy",
    "extended",
    "first_deadlines",
    "held_to",
    "is_quiet",
    "level_by_number",
    "level_policy",
    "load_profile",
    "next_situation_report",
    "other_deadline",
    "parse_limit",
    "paused",
    "policy_file",
    "recomputed",
    "report_names",
    "reports_of",
    "resumed",
    "retain_until",
    "severity_deadlines",
    "spike_window",
]
