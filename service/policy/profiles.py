"""Policy profiles: which clocks run on a complaint, by law and by the bank's own targets.

Read from the policy files; every figure has its source and a confidence (A official text seen, B
secondary text, C and D from memory: to be confirmed by the bank).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import InvalidInput
from service.policy.blocks import check_blocks
from service.policy.calendar import Calendar
from service.policy.files import read_policies
from service.policy.time_limits import Limit, parse_limit

UNCONFIRMED = frozenset("CD")
"""Confidences that are shown as "to be confirmed by the bank"."""


@dataclass(frozen=True, slots=True)
class Extension:
    """How far the law lets a clock be moved, why, and by whom. It may be used where `when` holds
    (`figures.holds`) and once the clock `requires` has been met. A reason is chosen by `code`;
    `words` say it in each language."""

    clock: str
    limit: Limit
    reason: str
    approver: str
    notice_required: bool
    confidence: str
    source: str
    code: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    requires: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)


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
    beside: tuple[Profile, ...] = ()
    """The other regimes of a case that this one leads."""

    @property
    def together(self) -> tuple[Profile, ...]:
        """Every regime of the case, this one first."""
        return (self, *self.beside)

    def leading(self, others: Iterable[Profile]) -> Profile:
        """This profile with others beside it."""
        return replace(self, beside=tuple(others))

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
    check_blocks(found)
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


def load_enabled(profile_id: str, enabled: str, folder: Path | None = None) -> tuple[Profile, ...]:
    """The profiles of a list by commas, the installation's own among them. Raises InvalidInput."""
    names = [part.strip() for part in enabled.split(",") if part.strip()]
    return tuple(load_profile(name, folder) for name in dict.fromkeys([profile_id, *names]))


def _extension(entry: Mapping[str, Any]) -> Extension:
    return Extension(
        entry["clock"],
        parse_limit(entry["limit"]),
        entry["reason"],
        entry["approver"],
        entry["noticeRequired"],
        entry["confidence"],
        entry["source"],
        entry.get("code") or _code_of(entry["reason"]),
        entry.get("words") or {"en": entry["reason"]},
        entry.get("requires", ""),
        entry,
    )


def _code_of(reason: str) -> str:
    """A reason of a bank's own policy file that names no code goes by its words."""
    return re.sub(r"[^a-z0-9]+", "-", reason.lower()).strip("-")[:60]


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
