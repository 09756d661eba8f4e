"""Complaints in pages, newest first: all of them, or those with every word of a text. Open ones of
the highest severity stand before all others on the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from service.cases.queries import Complaint
from service.cases.search import search_roots
from service.cases.tables import complaint
from service.db import Connection, count_up_to

PAGE_SIZE = 50
_OVER = complaint.c.status != sa.literal_column("'open'")
"""As the index says it: SQLite does not conclude it from another status."""
URGENT, MOST_URGENT = "P1", 20
"""The severity that is put first, and how many of it at most."""
MOST_ASKED = 200
"""The tasks of so many of them are looked at for the task list."""
MOST_FOUND = 500
"""So many of the next hits of a search are looked at for a page."""


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """Some complaints, and the root key from which to go on; `total` is counted up to a bound, None
    for a search."""

    rows: Sequence[Complaint]
    more: int | None
    total: int | None = None


def page_complaints(
    connection: Connection,
    text: str = "",
    *,
    status: str = "",
    before: int | None = None,
    size: int = PAGE_SIZE,
) -> ComplaintPage:
    """The complaints just older than `before`."""
    if text:
        return _found(connection, text, status, before, size)
    query = sa.select(complaint)
    if status == "open":
        query = query.where(complaint.c.status == "open")
    elif status:
        query = query.where(complaint.c.status == status, _OVER)
    total = count_up_to(connection, query)
    urgent = _urgent(connection) if status in ("", "open") else []
    if urgent:
        query = query.where(complaint.c.root_key.not_in([row.root_key for row in urgent]))
    if before is not None:
        query = query.where(complaint.c.root_key < before)
    rows = _rows(connection, query, size)
    more = rows[size - 1].root_key if len(rows) > size else None
    return ComplaintPage([*(urgent if before is None else ()), *rows[:size]], more, total)


def list_urgent(connection: Connection) -> list[int]:
    """The root keys of the open complaints of the highest severity, newest first, up to a bound."""
    query = sa.select(complaint.c.root_key).where(
        complaint.c.status == sa.literal_column("'open'"), complaint.c.severity == URGENT
    )
    newest = query.order_by(complaint.c.root_key.desc()).limit(MOST_ASKED)
    return list(connection.execute(newest).scalars())


def _urgent(connection: Connection) -> list[Complaint]:
    """The newest open complaints of the highest severity, as many as are put first."""
    query = sa.select(complaint).where(
        complaint.c.status == sa.literal_column("'open'"), complaint.c.severity == URGENT
    )
    return _rows(connection, query, MOST_URGENT - 1)


def _found(
    connection: Connection, text: str, status: str, before: int | None, size: int
) -> ComplaintPage:
    roots = list(
        search_roots(connection, text, limit=MOST_FOUND if status else size + 1, before=before)
    )
    query = sa.select(complaint).where(complaint.c.root_key.in_(roots))
    rows = _rows(connection, query.where(complaint.c.status == status) if status else query, size)
    if len(rows) > size:
        return ComplaintPage(rows[:size], rows[size - 1].root_key)
    return ComplaintPage(rows, roots[-1] if status and len(roots) == MOST_FOUND else None)


def _rows(
    connection: Connection, query: sa.Select[tuple[object, ...]], size: int
) -> list[Complaint]:
    """One more than the page holds, so that it is known whether there are more."""
    rows = connection.execute(
        query.order_by(complaint.c.root_key.desc()).limit(size + 1)
    ).mappings()
    return [Complaint(**row) for row in rows]
