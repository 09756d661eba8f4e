"""Which figure of a profile holds for a case: by what is known of the case, and by the day.

A clock may stand in a profile several times. An entry with `when` holds only where one of its
alternatives does; one with `from` only for complaints received on that day or later, and with
`openCases` also, from that day on, for complaints that were open then. Of the entries of a clock
that hold, the last counts: a profile lists the general figure first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from service.policy.time_limits import Limit, Unit, parse_limit

Facts = Mapping[str, Any]
"""What is known of a case beyond its text: `newAccount`, `pointOfSaleOrForeign`, `hardship`,
`customerType` and the like; instants and days are texts of ISO 8601."""
NOTHING: Facts = {}
CYCLES = Unit.BILLING_CYCLES
CYCLE_ENDS = "cycleEndsOn"


def holds(entry: Mapping[str, Any], facts: Facts) -> bool:
    """Whether one of the alternatives of `when` holds; an entry without any always does."""
    alternatives: Iterable[Mapping[str, Any]] = entry.get("when") or ({},)
    return any(
        all(facts.get(name) == value for name, value in wanted.items()) for wanted in alternatives
    )


def is_in_force(entry: Mapping[str, Any], *, received: date, today: date) -> bool:
    """Whether the figure reaches a complaint received on that day, seen from `today`."""
    if "from" not in entry:
        return True
    since = date.fromisoformat(entry["from"])
    return since <= (today if entry.get("openCases") else received)


def figures(
    clocks: Iterable[Mapping[str, Any]], facts: Facts, *, received: date, today: date
) -> dict[str, Mapping[str, Any]]:
    """The entry of each clock that holds, by the clock's name, in the profile's order."""
    found: dict[str, Mapping[str, Any]] = {}
    for entry in clocks:
        if holds(entry, facts) and is_in_force(entry, received=received, today=today):
            found[entry["clock"]] = entry
    return found


def start_of(entry: Mapping[str, Any], facts: Facts, received_at: datetime) -> datetime:
    """When the clock starts: at receipt, or at the instant of the fact `startsAt` where that is
    known."""
    told = facts.get(entry.get("startsAt", ""))
    return received_at if told is None else datetime.fromisoformat(str(told)).astimezone(UTC)


def in_cycles(limit: Limit, facts: Facts, start: datetime) -> tuple[Limit, datetime]:
    """Billing cycles as months, and from when they count: complete cycles begin where the running
    one ends. Where that day is not known they count from receipt, which is never too late: the
    running cycle may end on the day of receipt."""
    if limit.unit is not CYCLES:
        return limit, start
    ends = facts.get(CYCLE_ENDS)
    months = Limit(limit.value, Unit.MONTHS)
    if ends is None or date.fromisoformat(str(ends)) < start.date():
        return months, start
    return months, datetime.combine(date.fromisoformat(str(ends)), time(12), UTC)


def limit_of(entry: Mapping[str, Any]) -> Limit:
    """The figure of an entry."""
    return parse_limit(entry["limit"])
