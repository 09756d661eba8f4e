"""Complaints in pages, newest first: all of them, or those with every word of a text."""

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
    if before is not None:
        query = query.where(complaint.c.root_key < before)
    rows = _rows(connection, query, size)
    return ComplaintPage(rows[:size], rows[size - 1].root_key if len(rows) > size else None, total)


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
