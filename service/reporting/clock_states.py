"""The clocks of a case as people are to read them: one that a letter meets is met once the letter
has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from service.engine import Bundle
from service.policy import Deadline

UNSENT = frozenset({"queued", "print", "returned", "incomplete"})
"""Deliveries of letters that have not reached anybody yet."""


class ClockState(StrEnum):
    """Where a clock stands: `queued` is met as soon as its letter leaves."""

    RUNNING = "running"
    PAUSED = "paused"
    QUEUED = "queued"
    MET = "met"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock and its state. It has all that the clock has."""

    entry: Deadline
    state: ClockState

    def __getattr__(self, name: str) -> Any:
        return getattr(self.entry, name)


def view_clocks(
    clocks: Iterable[Deadline],
    letters: Iterable[Mapping[str, Any]],
    bundle: Bundle,
    *,
    now: datetime,
) -> list[ClockView]:
    """The clocks in their order, by what has become of the letters that meet them."""
    meets = _meets(bundle)
    last = {row["template"]: row["delivery"] for row in letters if row["audience"] == "customer"}
    unsent = {clock for name, how in last.items() if how in UNSENT for clock in meets.get(name, ())}
    return [ClockView(entry, _state(entry, unsent, now)) for entry in clocks]


def _meets(bundle: Bundle) -> dict[str, set[str]]:
    """The clocks that each letter meets, by the headers of the steps that send it."""
    found: dict[str, set[str]] = {}
    for process in bundle.models.values():
        for element in process.elements.values():
            names = [part.strip() for part in element.headers.get("meets", "").split(",")]
            found.setdefault(element.headers.get("template", ""), set()).update(filter(None, names))
    return found


def _state(entry: Deadline, unsent: set[str], now: datetime) -> ClockState:
    if entry.clock in unsent and (entry.met_at is not None or entry.due_at > now):
        return ClockState.QUEUED
    if entry.met_at is not None:
        return ClockState.MET
    if entry.paused_at is not None:
        return ClockState.PAUSED
    return ClockState.LATE if entry.due_at <= now else ClockState.RUNNING
