"""Rows that are old are dropped so many at a time: nobody waits for long."""

from __future__ import annotations

import sqlalchemy as sa

from service.db.engine import Connection


def drop_some(
    connection: Connection, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int
) -> int:
    """Delete at most so many of the rows that are `old`; how many."""
    keys = [*table.primary_key.columns]
    found = connection.execute(sa.select(*keys).where(old).limit(limit)).all()
    if not found:
        return 0
    where = sa.tuple_(*keys).in_([tuple(row) for row in found])
    return connection.execute(sa.delete(table).where(where)).rowcount
