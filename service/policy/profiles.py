"""Policy profiles: which clocks run on a complaint, by law and by the bank's own targets.

Read from the policy files; every figure has its source and a confidence (A official text seen, B
secondary text, C and D from memory: to be confirmed by the bank).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import InvalidInput
from service.policy.calendar import Calendar
from service.policy.files import policy_file, read_policies
from service.policy.time_limits import Limit, due_after, left_of, parse_limit

UNCONFIRMED = frozenset("CD")
"""Confidences that are shown as "to be confirmed by the bank"."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a case. `statutory` ones are law; the others are the bank's own targets.

    `limit` counts from `anchor_at`: from the start, or after a pause what was left, from its end. A
    paused clock has `paused_at`. A provisional due date lies beyond the published calendar.
    """

    clock: str
    started_at: datetime
    due_at: datetime
    statutory: bool
    source: str
    confidence: str
    met_at: datetime | None = None
    limit: str = ""
    anchor_at: datetime | None = None
    pausable: bool = True
    paused_at: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """How far the law lets a clock be moved, why, and by whom."""

    clock: str
    limit: Limit
    reason: str
    approver: str
    notice_required: bool
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The policy of one jurisdiction, with the bank's own targets by severity."""

    id: str
    calendar: Calendar
    currency: str
    authority: dict[str, str]
    clocks: tuple[dict[str, Any], ...]
    extensions: tuple[Extension, ...]
    referral: Limit | None
    retention_years: int
    severity: Mapping[str, Any]
    roll: bool = False
    document: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    def __hash__(self) -> int:
        return hash((self.id, self.folder))


@lru_cache(maxsize=32)
def load_profile(profile_id: str, folder: Path | None = None) -> Profile:
    """The profile of that id, once every policy file is known to be right. Raises InvalidInput."""
    files = read_policies(folder)
    ids = sorted(Path(name).stem for name in files if name.startswith("profiles/"))
    if profile_id not in ids:
        raise InvalidInput(
            "expected a policy profile out of {ids}, got {profile_id!r}",
            ids=ids,
            profile_id=profile_id,
        )
    found = files[f"profiles/{profile_id}.json"]
    return Profile(
        id=found["id"],
        calendar=_calendar(found, files["calendars.json"]),
        currency=found["currency"],
        authority=found["authority"],
        clocks=tuple(found["clocks"]),
        extensions=tuple(_extension(entry) for entry in found["extensions"]),
        referral=parse_limit(found["referral"]["limit"]) if found["referral"] else None,
        retention_years=found["retention"]["years"],
        severity=files["severity.json"],
        roll=found["rollToWorkingDay"],
        document=found,
        folder=folder,
    )


def first_deadlines(profile: Profile, received_at: datetime) -> list[Deadline]:
    """The clocks that start when a complaint is received."""
    return [
        start_clock(
            profile,
            entry["clock"],
            parse_limit(entry["limit"]),
            at=received_at,
            statutory=entry["statutory"],
            pausable=entry["pausable"],
            source=entry["source"],
            confidence=entry["confidence"],
        )
        for entry in profile.clocks
    ]


def retain_until(profile: Profile, at: datetime) -> datetime:
    """Until when a file that was completed at `at` is kept."""
    year = at.year + profile.retention_years
    try:
        return at.replace(year=year)
    except ValueError:  # 29 February
        return at.replace(year=year, day=28)


def severity_deadlines(profile: Profile, severity: str, at: datetime) -> list[Deadline]:
    """The bank's own clocks that start when a complaint's severity is known."""
    targets = profile.severity["targets"].get(severity)
    if targets is None:
        raise InvalidInput(
            "expected a severity P1, P2, P3 or P4, got {severity!r}", severity=severity
        )
    return [_target(profile, clock, limit, at) for clock, limit in targets.items()]


def other_deadline(profile: Profile, clock: str, at: datetime) -> Deadline:
    """A clock of the bank's own that a step of the procedure starts. Raises InvalidInput for an
    unknown one."""
    limits = profile.severity["other"]
    if clock not in limits:
        raise InvalidInput(
            "expected a clock out of {limits} in severity.json, got {clock!r}",
            limits=limits,
            clock=clock,
        )
    return _target(profile, clock, limits[clock], at)


def start_clock(
    profile: Profile,
    clock: str,
    limit: Limit,
    *,
    at: datetime,
    statutory: bool,
    pausable: bool,
    source: str,
    confidence: str,
) -> Deadline:
    """A clock that starts at an instant."""
    due_at = _due(profile, at, limit, statutory=statutory)
    return Deadline(
        clock=clock,
        started_at=at,
        due_at=due_at,
        statutory=statutory,
        source=source,
        confidence=confidence,
        limit=str(limit),
        anchor_at=at,
        pausable=pausable,
        provisional=_provisional(profile, due_at, limit, statutory=statutory),
    )


