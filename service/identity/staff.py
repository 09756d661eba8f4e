"""Who can take a complaint: their unit, skills, capacity, absences. Rules are pure; load is counted by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from service.db import Connection
from service.errors import InvalidInput
from service.identity.tables import absence, account, account_role, staff

CAPACITY = 30
"""How many open complaints somebody holds at most, when nothing else was said."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with a role, where they work and what they can do."""

    name: str
    unit: str
    skills: frozenset[str]
    capacity: int
    absent: bool


def set_staff(connection: Connection, name: str, *, unit: str, skills: Iterable[str], capacity: int = CAPACITY) -> None:
    """Say where an account works, what it can do and how much it can hold."""
    if capacity < 1:
        raise InvalidInput(f"expected a capacity of 1 or more, got {capacity}")
    connection.execute(sa.delete(staff).where(staff.c.account_name == name))
    row = {"account_name": name, "unit": unit, "skills": sorted(set(skills)), "capacity": capacity}
    connection.execute(sa.insert(staff), row)


def set_absence(connection: Connection, name: str, *, first: date, last: date) -> None:
    """Say that somebody is away on these days."""
    if last < first:
        raise InvalidInput(f"expected a last day on or after {first}, got {last}")
    where = (absence.c.account_name == name) & (absence.c.first_day == first)
    connection.execute(sa.delete(absence).where(where))
    connection.execute(sa.insert(absence), {"account_name": name, "first_day": first, "last_day": last})


def list_candidates(connection: Connection, role: str, *, on: date) -> list[Candidate]:
    """The active accounts with a role, by name."""
    away = sa.select(absence.c.account_name).where(absence.c.first_day <= on, absence.c.last_day >= on)
    query = (
        sa.select(
            account.c.name, staff.c.unit, staff.c.skills, staff.c.capacity, account.c.name.in_(away).label("away")
        )
        .join(account_role, account_role.c.account_name == account.c.name)
        .outerjoin(staff, staff.c.account_name == account.c.name)
        .where(account_role.c.role == role, account.c.active)
        .order_by(account.c.name)
    )
    return [
        Candidate(row.name, row.unit or "", frozenset(row.skills or ()), row.capacity or CAPACITY, bool(row.away))
        for row in connection.execute(query)
    ]


def best_candidate(
    people: Iterable[Candidate],
    load: Mapping[str, int],
    *,
    skill: str | None = None,
    person: str | None = None,
    unit: str | None = None,
) -> Candidate | None:
    """The least loaded of those who may: never the person or unit complained about, nobody absent or full.

    Somebody with the skill goes before somebody without; who holds less, in parts of what they can, goes first.
    """
    free = [
        each
        for each in people
        if not each.absent and not is_complained_about(each, person, unit) and load.get(each.name, 0) < each.capacity
    ]
    return min(
        free,
        key=lambda each: (skill not in each.skills, load.get(each.name, 0) / each.capacity, each.name),
        default=None,
    )


def is_complained_about(each: Candidate, person: str | None, unit: str | None) -> bool:
    """Whether the complaint is about this person or their unit."""
    return _same(each.name, person) or (bool(each.unit) and _same(each.unit, unit))


def _same(one: str, other: str | None) -> bool:
    return other is not None and one.strip().casefold() == other.strip().casefold()
