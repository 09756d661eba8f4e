"""Which tasks a list has: keys in order of their due dates, read from an index and never from a
whole table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.cases import has_words
from service.cases.tables import complaint
from service.db import Connection, keys_given, root_column
from service.tasks import NO_DUE
from service.tasks.tables import task_candidate, user_task

Key = tuple[datetime, int]
"""Due date and task key: the order of the list. No due date sorts as the last day there is."""
WINDOW = 1_500
"""A filter looks at so many of the nearest tasks at a time."""
_OF_CASE = ("severity", "channel", "product")
FEW_CASES = 1_000
"""A filter that fits at most so many cases is answered from the cases."""


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What a list is narrowed to; what is empty narrows nothing. `roots` are the cases that a
    search found, `text` is what was searched for when it found too many. `aside` are keys of tasks
    that are left out."""

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
    text: str = ""
    aside: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """The offers (candidate, held or not) whose tasks are in the list; None for every open task, or
    for those that `holder` holds ("-": nobody)."""

    offers: tuple[tuple[str, bool], ...] | None
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Keys in order. `window_end` is where looking stopped, None when there is nothing beyond."""

    keys: Sequence[Key]
    window_end: Key | None = None


def keys_by_due(
    connection: Connection, reach: Reach, only: InboxFilter, *, after: Key | None, limit: int
) -> Found:
    """The nearest keys. A filter on the task or its case looks at a window of them."""
    narrow = _narrowed(reach, only)
    if not narrow.any:
        return Found(
            _unique(connection.execute(sa.union_all(*_nearest(reach, only, after, limit))))[:limit]
        )
    window = sa.union(*_nearest(reach, only, after, WINDOW)).subquery("near")
    first = sa.select(*window.c).order_by(*window.c).limit(WINDOW).cte("near_first")
    fitting = _fitting(connection, first, narrow).limit(limit).subquery("fitting")
    end = sa.select(*first.c).order_by(*first.c).offset(WINDOW - 1).limit(1).subquery("window_end")
    both = sa.union_all(sa.select(*fitting.c, sa.true()), sa.select(*end.c, sa.false()))
    rows = connection.execute(both).all()
    kept = _unique((at, key) for at, key, fits in rows if fits)
    if len(kept) >= limit:
        return Found(kept)
    return Found(kept, next(((at or NO_DUE, key) for at, key, fits in rows if not fits), None))


def keys_by_case(
    connection: Connection,
    reach: Reach,
    roots: Sequence[int],
    only: InboxFilter,
    *,
    after: Key | None,
    limit: int,
) -> Found:
    """The keys of these cases' open tasks; few enough to be sorted here."""
    found = _unique(
        connection.execute(_of_cases(connection, reach, only), {"b_roots": list(roots)})
    )
    first, end = only.due_from, only.due_until
    fitting = [
        each
        for each in found
        if (after is None or each > after)
        and (first is None or each[0] >= first)
        and (end is None or each[0] < end)
        and each[1] not in only.aside
    ]
    return Found(fitting[:limit])


_candidate = task_candidate.c.candidate.op("||")("")
"""Said so that no database takes the index of all that is offered to somebody."""


def _of_cases(connection: Connection, reach: Reach, only: InboxFilter) -> sa.Select[Any]:
    """Due dates and keys of the open tasks of the cases given as `b_roots`."""
    cases, narrow = keys_given("b_roots")[connection.dialect.name], _narrowed(reach, only)
    if reach.offers is None:
        source = cases.join(user_task, user_task.c.root_key == cases.c.value)
        query = sa.select(user_task.c.due_at, user_task.c.key).where(*_open_of(reach), *narrow.task)
    else:
        source = cases.join(task_candidate, task_candidate.c.root_key == cases.c.value)
        offered = [
            sa.and_(_candidate == who, task_candidate.c.assigned == held)
            for who, held in reach.offers
        ]
        query = sa.select(task_candidate.c.due_at, task_candidate.c.task_key).where(
            sa.or_(*offered), *narrow.task
        )
        if narrow.task:
            same = (user_task.c.root_key == task_candidate.c.root_key) & (
                user_task.c.key == task_candidate.c.task_key
            )
            source = source.join(user_task, same)
    if narrow.case:
        source = source.join(complaint, complaint.c.root_key == cases.c.value)
    return query.where(*narrow.case).select_from(source)


def probe_cases(connection: Connection, only: InboxFilter) -> Sequence[int] | None:
    """The open cases that a filter on the case fits, when they are few; None when they are many or
    it has none."""
    if only.roots is not None:
        return only.roots
    best: Sequence[int] | None = None
    for column in _OF_CASE:
        wanted = getattr(only, column)
        if not wanted:
            continue
        query = sa.select(complaint.c.root_key).where(
            complaint.c.status == "open", complaint.c[column] == wanted
        )
        found = connection.execute(query.limit(FEW_CASES + 1)).scalars().all()
        if len(found) <= FEW_CASES and (best is None or len(found) < len(best)):
            best = found
    return best


