"""A clock of a case moved: the timers that were set by it move with it, or a shorter time would run
out before anybody is warned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from service import jobs
from service.db import Connection
from service.engine import Bundle
from service.policy import Deadline, alike, nearest_of

_PART = re.compile(r"part of deadline\(\s*\"([^\"]+)\"\s*,\s*([0-9.]+)\s*\)")
_WHOLE = re.compile(r"(?<!part of )deadline\(\s*\"([^\"]+)\"\s*\)")
NEAR = timedelta(seconds=1)
"""An instant of the share of a clock is rounded when it is stored."""
Clocks = Mapping[str, Deadline]


def move_timers(
    connection: Connection, bundle: Bundle, root_key: int, before: Clocks, after: Clocks
) -> list[tuple[str, datetime]]:
    """Move the timers of a case that stand at a share of a clock to the same share of the clock as
    it is now; each with its element and new time."""
    expressions = dict(_expressions(bundle))
    moved = []
    for row in jobs.list_timers(connection, root_key):
        source = expressions.get(row["element_id"], "")
        due = _moved(row["due_at"], shares_of(source), before, after)
        if due is not None and due != row["due_at"]:
            jobs.set_timer(connection, root_key, row["key"], due_at=due)
            moved.append((row["element_id"], due))
    return moved


def shares_of(expression: str) -> list[tuple[str, float]]:
    """The clocks that an expression of a timer names, each with its share."""
    parts = [(clock, float(share)) for clock, share in _PART.findall(expression)]
    return [*parts, *((clock, 1.0) for clock in _WHOLE.findall(expression))]


def _moved(
    due_at: datetime, shares: Iterable[tuple[str, float]], before: Clocks, after: Clocks
) -> datetime | None:
    for clock, share in shares:
        new = nearest_of(after, clock)
        for old in alike(before, clock):
            if new is not None and abs(_at(old, share) - due_at) <= NEAR:
                return _at(new, share)
    return None


def _at(entry: Deadline, share: float) -> datetime:
    return entry.started_at + (entry.due_at - entry.started_at) * share


def _expressions(bundle: Bundle) -> Iterator[tuple[str, str]]:
    for process in bundle.models.values():
        for element in process.elements.values():
            if element.event.value is not None and element.event.kind == "timer":
                yield element.id, element.event.value.source
