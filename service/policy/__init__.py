"""Deadlines as law: calendars, working time, time limits, and the profiles that name them.

Profiles are data, versioned files with a source for each figure. Everything here is pure: it is
given a profile and an instant, and asks no clock and no database.
"""

from service.policy.blocks import RIGHTS, blocks_of
from service.policy.calendar import Calendar
from service.policy.clock_names import base_of, named
from service.policy.deadlines import (
    Deadline,
    extended,
    first_deadlines,
    in_force,
    other_deadline,
    paused,
    recomputed,
    resumed,
    retain_until,
    severity_deadlines,
    step_deadlines,
    window_until,
)
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
from service.policy.figures import holds
from service.policy.files import policy_file
from service.policy.interest import (
    Basis,
    Interest,
    find_basis,
    list_bases,
    reckon,
    to_decimal,
)
from service.policy.owed import owed_kinds, owed_of
from service.policy.profiles import UNCONFIRMED, Extension, Profile, load_enabled, load_profile
from service.policy.regimes import (
    Choice,
    Ground,
    alike,
    choose,
    clocks_of_case,
    nearest_of,
    of_clock,
    said,
    wanted_of,
)
from service.policy.task_dates import held_to
from service.policy.time_limits import Limit, Unit, due_after, parse_limit

__all__ = [
    "LEVELS",
    "RIGHTS",
    "UNCONFIRMED",
    "Basis",
    "Calendar",
    "Choice",
    "Deadline",
    "Extension",
    "Ground",
    "Interest",
    "Limit",
    "Profile",
    "Unit",
    "alike",
    "base_of",
    "blocks_of",
    "choose",
    "clocks_of_case",
    "due_after",
    "emergency_policy",
    "extended",
    "find_basis",
    "first_deadlines",
    "held_to",
    "holds",
    "in_force",
    "is_quiet",
    "level_by_number",
    "level_policy",
    "list_bases",
    "load_enabled",
    "load_profile",
    "named",
    "nearest_of",
    "next_situation_report",
    "of_clock",
    "other_deadline",
    "owed_kinds",
    "owed_of",
    "parse_limit",
    "paused",
    "policy_file",
    "reckon",
    "recomputed",
    "report_names",
    "reports_of",
    "resumed",
    "retain_until",
    "said",
    "severity_deadlines",
    "spike_window",
    "step_deadlines",
    "to_decimal",
    "wanted_of",
    "window_until",
]
