"""Hash partitioning by root key on PostgreSQL: each table of the cases becomes many, and stays one
to all who use it.

Cases are islands and every statement of a case names its root key, so each touches one partition. A
table that has a unique column of its own over all cases (a complaint's number) cannot be split and
stays whole; it has one row per case.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from service.db.engine import Connection
from service.db.types import metadata
from service.errors import InvalidInput, StateConflict

MOST = 1024
_IS_SPLIT = sa.text("SELECT relkind = 'p' FROM pg_class WHERE oid = CAST(:name AS regclass)")
_CONSTRAINTS = sa.text(
    "SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint "
    "WHERE conrelid = CAST(:name AS regclass) AND contype IN ('p', 'u', 'f') ORDER BY contype = "
    "'f', conname"
)
_INDEXES = sa.text(
    "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = CAST(:name AS regclass) "
    "AND NOT EXISTS "
    "(SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u')) ORDER "
    "BY indexrelid"
)


def partitioned_tables() -> list[str]:
    """The tables that can be split: every key of theirs names the root key."""
    return [table.name for table in metadata.sorted_tables if _splits(table)]


def _splits(table: sa.Table) -> bool:
    uniques = [
        set(each.columns.keys())
        for each in table.constraints
        if isinstance(each, sa.UniqueConstraint)
    ]
    uniques += [set(each.columns.keys()) for each in table.indexes if each.unique]
    return "root_key" in table.primary_key.columns and all(
        "root_key" in columns for columns in uniques
    )


def partition(connection: Connection, parts: int) -> list[str]:
    """Split the tables into so many parts each, in the caller's transaction; the names of those
    that were split.

    Everything else waits meanwhile. A table that is split already stays as it is. Raises
    InvalidInput, StateConflict.
    """
    if connection.dialect.name != "postgresql":
        raise InvalidInput("expected PostgreSQL: SQLite has no partitions")
    if not 2 <= parts <= MOST:
        raise InvalidInput("expected 2 to {most} parts, got {parts}", most=MOST, parts=parts)
    done = []
    for name in partitioned_tables():
        split = connection.execute(_IS_SPLIT, {"name": name}).scalar_one_or_none()
        if split is None:
            raise StateConflict("There is no table {name}; migrate the database first.", name=name)
        if not split:
            for statement in _statements(connection, name, parts):
                connection.exec_driver_sql(statement)
            done.append(name)
    return done


def _statements(connection: Connection, name: str, parts: int) -> Iterator[str]:
    """Read first what the table has, for it is gone when the new one is made."""
    table = metadata.tables[name]
    constraints = connection.execute(_CONSTRAINTS, {"name": name}).all()
    indexes = connection.execute(_INDEXES, {"name": name}).scalars().all()
    columns = ", ".join(
        connection.dialect.identifier_preparer.quote(column.name) for column in table.columns
    )
    yield f"ALTER TABLE {name} RENAME TO {name}_whole"
    like = f"LIKE {name}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS"
    yield f"CREATE TABLE {name} ({like}) PARTITION BY HASH (root_key)"
    for part in range(parts):
        yield (
            f"CREATE TABLE {name}_part_{part} PARTITION OF {name} FOR VALUES WITH (MODULUS "
            f"{parts}, REMAINDER {part})"
        )
    yield f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {name}_whole"  # noqa: S608 - names of our own tables
    yield f"DROP TABLE {name}_whole"
    for constraint, definition in constraints:
        yield f"ALTER TABLE {name} ADD CONSTRAINT {constraint} {definition}"
    yield from indexes
    yield f"ANALYZE {name}"
