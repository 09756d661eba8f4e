"""Who has how much, and what is about to be late: for those who give out the work.

People are found by going from name to name in the index of open tasks, and each one's tasks are
counted up to a bound: what it costs depends on how many people there are, not on how many tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.db import MOST_COUNTED, Connection
from service.tasks.tables import user_task

MOST_PEOPLE = 200
MOST_NAMES = 2_000
"""So many people are looked at, by name, before those with the latest tasks are shown."""


@dataclass(frozen=True, slots=True)
class Load:
    """The open tasks of one person, counted up to `MOST_COUNTED`; `name` is empty for those nobody
    holds."""

    name: str
    open: int
    late: int
    soon: int


_COUNT = (
    "(SELECT count(*) FROM (SELECT 1 FROM user_task WHERE state = 'open' AND {held}{within} "
    "LIMIT {most}) one)"
)
_NEXT = (
    "(SELECT assignee FROM user_task WHERE state = 'open' AND assignee {after} ORDER BY "
    "assignee LIMIT 1)"
)


def _counts(held: str) -> str:
    """The open tasks of a holder: all, late, soon."""
    within = {
        "open": "",
        "late": " AND due_at <= :now",
        "soon": " AND due_at > :now AND due_at <= :soon",
    }
    return ", ".join(
        _COUNT.format(held=held, within=bounds, most=MOST_COUNTED) + f" AS {name}"
        for name, bounds in within.items()
    )


_LOAD = sa.text(
    "WITH RECURSIVE person (name) AS ("  # noqa: S608
    f" SELECT {_NEXT.format(after='IS NOT NULL')} UNION ALL"
    f" SELECT {_NEXT.format(after='> person.name')} FROM person WHERE person.name IS NOT NULL)"
    f" SELECT holder.name AS name, {_counts('assignee = holder.name')}"
    f" FROM (SELECT name FROM person LIMIT {MOST_NAMES}) holder WHERE holder.name IS NOT NULL"
    f" UNION ALL SELECT '' AS name, {_counts('assignee IS NULL')}"
).bindparams(*(sa.bindparam(name, type_=user_task.c.due_at.type) for name in ("now", "soon")))


def list_load(connection: Connection, *, now: datetime, soon: datetime) -> Sequence[Load]:
    """The open tasks by who holds them, the latest first."""
    found = connection.execute(_LOAD, {"now": now, "soon": soon})
    loads = [Load(row.name, row.open, row.late, row.soon) for row in found if row.open]
    return sorted(loads, key=lambda each: (-each.late, -each.open, each.name))[:MOST_PEOPLE]
