"""Who can take a complaint: their unit, skills, capacity, absences. Rules are pure; load is counted
by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.errors import InvalidInput, NotFound
from service.identity.permissions import Permission, roles_with
from service.identity.tables import absence, account, account_role, staff

MOST_OF_UNIT = 200
CAPACITY = 30
"""How many open complaints somebody holds at most, when nothing else was said."""
MOST_CAPACITY = 10_000


_ON: sa.BindParameter[date] = sa.bindparam("b_on", type_=sa.Date)
_AWAY = sa.select(absence.c.account_name).where(
    absence.c.first_day <= _ON, absence.c.last_day >= _ON
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with a role, where they work and what they can do."""

    name: str
    unit: str
    skills: frozenset[str]
    capacity: int
    absent: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """The first and the last day that somebody is away."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An active account as the people who plan the work see it."""

    name: str
    display_name: str
    roles: tuple[str, ...]
    unit: str
    skills: tuple[str, ...]
    capacity: int
    absences: tuple[Absence, ...]


def set_staff(
    connection: Connection, name: str, *, unit: str, skills: Iterable[str], capacity: int = CAPACITY
) -> None:
    """Say where an account works, what it can do and how much it can hold. Raises InvalidInput,
    NotFound."""
    if not 1 <= capacity <= MOST_CAPACITY:
        raise InvalidInput(
            "expected a capacity of 1 to {most}, got {capacity}",
            most=MOST_CAPACITY,
            capacity=capacity,
        )
    _check_known(connection, name)
    connection.execute(sa.delete(staff).where(staff.c.account_name == name))
    row = {"account_name": name, "unit": unit, "skills": sorted(set(skills)), "capacity": capacity}
    connection.execute(sa.insert(staff), row)


def get_settings(connection: Connection, name: str) -> dict[str, Any]:
    """The unit, skills and capacity of an account, as they are or as they are taken to be. Raises
    NotFound."""
    _check_known(connection, name)
    row = connection.execute(sa.select(staff).where(staff.c.account_name == name)).one_or_none()
    if row is None:
        return {"unit": "", "skills": [], "capacity": CAPACITY}
    return {"unit": row.unit, "skills": list(row.skills), "capacity": row.capacity}


def find_absence(connection: Connection, name: str, *, first: date) -> Absence | None:
    """The absence that begins on that day."""
    row = connection.execute(
        sa.select(absence).where(absence.c.account_name == name, absence.c.first_day == first)
    ).one_or_none()
    return None if row is None else Absence(row.first_day, row.last_day)


def set_absence(connection: Connection, name: str, *, first: date, last: date) -> None:
    """Say that somebody is away on these days. Raises InvalidInput, NotFound."""
    _check_known(connection, name)
    if last < first:
        raise InvalidInput(
            "expected a last day on or after {first}, got {last}", first=first, last=last
        )
    where = (absence.c.account_name == name) & (absence.c.first_day == first)
    connection.execute(sa.delete(absence).where(where))
    connection.execute(
        sa.insert(absence), {"account_name": name, "first_day": first, "last_day": last}
    )


def drop_absence(connection: Connection, name: str, *, first: date) -> None:
    """Forget an absence that begins on that day."""
    connection.execute(
        sa.delete(absence).where(absence.c.account_name == name, absence.c.first_day == first)
    )


def list_away(connection: Connection, *, on: date) -> frozenset[str]:
    """Who is absent on a day."""
    query = sa.select(absence.c.account_name).where(
        absence.c.first_day <= on, absence.c.last_day >= on
    )
    return frozenset(connection.execute(query).scalars())