def recomputed(profile: Profile, entry: Deadline) -> Deadline:
    """The clock under the calendar of today; the same one when nothing has changed."""
    if not entry.limit or entry.met_at is not None:
        return entry
    limit = parse_limit(entry.limit)
    due_at = _due(profile, entry.anchor_at or entry.started_at, limit, statutory=entry.statutory)
    provisional = _provisional(profile, due_at, limit, statutory=entry.statutory)
    return replace(entry, due_at=due_at, provisional=provisional)


def paused(entry: Deadline, at: datetime) -> Deadline:
    """The clock stopped; one that may not be, or is, or has been met stays as it is."""
    if not entry.pausable or entry.paused_at is not None or entry.met_at is not None:
        return entry
    return replace(entry, paused_at=at)


def resumed(profile: Profile, entry: Deadline, at: datetime) -> Deadline:
    """The clock goes on with what was left when it was stopped."""
    if entry.paused_at is None or entry.met_at is not None or not entry.limit:
        return replace(entry, paused_at=None)
    limit = parse_limit(entry.limit)
    left = left_of(profile.calendar, limit, at=entry.paused_at, due_at=entry.due_at)
    if left.value == 0:
        return replace(
            entry, paused_at=None
        )  # it was over, or due that very day, when it was stopped
    return recomputed(profile, replace(entry, paused_at=None, anchor_at=at, limit=str(left)))


def extended(profile: Profile, entry: Deadline, extension: Extension) -> Deadline:
    """The clock with the longer limit, counted from its start. Raises InvalidInput when that is no
    later."""
    due_at = _due(profile, entry.started_at, extension.limit, statutory=entry.statutory)
    if due_at <= entry.due_at:
        raise InvalidInput(
            "expected a later date than {due_at:%Y-%m-%d}, {limit} gives {given:%Y-%m-%d}",
            due_at=entry.due_at,
            limit=extension.limit,
            given=due_at,
        )
    return replace(
        entry,
        due_at=due_at,
        limit=str(extension.limit),
        anchor_at=entry.started_at,
        source=extension.source,
        confidence=extension.confidence,
        provisional=_provisional(profile, due_at, extension.limit, statutory=entry.statutory),
    )


def _due(profile: Profile, start: datetime, limit: Limit, *, statutory: bool) -> datetime:
    found = due_after(profile.calendar, start, limit)
    return profile.calendar.next_working_day(found) if profile.roll and statutory else found


def _provisional(profile: Profile, due_at: datetime, limit: Limit, *, statutory: bool) -> bool:
    """Whether the date stands on working days that nobody has published yet."""
    counts = limit.unit.value.startswith("business") or (profile.roll and statutory)
    return counts and profile.calendar.is_provisional(due_at)


def _target(profile: Profile, clock: str, limit: str, at: datetime) -> Deadline:
    severity = profile.severity
    return start_clock(
        profile,
        clock,
        parse_limit(limit),
        at=at,
        statutory=False,
        pausable=True,
        source=severity["source"],
        confidence=severity["confidence"],
    )


def _extension(entry: Mapping[str, Any]) -> Extension:
    return Extension(
        entry["clock"],
        parse_limit(entry["limit"]),
        entry["reason"],
        entry["approver"],
        entry["noticeRequired"],
        entry["confidence"],
        entry["source"],
    )


def _calendar(profile: Mapping[str, Any], calendars: Mapping[str, Any]) -> Calendar:
    country = profile["country"]
    known = calendars["calendars"]
    if country not in known:
        raise InvalidInput(
            "{id}: expected a calendar for {country} in calendars.json, it has none",
            id=profile["id"],
            country=country,
        )
    try:
        ZoneInfo(profile["timezone"])
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput(
            "{id}: expected an IANA time zone, got {timezone!r}",
            id=profile["id"],
            timezone=profile["timezone"],
        ) from None
    entry = known[country]
    hours = tuple(
        (time.fromisoformat(start), time.fromisoformat(stop)) for start, stop in entry["hours"]
    )
    flat = [each for pair in hours for each in pair]
    if flat != sorted(set(flat)):
        raise InvalidInput(
            "calendars.json: {country}: expected business hours one after the other, got {hours}",
            country=country,
            hours=entry["hours"],
        )
    return Calendar(
        country=country,
        timezone=profile["timezone"],
        subdivision=profile.get("subdivision"),
        hours=hours,
        closed=frozenset(map(date.fromisoformat, entry["closed"])),
        worked=frozenset(map(date.fromisoformat, entry["worked"])),
        published_until=date.fromisoformat(entry["publishedUntil"]),
        categories=tuple(entry.get("categories", ())),
    )


__all__ = [
    "UNCONFIRMED",
    "Deadline",
    "Extension",
    "Profile",
    "extended",
    "first_deadlines",
    "load_profile",
    "other_deadline",
    "paused",
    "policy_file",
    "recomputed",
    "resumed",
    "severity_deadlines",
    "start_clock",
]
