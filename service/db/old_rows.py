"""Rows that are old are dropped so many at a time: nobody waits for long."""

from __future__ import annotations

import sqlalchemy as sa

from service.db.engine import Connection


def drop_some(
    connection: Connection, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int
) -> int:
    """Delete at most so many of the rows that are `old`; how many."""
    these = pick_some(connection, table, old, limit=limit)
    return 0 if these is None else connection.execute(sa.delete(table).where(these)).rowcount


def pick_some(
    connection: Connection, table: sa.Table, old: sa.ColumnElement[bool], *, limit: int
) -> sa.ColumnElement[bool] | None:
    """A condition that holds for at most so many of the rows that are `old`, and only while they
    are; None without any."""
    keys = [*table.primary_key.columns]
    found = connection.execute(sa.select(*keys).where(old).limit(limit)).all()
    if not found:
        return None
    return sa.and_(sa.tuple_(*keys).in_([tuple(row) for row in found]), old)
