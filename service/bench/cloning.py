"""Many cases at once: the rows of one case, copied under new keys by the database itself.

For measurements only: the copies have their own keys and numbers, but not a hash chain of their
own.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from service.bench.variation import Vary
from service.db import CHILD_BITS, Database, metadata, take

BATCH = 20_000
_KEYS = frozenset({"root_key", "key", "task_key", "subject_key", "letter_key", "outbox_key"})


def alike(column: sa.Column[object], number: object) -> None:
    """Every copy is like its model."""


def clone_case(
    database: Database,
    root_key: int,
    count: int,
    *,
    vary: Vary = alike,
    progress: Callable[[int], object] = bool,
) -> int:
    """Copy everything of a case `count` times; the root key of the first copy. The others follow
    it."""
    with database.transaction() as connection:
        first = take(connection, "root", count)
    for start in range(first, first + count, BATCH):
        last = min(start + BATCH, first + count) - 1
        with database.transaction() as connection:
            for table in metadata.sorted_tables:
                if "root_key" in table.c:
                    connection.execute(_copy(table, root_key, (start, last), vary))
        progress(last - start + 1)
    return first << CHILD_BITS


def analyze(database: Database, *, vacuum: bool = False) -> None:
    """Let PostgreSQL count its rows (and note which pages are whole), as it does by itself in time.
    SQLite does not."""
    if database.dialect == "postgresql":
        with database.read() as connection:
            connection.execute(sa.text("VACUUM ANALYZE" if vacuum else "ANALYZE"))


def _copy(table: sa.Table, root_key: int, span: tuple[int, int], vary: Vary) -> sa.Insert:
    start, last = span
    numbers = sa.select(sa.literal(start, sa.BigInteger).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.n + 1).where(numbers.c.n < last))
    shift = (sa.cast(numbers.c.n, sa.BigInteger) * (1 << CHILD_BITS)) - root_key
    columns = [_column(column, numbers, shift, vary) for column in table.columns]
    query = (
        sa.select(*columns)
        .select_from(table.join(numbers, sa.true()))
        .where(table.c.root_key == root_key)
    )
    return sa.insert(table).from_select(list(table.columns), query)


def _column(
    column: sa.Column[object], numbers: sa.CTE, shift: sa.ColumnElement[int], vary: Vary
) -> sa.ColumnElement[object]:
    if column.name in _KEYS:
        return column + shift
    varied = vary(column, numbers.c.n)
    if varied is not None:
        return varied
    if column.name in ("number", "business_key", "external_id", "correlation_key"):
        copied = sa.literal("B-") + sa.cast(numbers.c.n, sa.String)
        return sa.case((column.is_(None), sa.null()), else_=copied)
    return column
