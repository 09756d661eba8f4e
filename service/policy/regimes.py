"""Which of the regimes that a bank has enabled govern a complaint.

A decision table wants regimes by product, channel, entity, customer and hardship; those that the
bank has not enabled are left out. The first that is left leads the case, the others add clocks of
their own. Where none is left, the strictest of the enabled ones governs, and the choice says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from service.policy.clock_names import UNDER, base_of, named, regime_of
from service.policy.deadlines import Deadline, first_deadlines
from service.policy.figures import NOTHING, Facts
from service.policy.profiles import Profile
from service.sentence import Sentence

FINAL = "final response"


class Ground(StrEnum):
    """Why a regime was chosen."""

    TABLE = "table"
    """A row of the decision table."""
    DEFAULT = "default"
    """The procedure has no table: the installation's profile."""
    STRICTEST = "strictest"
    """No row matched: the strictest of the enabled regimes."""
    PERSON = "person"
    """Somebody chose it, and said why."""
    KEPT = "kept"
    """The complaint was there before regimes were chosen."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row of the decision table that matched."""

    regime: str
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The regimes of a case, the leading one first, and why. `rules` are the rows of the table;
    `reason` says it in words."""

    profiles: tuple[str, ...]
    ground: Ground
    rules: tuple[str, ...] = ()
    reason: str = ""

    def as_record(self, *, by: str, at: datetime) -> dict[str, Any]:
        """As a complaint keeps it."""
        return {
            "profiles": list(self.profiles),
            "ground": self.ground.value,
            "rules": list(self.rules),
            "reason": self.reason,
            "by": by,
            "at": at.isoformat(),
        }


def wanted_of(result: Any) -> tuple[Wanted, ...]:
    """The rows that a decision gave: a list of them, or one. Anything else wants nothing."""
    rows = result if isinstance(result, Sequence) and not isinstance(result, str) else [result]
    return tuple(
        Wanted(str(row["regime"]), str(row.get("rule") or ""), str(row.get("reason") or ""))
        for row in rows
        if isinstance(row, Mapping) and row.get("regime")
    )


def choose(wanted: Iterable[Wanted], enabled: Sequence[Profile]) -> Choice:
    """The choice among the enabled regimes, of which there is at least one."""
    known = {profile.id for profile in enabled}
    taken: dict[str, Wanted] = {}
    for row in wanted:
        if row.regime in known:
            taken.setdefault(row.regime, row)
    rows = tuple(taken.values())
    if rows:
        return Choice(
            tuple(row.regime for row in rows),
            Ground.TABLE,
            tuple(row.rule for row in rows if row.rule),
            "; ".join(dict.fromkeys(row.reason for row in rows if row.reason)),
        )
    return Choice((strictest(enabled).id,), Ground.STRICTEST)


def strictest(profiles: Sequence[Profile]) -> Profile:
    """The one whose final response is due first, for a complaint of a day without holidays near."""
    at = datetime(2026, 3, 3, 4, tzinfo=UTC)

    def due(profile: Profile) -> datetime:
        found = [each.due_at for each in first_deadlines(profile, at) if each.clock == FINAL]
        return min(found, default=datetime.max.replace(tzinfo=UTC))

    return min(profiles, key=due)


def clocks_of_case(
    profile: Profile,
    received_at: datetime,
    facts: Facts = NOTHING,
    *,
    today: datetime | None = None,
) -> list[Deadline]:
    """The clocks of all the regimes of a case: those of the leading one by their own names, the
    statutory ones of the others under the name of their regime."""
    found = first_deadlines(profile, received_at, facts, today=today)
    for other in profile.beside:
        found += [
            replace(each, clock=named(each.clock, other.id))
            for each in first_deadlines(other, received_at, facts, today=today)
            if each.statutory
        ]
    return found


def said(clock: str) -> str:
    """The name of a clock as a sentence that is said in the reader's language."""
    base, under, regime = clock.partition(UNDER)
    return (
        Sentence("{clock} under {regime}", clock=Sentence(base), regime=regime) if under else base
    )


def of_clock(profile: Profile, clock: str) -> Profile:
    """The regime that a clock belongs to, of those of the case that `profile` leads."""
    regime = regime_of(clock)
    return next((each for each in profile.beside if each.id == regime), profile)


def alike(clocks: Mapping[str, Deadline], clock: str) -> list[Deadline]:
    """The clock of that name under each regime of the case."""
    return [entry for name, entry in clocks.items() if base_of(name) == clock]


def nearest_of(clocks: Mapping[str, Deadline], clock: str) -> Deadline | None:
    """The clock of that name that runs out first among those not met; the leading regime's where
    all are met, or another's where that has none; None where no regime has it."""
    found = alike(clocks, clock)
    running = [entry for entry in found if entry.met_at is None]
    rest = clocks.get(clock) or next(iter(found), None)
    return min(running, key=lambda entry: entry.due_at, default=rest)