def list_staff(
    connection: Connection, *, on: date, after: str = "", limit: int = 50
) -> list[StaffMember]:
    """The active accounts by name from just after one, with what is known of them and their
    absences from a day on."""
    people = (
        sa.select(
            account.c.name, account.c.display_name, staff.c.unit, staff.c.skills, staff.c.capacity
        )
        .outerjoin(staff, staff.c.account_name == account.c.name)
        .where(account.c.active, account.c.name > after)
        .order_by(account.c.name)
        .limit(limit)
    )
    rows = connection.execute(people).all()
    if not rows:
        return []
    names = [row.name for row in rows]
    away: dict[str, list[Absence]] = {}
    query = sa.select(absence).where(absence.c.account_name.in_(names), absence.c.last_day >= on)
    for each in connection.execute(query.order_by(absence.c.first_day)):
        away.setdefault(each.account_name, []).append(Absence(each.first_day, each.last_day))
    roles: dict[str, list[str]] = {}
    for each in connection.execute(
        sa.select(account_role).where(account_role.c.account_name.in_(names))
    ):
        roles.setdefault(each.account_name, []).append(each.role)
    return [
        StaffMember(
            row.name,
            row.display_name,
            tuple(sorted(roles.get(row.name, ()))),
            row.unit or "",
            tuple(row.skills or ()),
            row.capacity or CAPACITY,
            tuple(away.get(row.name, ())),
        )
        for row in rows
    ]


def list_of_unit(connection: Connection, role: str, unit: str) -> list[str]:
    """The active accounts of a role that belong to a unit, by name; units are compared without
    regard to case."""
    found = connection.execute(
        sa.select(account.c.name)
        .join(staff, staff.c.account_name == account.c.name)
        .join(account_role, account_role.c.account_name == account.c.name)
        .where(
            account.c.active,
            account_role.c.role == role,
            sa.func.lower(staff.c.unit) == unit.strip().lower(),
        )
        .order_by(account.c.name)
        .limit(MOST_OF_UNIT)
    )
    return list(found.scalars())


def list_candidates(connection: Connection, permission: Permission, *, on: date) -> list[Candidate]:
    """The active accounts that have a permission, by name; `absent` says it of the day `on`."""
    return [
        Candidate(
            row["name"],
            row["unit"] or "",
            frozenset(row["skills"] or ()),
            row["capacity"] or CAPACITY,
            bool(row["away"]),
        )
        for row in _candidates(permission).all(connection, {"b_on": on})
    ]


@cache
def _candidates(permission: Permission) -> Prepared:
    able = sa.select(account_role.c.account_name).where(
        account_role.c.role.in_([sa.literal_column(f"'{role}'") for role in roles_with(permission)])
    )
    return Prepared(
        sa.select(
            account.c.name,
            staff.c.unit,
            staff.c.skills,
            staff.c.capacity,
            account.c.name.in_(_AWAY).label("away"),
        )
        .outerjoin(staff, staff.c.account_name == account.c.name)
        .where(account.c.name.in_(able), account.c.active)
        .order_by(account.c.name)
    )


def best_candidate(
    people: Iterable[Candidate],
    load: Mapping[str, int],
    *,
    skill: str | None = None,
    person: str | None = None,
    unit: str | None = None,
) -> Candidate | None:
    """The least loaded of those who may: never the person or unit complained about, nobody absent
    or full.

    Somebody with the skill goes before somebody without; who holds less, in parts of what they can,
    goes first.
    """
    free = [
        each
        for each in people
        if not each.absent
        and not is_complained_about(each, person, unit)
        and load.get(each.name, 0) < each.capacity
    ]
    return min(
        free,
        key=lambda each: (
            skill not in each.skills,
            load.get(each.name, 0) / each.capacity,
            each.name,
        ),
        default=None,
    )


def is_complained_about(each: Candidate, person: str | None, unit: str | None) -> bool:
    """Whether the complaint is about this person or their unit."""
    return _same(each.name, person) or (bool(each.unit) and _same(each.unit, unit))


def _check_known(connection: Connection, name: str) -> None:
    if connection.execute(sa.select(account.c.name).where(account.c.name == name)).first() is None:
        raise NotFound("There is no account {name!r}.", name=name)


def _same(one: str, other: str | None) -> bool:
    return other is not None and one.strip().casefold() == other.strip().casefold()
