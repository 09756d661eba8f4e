"""Policy profiles: which clocks run on a complaint, by law and by the bank's own targets.

Read from `policy/clocks.json`; every figure has its source and a confidence (A official text seen, B secondary text,
C and D from memory: to be confirmed by the bank).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from service.cases.calendar import Calendar
from service.errors import InvalidInput

_FILE = Path(__file__).parent / "policy" / "clocks.json"
INTERNAL = "the bank's own target by severity"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a case. `statutory` ones are law; the others are the bank's own targets."""

    clock: str
    started_at: datetime
    due_at: datetime
    statutory: bool
    source: str
    confidence: str
    met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The policy of one jurisdiction."""

    id: str
    calendar: Calendar
    currency: str
    authority: dict[str, str]
    clocks: tuple[dict[str, Any], ...]
    referral_days: int | None
    retention_years: int


@lru_cache(maxsize=16)
def load_profile(profile_id: str) -> Profile:
    """The profile of that id. Raises InvalidInput naming the ids there are."""
    profiles = {profile["id"]: profile for profile in _document()["profiles"]}
    found = profiles.get(profile_id)
    if found is None:
        raise InvalidInput(f"expected a policy profile out of {', '.join(sorted(profiles))}, got {profile_id!r}")
    return Profile(
        id=found["id"],
        calendar=Calendar(found["country"], found["timezone"], found.get("subdivision")),
        currency=found["currency"],
        authority=found["authority"],
        clocks=tuple(found["clocks"]),
        referral_days=found["referral_days"],
        retention_years=found["retention_years"],
    )


def first_deadlines(profile: Profile, received_at: datetime) -> list[Deadline]:
    """The clocks that start when a complaint is received."""
    return [
        Deadline(
            clock=entry["clock"],
            started_at=received_at,
            due_at=due(profile.calendar, received_at, entry["limit"]),
            statutory=entry["statutory"],
            source=entry["source"],
            confidence=entry["confidence"],
        )
        for entry in profile.clocks
    ]


def severity_deadlines(profile: Profile, severity: str, at: datetime) -> list[Deadline]:
    """The bank's own clocks that start when a complaint's severity is known."""
    targets = _document()["severity"].get(severity)
    if targets is None:
        raise InvalidInput(f"expected a severity P1, P2, P3 or P4, got {severity!r}")
    return [
        Deadline(clock, at, due(profile.calendar, at, limit), False, INTERNAL, "C")
        for clock, limit in targets.items()
        if clock != "round_the_clock"
    ]


def due(calendar: Calendar, start: datetime, limit: str) -> datetime:
    """When `limit` (`15 minutes`, `4 business_hours`, `3 business_days`, `30 calendar_days`) after `start` is over."""
    figure, _, unit = limit.partition(" ")
    count = int(figure)
    match unit:
        case "minutes":
            return start + timedelta(minutes=count)
        case "hours":
            return start + timedelta(hours=count)
        case "business_hours":
            return calendar.working_hours_after(start, count)
        case "business_days":
            return calendar.working_days_after(start, count)
        case "calendar_days":
            return calendar.calendar_days_after(start, count)
        case _:
            raise InvalidInput(f"expected a unit of time such as business_days, got {unit!r} in the policy")


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(_FILE.read_bytes())
    return document