def _nearest(
    reach: Reach, only: InboxFilter, after: Key | None, depth: int
) -> list[sa.Select[Any]]:
    """The nearest `depth` keys of each offer."""
    if reach.offers is None:
        return _all_open(reach, only, after, depth)
    columns = (task_candidate.c.due_at, task_candidate.c.task_key)
    parts = []
    for candidate, held in reach.offers:
        query = sa.select(*columns).where(
            task_candidate.c.candidate == candidate, task_candidate.c.assigned == held
        )
        parts.append(_cut(_bounded(query, columns, only, after), columns, depth))
    return parts


def _all_open(
    reach: Reach, only: InboxFilter, after: Key | None, depth: int
) -> list[sa.Select[Any]]:
    """Every open task (of a holder): those with a due date by the index, and those without."""
    columns = (user_task.c.due_at, user_task.c.key)
    dated = sa.select(*columns).where(*_open_of(reach), user_task.c.due_at.is_not(None))
    parts = [_cut(_bounded(dated, columns, only, after), columns, depth)]
    if only.due_until is None:
        last = sa.literal(NO_DUE, user_task.c.due_at.type).label("due_at")
        undated = sa.select(last, user_task.c.key).where(
            *_open_of(reach), user_task.c.due_at.is_(None)
        )
        if after is not None and after[0] == NO_DUE:
            undated = undated.where(user_task.c.key > after[1])
        if only.aside:
            undated = undated.where(user_task.c.key.not_in(only.aside))
        parts.append(_cut(undated, (user_task.c.key,), depth))
    return parts


def _open_of(reach: Reach) -> list[sa.ColumnElement[bool]]:
    """In the words of the indexes: SQLite then need not look at the rows."""
    found = [user_task.c.state == sa.literal_column("'open'")]
    if reach.holder:
        found.append(
            user_task.c.assignee.is_(None)
            if reach.holder == "-"
            else user_task.c.assignee == reach.holder
        )
    return found


def _cut(query: sa.Select[Any], order: tuple[Any, ...], depth: int) -> sa.Select[Any]:
    part = query.order_by(*order).limit(depth).subquery()
    return sa.select(*part.c)


def _bounded(query: Any, columns: tuple[Any, Any], only: InboxFilter, after: Key | None) -> Any:
    if after is not None:
        query = query.where(
            sa.tuple_(*columns) > sa.tuple_(sa.literal(after[0], columns[0].type), after[1])
        )
    if only.aside:
        query = query.where(columns[1].not_in(only.aside))
    if only.due_from is not None:
        query = query.where(columns[0] >= only.due_from)
    return query if only.due_until is None else query.where(columns[0] < only.due_until)


@dataclass(frozen=True, slots=True)
class _Narrow:
    """What a filter asks of the task's row, of its case's row, and of its case's words."""

    task: Sequence[sa.ColumnElement[bool]]
    case: Sequence[sa.ColumnElement[bool]]
    text: str

    @property
    def any(self) -> bool:
        return bool(self.task or self.case or self.text)


def _narrowed(reach: Reach, only: InboxFilter) -> _Narrow:
    """Rows are read only where a filter asks something of them."""
    task = [
        column == wanted
        for column, wanted in (
            (user_task.c.process_id, only.process),
            (user_task.c.element_id, only.step),
        )
        if wanted
    ]
    if reach.offers is not None and only.assignee not in ("", "-"):
        task.append(
            user_task.c.assignee == only.assignee
        )  # an offer tells that it is held, not by whom
    case = [complaint.c[name] == wanted for name in _OF_CASE if (wanted := getattr(only, name))]
    return _Narrow(task, case, only.text)


def _fitting(connection: Connection, window: sa.CTE, narrow: _Narrow) -> sa.Select[Any]:
    """The keys of a window whose tasks a filter fits, in order."""
    due, key = window.c
    root = root_column(key)
    source: Any = window
    if narrow.task:
        source = source.join(user_task, (user_task.c.root_key == root) & (user_task.c.key == key))
    if narrow.case:
        source = source.join(complaint, complaint.c.root_key == root)
    words = [has_words(connection, narrow.text, root)] if narrow.text else []
    return (
        sa.select(due, key)
        .select_from(source)
        .where(*narrow.task, *narrow.case, *words)
        .order_by(due, key)
    )


def _unique(found: Iterable[Any]) -> list[Key]:
    """In order, each once: a task may be offered to two of a person's groups."""
    return sorted({(at or NO_DUE, key) for at, key in found})
