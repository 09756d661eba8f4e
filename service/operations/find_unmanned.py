"""Open tasks that nobody may do: everybody they are offered to is barred by what they have done or
by a wall, may not decide so high, is away, or has no active account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from service import cases, identity, tasks
from service.builtins import list_barred
from service.db import Connection
from service.identity import Permission
from service.tasks import UserTask
from service.tasks.tables import user_task

MANY = 25
"""Of a task that so many may be asked to do, nobody asks one by one who is barred."""
Offer = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(slots=True)
class Staff:
    """Who there is on a day, read once for each offer and once for each of them, however many tasks
    are looked at. `on` is the day where the bank is."""

    connection: Connection
    on: date
    now: datetime
    _away: frozenset[str] | None = None
    _known: dict[Offer, tuple[str, ...]] = field(default_factory=dict)
    _kept: dict[str, frozenset[int]] = field(default_factory=dict)
    _levels: Mapping[str, str] | None = None

    @property
    def away(self) -> frozenset[str]:
        if self._away is None:
            self._away = identity.list_away(self.connection, on=self.on)
        return self._away

    def offered(self, task: UserTask) -> tuple[str, ...]:
        """The active accounts that a task is offered to."""
        offer = (task.candidate_groups, task.candidate_users)
        if offer not in self._known:
            self._known[offer] = tuple(self._read(offer))
        return self._known[offer]

    def may_know(self, name: str, root_key: int) -> bool:
        """Whether an account may know of a case."""
        if name not in self._kept:
            hidden = cases.hidden_from(self.connection, name, now=self.now)
            self._kept[name] = frozenset(hidden)
        return root_key not in self._kept[name]

    def reaches(self, name: str, needed: str | None) -> bool:
        """Whether an account may decide so high."""
        if needed is None:
            return True
        if self._levels is None:
            self._levels = identity.list_levels(self.connection)
        return identity.reaches(self._levels.get(name, ""), needed)

    def _read(self, offer: Offer) -> Iterable[str]:
        groups, people = offer
        if not groups and not people:
            able = Permission.TAKE_UNOFFERED_TASKS
            return [
                each.name for each in identity.list_candidates(self.connection, able, on=self.on)
            ]
        wanted = (*groups, *people)
        return dict.fromkeys(
            name for each in wanted for name in identity.list_members(self.connection, each)
        )


def find_unmanned(staff: Staff, task: UserTask) -> Mapping[str, str] | None:
    """Why each of those whom a task is offered to may not do it, by account: `kept` from the case,
    had a `part` in it, has no such `level`, is `away`; None where somebody may, or holds it."""
    offered = staff.offered(task)
    if task.assignee is not None or len(set(offered) - staff.away) > MANY:
        return None
    barred = {each.casefold() for each in list_barred(staff.connection, task)}
    found = {}
    for name in offered:
        why = _why(staff, task, name, barred=name.casefold() in barred)
        if not why:
            return None
        found[name] = why
    return found


def _why(staff: Staff, task: UserTask, name: str, *, barred: bool) -> str:
    if not staff.may_know(name, task.root_key):
        return "kept"
    if barred:
        return "part"
    if not staff.reaches(name, tasks.needed_level(task)):
        return "level"
    return "away" if name in staff.away else ""


def list_unheld(connection: Connection, *, after: int, limit: int) -> list[UserTask]:
    """The next open tasks that nobody holds, by key."""
    query = (
        sa.select(user_task)
        .where(user_task.c.state == "open", user_task.c.assignee.is_(None), user_task.c.key > after)
        .order_by(user_task.c.key)
        .limit(limit)
    )
    return [UserTask.of(dict(row)) for row in connection.execute(query).mappings()]
