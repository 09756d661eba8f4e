"""What the policy says of emergencies: levels, reports and their limits, how long it must be quiet,
what raises one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service.errors import InvalidInput
from service.policy.files import policy_file
from service.policy.profiles import Profile
from service.policy.time_limits import due_after, parse_limit

LEVELS = ("IV", "III", "II", "I")
"""From the least to the most serious."""


def emergency_policy(profile: Profile) -> Mapping[str, Any]:
    """The policy file of emergencies."""
    document: Mapping[str, Any] = policy_file("emergency.json", profile.folder)
    return document


def level_policy(profile: Profile, level: str) -> Mapping[str, Any]:
    """What the policy says of one level. Raises InvalidInput."""
    found = {entry["level"]: entry for entry in emergency_policy(profile)["levels"]}.get(level)
    if found is None:
        raise InvalidInput(
            "expected an emergency level out of {levels}, got {level!r}", levels=LEVELS, level=level
        )
    entry: Mapping[str, Any] = found
    return entry


def reports_of(profile: Profile, level: str, moment: str, at: datetime) -> list[dict[str, Any]]:
    """The reports that a level wants from a moment (`declaration` or `stand-down`) on, each with
    its due date."""
    return [
        {
            "id": report["id"],
            "to": report["to"]["en"],
            "dueAt": due_after(profile.calendar, at, parse_limit(report["limit"])).isoformat(),
        }
        for report in level_policy(profile, level)["reports"]
        if report["from"] == moment
    ]


def report_names(profile: Profile, report_id: str) -> Mapping[str, str]:
    """Whom a report goes to, by language; nothing for a report that the policy does not know."""
    levels = emergency_policy(profile)["levels"]
    reports = (report for level in levels for report in level["reports"])
    return next((report["to"] for report in reports if report["id"] == report_id), {})


def next_situation_report(profile: Profile, level: str, at: datetime) -> datetime:
    """When the next situation report is due."""
    return due_after(
        profile.calendar, at, parse_limit(level_policy(profile, level)["repeatReport"])
    )


def is_quiet(profile: Profile, level: str, *, last_event_at: datetime, now: datetime) -> bool:
    """Whether nothing new has happened for as long as a stand-down of that level wants."""
    return now >= due_after(
        profile.calendar, last_event_at, parse_limit(level_policy(profile, level)["quiet"])
    )


def level_by_number(profile: Profile, complaints: int) -> str | None:
    """The level that so many similar complaints raise an emergency to; None below the least."""
    reached = [
        level
        for level in LEVELS
        if complaints >= emergency_policy(profile)["spike"]["raiseAt"][level]
    ]
    return reached[-1] if reached else None


def spike_window(profile: Profile) -> timedelta:
    """Within what time similar complaints count together."""
    start = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    return (
        due_after(
            profile.calendar, start, parse_limit(emergency_policy(profile)["spike"]["window"])
        )
        - start
    )
