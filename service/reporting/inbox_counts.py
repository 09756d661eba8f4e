"""How many tasks each of several lists has: all of them counted in one statement, each up to a
bound, by the indexes that the lists read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared, UtcDateTime, keys_given
from service.reporting.inbox_keys import Reach
from service.tasks.tables import task_candidate, user_task

DIALECTS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Counting:
    """A list to be counted: what leads to its tasks, due before `until`, without those `aside`."""

    reach: Reach
    until: datetime | None = None
    aside: tuple[int, ...] = ()

    @property
    def shape(self) -> _Shape:
        offers = self.reach.offers
        return _Shape(
            None if offers is None else tuple(held for _, held in offers),
            self.reach.holder if self.reach.holder in ("", "-") else "somebody",
            self.until is not None,
            bool(self.aside),
        )


@dataclass(frozen=True, slots=True)
class _Shape:
    """What makes the text of a count; the rest are its values. `holder`: "" all, "-" nobody."""

    offers: tuple[bool, ...] | None
    holder: str
    bounded: bool
    aside: bool


def count_lists(connection: Connection, lists: Sequence[Counting], *, most: int) -> list[int]:
    """How many tasks each list has, counted up to `most`."""
    if not lists:
        return []
    shapes = tuple(each.shape for each in lists)
    values: dict[str, Any] = {"b_most": most}
    for number, each in enumerate(lists):
        values |= dict(_values(number, each))
    row = _statement(shapes).row(connection, values)
    assert row is not None, "counts are one row"
    return [min(int(count), most) for count in row]


def _values(number: int, each: Counting) -> Iterator[tuple[str, Any]]:
    if each.until is not None:
        yield f"b_until_{number}", each.until
    if each.aside:
        yield f"b_aside_{number}", list(each.aside)
    if each.reach.offers is None:
        if each.shape.holder == "somebody":
            yield f"b_holder_{number}", each.reach.holder
        return
    for place, (who, _) in enumerate(each.reach.offers):
        yield f"b_who_{number}_{place}", who


@lru_cache(maxsize=256)
def _statement(shapes: tuple[_Shape, ...]) -> Prepared:
    return Prepared(
        {
            dialect: sa.select(
                *(_count(number, shape, dialect) for number, shape in enumerate(shapes))
            )
            for dialect in DIALECTS
        }
    )


def _count(number: int, shape: _Shape, dialect: str) -> Any:
    """The count of one list: a task that is offered twice counts once."""
    found = sa.union(*_parts(number, shape, dialect)).subquery()
    query = sa.select(sa.func.count()).select_from(found)
    return query.scalar_subquery().label(f"count_{number}")


def _parts(number: int, shape: _Shape, dialect: str) -> Iterator[sa.Select[Any]]:
    if shape.offers is None:
        key, due, owned = user_task.c.key, user_task.c.due_at, _open_of(number, shape.holder)
        yield _cut([key, due], [*owned, due.is_not(None)], number, shape, dialect)
        if not shape.bounded:
            yield _cut([key], [*owned, due.is_(None)], number, shape, dialect)
        return
    for place, held in enumerate(shape.offers):
        who = sa.bindparam(f"b_who_{number}_{place}", type_=sa.String)
        offered = [task_candidate.c.candidate == who, task_candidate.c.assigned == held]
        columns = [task_candidate.c.task_key, task_candidate.c.due_at]
        yield _cut(columns, offered, number, shape, dialect)


def _open_of(number: int, holder: str) -> list[sa.ColumnElement[bool]]:
    """In the words of the indexes: SQLite then need not look at the rows."""
    found = [user_task.c.state == sa.literal_column("'open'")]
    if holder == "-":
        found.append(user_task.c.assignee.is_(None))
    elif holder:
        given = sa.bindparam(f"b_holder_{number}", type_=sa.String)
        found.append(user_task.c.assignee == given)
    return found


def _cut(
    columns: Sequence[Any],
    where: Sequence[sa.ColumnElement[bool]],
    number: int,
    shape: _Shape,
    dialect: str,
) -> sa.Select[Any]:
    """The first of them, up to the bound, in the order of the index."""
    key, *due = columns
    query = sa.select(key.label("task_key")).where(*where)
    if shape.bounded:
        query = query.where(due[0] < sa.bindparam(f"b_until_{number}", type_=UtcDateTime))
    if shape.aside:
        query = query.where(key.not_in(sa.select(keys_given(f"b_aside_{number}")[dialect].c.value)))
    most = sa.bindparam("b_most", type_=sa.Integer)
    part = query.order_by(*due, key).limit(most).subquery()
    return sa.select(part.c.task_key)
