"""The clocks of a case: when they start, stop, go on, and run out.

Everything is computed from a profile, an instant and what is known of the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from service.errors import InvalidInput
from service.policy.clock_names import base_of
from service.policy.figures import NOTHING, Facts, figures, holds, in_cycles, limit_of, start_of
from service.policy.profiles import Extension, Profile
from service.policy.time_limits import Limit, due_after, left_of, parse_limit


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


def first_deadlines(
    profile: Profile,
    received_at: datetime,
    facts: Facts = NOTHING,
    *,
    today: datetime | None = None,
) -> list[Deadline]:
    """The clocks that start when a complaint is received, by what is known of it; as the law is
    `today`, which is the day of receipt where nothing else is said."""
    received = profile.calendar.local_day(received_at)
    seen = received if today is None else profile.calendar.local_day(today)
    chosen = figures(profile.clocks, facts, received=received, today=seen)
    return [first_clock(profile, entry, received_at, facts) for entry in chosen.values()]


def first_clock(
    profile: Profile, entry: Mapping[str, Any], received_at: datetime, facts: Facts
) -> Deadline:
    """The clock of one figure. Where the figure has a longest time (`most`), the nearer of the two
    dates is the clock's."""
    start = start_of(entry, facts, received_at)
    limit, anchor = in_cycles(limit_of(entry), facts, start)
    found = _first(profile, entry, limit, anchor, start)
    if "most" not in entry:
        return found
    longest = _first(profile, entry, parse_limit(entry["most"]), start, start)
    return min(found, longest, key=lambda each: each.due_at)


def in_force(
    profile: Profile, entry: Deadline, received_at: datetime, facts: Facts, *, today: datetime
) -> Deadline:
    """The clock under the figure that reaches open cases by now; the same one where none came into
    force since receipt, and where the clock was extended, paused or resumed under the old one."""
    calendar = profile.calendar
    received, name = calendar.local_day(received_at), base_of(entry.clock)
    old = figures(profile.clocks, facts, received=received, today=received).get(name)
    new = figures(profile.clocks, facts, received=received, today=calendar.local_day(today)).get(
        name
    )
    if old is None or new is None or old == new:
        return entry
    was = first_clock(profile, old, received_at, facts)
    if (entry.limit, entry.anchor_at) != (was.limit, was.anchor_at) or entry.paused_at is not None:
        return entry
    return replace(first_clock(profile, new, received_at, facts), clock=entry.clock)


def _first(
    profile: Profile, entry: Mapping[str, Any], limit: Limit, anchor: datetime, start: datetime
) -> Deadline:
    made = start_clock(
        profile,
        entry["clock"],
        limit,
        at=anchor,
        statutory=entry["statutory"],
        pausable=entry["pausable"],
        source=entry["source"],
        confidence=entry["confidence"],
    )
    return replace(made, started_at=start)


def step_deadlines(profile: Profile, at: datetime, facts: Facts) -> list[Deadline]:
    """The statutory clocks that start when the outcome is decided, by what was decided (`outcome`,
    and whether anything is `owed`)."""
    return [
        _first(profile, entry, limit_of(entry), at, at)
        for entry in profile.document.get("steps", ())
        if holds(entry, facts)
    ]


def window_until(profile: Profile, window: str, received_at: datetime) -> datetime | None:
    """Until when a complaint may be closed in that simpler way; None where the law knows no such
    window."""
    for entry in profile.document.get("windows", ()):
        if entry["window"] == window:
            return due_after(profile.calendar, received_at, limit_of(entry))
    return None


def retain_until(profile: Profile, at: datetime) -> date:
    """The last day on which a file that was completed at `at` is kept, by the days of the profile's
    zone."""
    day = profile.calendar.local_day(at)
    year = day.year + profile.retention_years
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


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
