"""The people that an answer names are accounts of the bank, with the role wanted, and there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from service import cases, identity
from service.db import Connection
from service.errors import FieldError, FormInvalid
from service.identity.staff import StaffMember
from service.sentence import Sentence
from service.tasks import person_fields

MOST_LOOKED_AT = 20_000
MOST_CHOICES = 500
"""So many people are offered in a picker; a name beyond them can still be sent."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be chosen: how they are called, their roles, how many open complaints they
    hold, whether they are away today."""

    name: str
    shown: str
    roles: tuple[str, ...]
    load: int
    absent: bool


def check_people(
    connection: Connection,
    form: Mapping[str, Any] | None,
    answer: Mapping[str, Any],
    *,
    today: date,
) -> None:
    """Raises FormInvalid for a name that is no account, has another role, or is absent today.
    Without any account of these roles there is no directory to check against."""
    errors = []
    for name, roles in person_fields(form or {}):
        given = answer.get(name)
        names = [given] if isinstance(given, str) else list(given or ())
        people = _directory(connection, roles, today) if names else {}
        for each in names if people else ():
            problem = _problem(str(each), people)
            if problem:
                errors.append(FieldError(f"/{name}", problem))
    if errors:
        raise FormInvalid(errors)


def list_choices(connection: Connection, roles: tuple[str, ...], *, today: date) -> list[Choice]:
    """Who can be chosen for a field, those who are there first."""
    load = cases.count_open_by_investigator(connection)
    found = [
        Choice(
            each.name,
            each.display_name or each.name,
            each.roles,
            load.get(each.name, 0),
            _is_away(each, today),
        )
        for each in _staff(connection, roles, today)
    ]
    return sorted(found, key=lambda each: (each.absent, each.shown))[:MOST_CHOICES]


def _staff(connection: Connection, roles: tuple[str, ...], today: date) -> list[StaffMember]:
    """The active accounts of any of the roles; of all where none is named."""
    people = identity.list_staff(connection, on=today, limit=MOST_LOOKED_AT)
    return [each for each in people if not roles or set(roles) & set(each.roles)]


def _directory(connection: Connection, roles: tuple[str, ...], today: date) -> dict[str, bool]:
    """Their names, and whether each is away."""
    return {each.name: _is_away(each, today) for each in _staff(connection, roles, today)}


def _is_away(each: StaffMember, today: date) -> bool:
    return any(absence.first <= today <= absence.last for absence in each.absences)


def _problem(name: str, people: Mapping[str, bool]) -> str:
    if name not in people:
        known = [each for each, absent in people.items() if not absent][:20]
        return Sentence("expected one of {known}, got {name}", known=known, name=name[:100])
    return Sentence("{name} is absent today", name=name) if people[name] else ""
