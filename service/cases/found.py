"""Complaints that a search found, in full."""

from __future__ import annotations

import sqlalchemy as sa

from service.cases.queries import Complaint
from service.cases.search import search_roots
from service.cases.tables import complaint
from service.db import Connection

MOST_FOUND = 500


def search_complaints(
    connection: Connection, text: str, *, status: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Complaint], int]:
    """Complaints with every word of the text, newest first, and how many there are among the newest 500."""
    roots = list(search_roots(connection, text, limit=MOST_FOUND))
    query = sa.select(complaint).where(complaint.c.root_key.in_(roots))
    if status:
        query = query.where(complaint.c.status == status)
    total = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = connection.execute(query.order_by(complaint.c.root_key.desc()).offset(offset).limit(limit)).mappings()
    return [Complaint(**row) for row in rows], int(total)
