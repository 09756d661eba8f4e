"""Which tasks a list has: keys in order of their due dates, read from an index and never from a whole table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases.tables import complaint
from service.db import MAX_CHILD, Connection
from service.tasks import NO_DUE
from service.tasks.tables import task_candidate, user_task

Key = tuple[datetime, int]
"""Due date and task key: the order of the list. No due date sorts as the last day there is."""
WINDOW = 3_000
"""A filter looks at so many of the nearest tasks at a time."""
FEW_CASES = 1_000
"""A filter that fits at most so many cases is answered from the cases."""


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What a list is narrowed to; what is empty narrows nothing. `roots` are cases that a search found."""

    role: str = ""
    process: str = ""
    step: str = ""
    severity: str = ""
    channel: str = ""
    product: str = ""
    assignee: str = ""
    due_from: datetime | None = None
    due_until: datetime | None = None
    roots: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """The offers (candidate, held or not) whose tasks are in the list; None for every open task."""

    offers: tuple[tuple[str, bool], ...] | None


@dataclass(frozen=True, slots=True)
class Found:
    """Keys in order. `window_end` is where looking stopped, None when there is nothing beyond."""

    keys: Sequence[Key]
    window_end: Key | None = None


def keys_by_due(connection: Connection, reach: Reach, only: InboxFilter, *, after: Key | None, limit: int) -> Found:
    """The nearest keys. A filter on the task or its case looks at a window of them."""
    narrow = _conditions(only)
    if not narrow:
        return Found(_unique(connection.execute(sa.union_all(*_nearest(reach, only, after, limit))))[:limit])
    window = sa.union(*_nearest(reach, only, after, WINDOW)).subquery("near")
    window = sa.select(*window.c).order_by(*window.c).limit(WINDOW).subquery("near_first")
    kept = _unique(connection.execute(_fitting(window, narrow).limit(limit)))
    if len(kept) >= limit:
        return Found(kept)
    end = connection.execute(sa.select(*window.c).order_by(*window.c).offset(WINDOW - 1).limit(1)).first()
    return Found(kept, None if end is None else (end[0] or NO_DUE, end[1]))


def count_keys(connection: Connection, reach: Reach, only: InboxFilter, *, most: int) -> int:
    """How many keys there are, counted up to `most`."""
    each_once = sa.union(*_nearest(reach, only, None, most)).subquery()
    counted = connection.execute(sa.select(sa.func.count()).select_from(each_once)).scalar_one()
    return min(int(counted), most)


def keys_by_case(
    connection: Connection, reach: Reach, roots: Sequence[int], only: InboxFilter, *, after: Key | None, limit: int
) -> Found:
    """The keys of these cases' open tasks; few enough to be sorted here."""
    query = sa.select(user_task.c.due_at, user_task.c.key).where(
        user_task.c.root_key.in_(list(roots)), user_task.c.state == "open", *_conditions(only)
    )
    if reach.offers is not None:
        offered = sa.or_(
            *(
                (task_candidate.c.candidate == candidate) & (task_candidate.c.assigned == held)
                for candidate, held in reach.offers
            )
        )
        same = (task_candidate.c.root_key == user_task.c.root_key) & (task_candidate.c.task_key == user_task.c.key)
        query = query.where(sa.exists().where(same, offered))
    query = query.outerjoin(complaint, complaint.c.root_key == user_task.c.root_key)
    found = _unique((at or NO_DUE, key) for at, key in connection.execute(query))
    first, end = only.due_from, only.due_until
    fitting = [
        each
        for each in found
        if (after is None or each > after) and (first is None or each[0] >= first) and (end is None or each[0] < end)
    ]
    return Found(fitting[:limit])


def probe_cases(connection: Connection, only: InboxFilter) -> Sequence[int] | None:
    """The open cases that a filter on the case fits, when they are few; None when they are many or it has none."""
    if only.roots is not None:
        return only.roots
    best: Sequence[int] | None = None
    for column in ("severity", "channel", "product"):
        wanted = getattr(only, column)
        if not wanted:
            continue
        query = sa.select(complaint.c.root_key).where(complaint.c.status == "open", complaint.c[column] == wanted)
        found = connection.execute(query.limit(FEW_CASES + 1)).scalars().all()
        if len(found) <= FEW_CASES and (best is None or len(found) < len(best)):
            best = found
    return best


def _nearest(reach: Reach, only: InboxFilter, after: Key | None, depth: int) -> list[sa.Select[Any]]:
    """The nearest `depth` keys of each offer."""
    if reach.offers is None:
        return _all_open(only, after, depth)
    columns = (task_candidate.c.due_at, task_candidate.c.task_key)
    parts = []
    for candidate, held in reach.offers:
        query = sa.select(*columns).where(task_candidate.c.candidate == candidate, task_candidate.c.assigned == held)
        parts.append(_cut(_bounded(query, columns, only, after), columns, depth))
    return parts


def _all_open(only: InboxFilter, after: Key | None, depth: int) -> list[sa.Select[Any]]:
    """Every open task: those with a due date by the index, and those without."""
    columns = (user_task.c.due_at, user_task.c.key)
    dated = sa.select(*columns).where(user_task.c.state == "open", user_task.c.due_at.is_not(None))
    parts = [_cut(_bounded(dated, columns, only, after), columns, depth)]
    if only.due_until is None:
        last = sa.literal(NO_DUE, user_task.c.due_at.type).label("due_at")
        undated = sa.select(last, user_task.c.key).where(user_task.c.state == "open", user_task.c.due_at.is_(None))
        if after is not None and after[0] == NO_DUE:
            undated = undated.where(user_task.c.key > after[1])
        parts.append(_cut(undated, (user_task.c.key,), depth))
    return parts


def _cut(query: sa.Select[Any], order: tuple[Any, ...], depth: int) -> sa.Select[Any]:
    part = query.order_by(*order).limit(depth).subquery()
    return sa.select(*part.c)


def _bounded(query: Any, columns: tuple[Any, Any], only: InboxFilter, after: Key | None) -> Any:
    if after is not None:
        query = query.where(sa.tuple_(*columns) > sa.tuple_(sa.literal(after[0], columns[0].type), after[1]))
    if only.due_from is not None:
        query = query.where(columns[0] >= only.due_from)
    return query if only.due_until is None else query.where(columns[0] < only.due_until)


def _conditions(only: InboxFilter) -> list[sa.ColumnElement[bool]]:
    """What a filter asks of the task's row and of its case's."""
    found = []
    for column, wanted in (
        (user_task.c.process_id, only.process),
        (user_task.c.element_id, only.step),
        (complaint.c.severity, only.severity),
        (complaint.c.channel, only.channel),
        (complaint.c.product, only.product),
    ):
        if wanted:
            found.append(column == wanted)
    if only.assignee == "-":
        found.append(user_task.c.assignee.is_(None))
    elif only.assignee:
        found.append(user_task.c.assignee == only.assignee)
    return found


def _fitting(window: sa.Subquery, narrow: list[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """The keys of a window whose tasks a filter fits, in order."""
    due, key = window.c
    root = key.op("&")(sa.literal(~MAX_CHILD, sa.BigInteger))
    task = user_task.join(window, (user_task.c.root_key == root) & (user_task.c.key == key))
    joined = task.outerjoin(complaint, complaint.c.root_key == user_task.c.root_key)
    return sa.select(due, key).select_from(joined).where(*narrow).order_by(due, key)


def _unique(found: Iterable[Any]) -> list[Key]:
    """In order, each once: a task may be offered to two of a person's groups."""
    return sorted({(at or NO_DUE, key) for at, key in found})
