"""Cases that a reader must not see are not there for them: neither in lists, counts and searches
nor by their key.

What is kept from a reader is taken out of the tables themselves, before any query sees them: a
statement that reads is given views of its tables without those cases, as parts of a WITH that have
the tables' own names. So no query can forget it, and one that is written tomorrow neither. Whoever
has nothing kept from them pays nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from service.db.types import metadata

HIDDEN = "redress_hidden"
COLUMNS = ("root_key", "case_key", "other_key", "complaint_key")
"""Where a row says to which case it belongs, or of which it speaks."""
_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)
_READS = re.compile(r"\s*(SELECT|WITH)\b", re.IGNORECASE)


def hide(connection: Connection, root_keys: Iterable[int]) -> Connection:
    """The connection, for as long as it is held, without these cases in what it reads."""
    keys = frozenset(root_keys)
    if not keys:
        return connection

    def rewrite(
        _connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool
    ) -> tuple[str, Any]:
        return shadowed(sql, connection.dialect.name, keys), values

    sa.event.listen(connection, "before_cursor_execute", rewrite, retval=True)
    return connection.execution_options(**{HIDDEN: keys})


def shadowed_for(connection: Connection, sql: str) -> str:
    """The text of a statement as this connection reads."""
    keys = connection.get_execution_options().get(HIDDEN)
    return sql if not keys else shadowed(sql, connection.dialect.name, keys)


def shadowed(sql: str, dialect: str, hidden: frozenset[int]) -> str:
    """The text of a statement over the tables without these cases; one that does not read stays as
    it is."""
    if not _READS.match(sql):
        return sql
    named = [name for name in _tables() if re.search(rf"\b{name}\b", sql)]
    if not named:
        return sql
    keys = ", ".join(f"({key})" for key in sorted(hidden))
    parts = [f"{HIDDEN}(key) AS (VALUES {keys})", *(_view(name, dialect) for name in named)]
    begins = _WITH.match(sql)
    if begins is None:
        return f"WITH {', '.join(parts)} {sql}"
    recursive = "RECURSIVE " if begins.group(1) else ""
    return f"WITH {recursive}{', '.join(parts)}, {sql[begins.end() :]}"


def _view(name: str, dialect: str) -> str:
    """A part of a WITH that shadows a table. Named with its schema, for SQLite takes the bare name
    for the view itself."""
    schema = "main" if dialect == "sqlite" else "public"
    kept = " AND ".join(_kept(column, nullable) for column, nullable in _tables()[name])
    read = f'SELECT * FROM {schema}."{name}" WHERE {kept}'  # noqa: S608 (names of our own tables)
    return f"{name} AS NOT MATERIALIZED ({read})"


def _kept(column: str, nullable: bool) -> str:
    """That a row is of no hidden case."""
    other = f"{column} NOT IN (SELECT key FROM {HIDDEN})"  # noqa: S608 (names of our own)
    return f"({column} IS NULL OR {other})" if nullable else other


@cache
def _tables() -> dict[str, tuple[tuple[str, bool], ...]]:
    """The tables of cases, each with the columns that name one and whether they may be empty."""
    found = {
        table.name: tuple(
            (column.name, bool(column.nullable)) for column in table.c if column.name in COLUMNS
        )
        for table in metadata.sorted_tables
    }
    return {name: columns for name, columns in found.items() if columns}
