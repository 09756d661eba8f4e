"""Statements of the hot path: written in SQLAlchemy, compiled once per kind of database, sent by
the driver itself.

The types and the errors are those of `Connection.execute`, at a fifth of its cost in Python. Inside
`gathered` the writes leave together at the end: on PostgreSQL as one statement, one round trip and
one parse; on SQLite one after the other, so that its one lock is taken when there is nothing left
to work out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from service.db.shadows import shadowed_for

Values = Mapping[str, Any]
MOST_ROWS = 16
"""More rows than that go one by one, so that there are few texts to keep."""
Process = Callable[[Any], Any]
MOST_TEXTS = 1_000
_GATHERED = "gathered writes"
_BEGINS = "begins"
_NAMED = re.compile(r"%\((\w+)\)s")
_numbers = count()
_texts: dict[tuple[int, ...], str] = {}
"""What was put together before, by the numbers of the statements in it."""


class Sent(NamedTuple):
    """A statement as the driver was given it; `many`: once for each of the rows in `values`."""

    sql: str
    values: Sequence[Any]
    many: bool = False


watchers: list[Callable[[Connection, Sent], None]] = []
"""Called with each statement after it was sent: to count or to keep them, or to break in
between."""


class Prepared:
    """One statement; a mapping of dialect names to statements where the two databases spell it
    differently.

    An INSERT takes `columns`: the columns it fills, all others get their default. `counted` marks
    the one statement of a gathered write whose row count is wanted.
    """

    __slots__ = ("_columns", "_compiled", "_counted", "_statement")

    def __init__(
        self, statement: Any, *, columns: Sequence[str] | None = None, counted: bool = False
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._counted = counted
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> Any:
        """Execute; the driver's cursor. Inside `gathered` the counted one's `rowcount` is there
        after the block."""
        return self._write(connection, self._for(connection.dialect), values)

    def _write(self, connection: Connection, compiled: _Compiled, values: Values) -> Any:
        writes: list[Gathered] | None = connection.info.get(_GATHERED) if compiled.writes else None
        if writes is None:
            return _send(connection, compiled.sql, compiled.bind(values))
        entry = Gathered(compiled, compiled.bind(values), self._counted)
        writes.append(entry)
        return entry

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Execute for each row: an INSERT of a few rows as one statement, anything else row by
        row."""
        if not rows:
            return
        if len(rows) == 1:
            self.run(connection, rows[0])
        elif self._columns is not None and 1 < len(rows) <= MOST_ROWS:
            self._insert(connection, rows)
        elif _GATHERED in connection.info:
            for row in rows:
                self.run(connection, row)
        else:
            compiled = self._for(connection.dialect)
            _send(connection, compiled.sql, [compiled.bind(row) for row in rows], many=True)

    def _insert(self, connection: Connection, rows: Sequence[Values]) -> Any:
        compiled = self._for(connection.dialect, len(rows))
        return self._write(connection, compiled, self._numbered(rows))

    def _numbered(self, rows: Sequence[Values]) -> Values:
        return {
            f"{name}_m{number}": row[name]
            for number, row in enumerate(rows)
            for name in self._columns or ()
        }

    def returned(self, connection: Connection, rows: Sequence[Values]) -> list[dict[str, Any]]:
        """Execute an INSERT … RETURNING for the rows, a few at a time: what it returns, by column
        name."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(rows), MOST_ROWS):
            part = rows[start : start + MOST_ROWS]
            compiled = self._for(connection.dialect, len(part))
            cursor = _send(
                connection,
                compiled.sql,
                compiled.bind(part[0] if len(part) == 1 else self._numbered(part)),
            )
            read = compiled.read(connection.dialect, cursor)
            found += [dict(zip(compiled.columns, row, strict=True)) for row in read]
        return found

    def all(self, connection: Connection, values: Values) -> list[dict[str, Any]]:
        """Every row of a SELECT, or of what a write returns, by column name."""
        compiled = self._for(connection.dialect)
        rows = compiled.read(connection.dialect, self._write(connection, compiled, values))
        names = compiled.columns
        return [dict(zip(names, row, strict=True)) for row in rows]

    def first(self, connection: Connection, values: Values) -> dict[str, Any] | None:
        """The first row, None when there is none."""
        return next(iter(self.all(connection, values)), None)

    def row(self, connection: Connection, values: Values) -> list[Any] | None:
        """The first row in the order of its columns: for a wide one that is taken apart by
        place."""
        compiled = self._for(connection.dialect)
        rows = compiled.read(connection.dialect, self._write(connection, compiled, values))
        return rows[0] if rows else None

    def _for(self, dialect: sa.Dialect, rows: int = 1) -> _Compiled:
        found = self._compiled.get((dialect.name, rows))
        if found is None:
            chosen = self._statement
            if isinstance(chosen, Mapping):
                chosen = chosen[dialect.name]
            if rows > 1:
                chosen = chosen.values([dict.fromkeys(self._columns or ()) for _ in range(rows)])
            columns = self._columns if rows == 1 else None
            found = self._compiled[dialect.name, rows] = _Compiled(
                chosen, dialect, columns, given=rows > 1
            )
        return found


class _Compiled:
    """The text of a statement for one driver, and what turns values into the driver's and back."""

    __slots__ = (
        "_binders",
        "_fixed",
        "_kinds",
        "_names",
        "_readers",
        "columns",
        "number",
        "pieces",
        "sql",
        "writes",
    )

    def __init__(
        self,
        statement: Any,
        dialect: sa.Dialect,
        columns: Sequence[str] | None,
        *,
        given: bool = False,
    ) -> None:
        made = statement.compile(dialect=dialect, column_keys=columns)
        self.number = next(_numbers)
        text = str(made)
        assert "POSTCOMPILE" not in text, f"expected no IN (…) of any length: {text}"
        self.writes = not isinstance(statement, sa.Select | sa.CompoundSelect)
        parameters = made.construct_params(_check=False, escape_names=False)
        types = {name: bind.type for name, bind in made.binds.items()}
        wanted = {name for name, bind in made.binds.items() if given or bind.required}
        binders = {
            name: _binder(types[name], dialect) if name in types else None for name in parameters
        }
        self._fixed = {
            name: process(value) if (process := binders[name]) else value
            for name, value in parameters.items()
            if name not in wanted
        }
        if made.positiontup is not None:
            self.pieces: list[str] = []
            self.sql, order = text, list(made.positiontup)
        else:
            self.pieces = _NAMED.split(text)
            order = self.pieces[1::2]
            self.sql = self.numbered(0)
        self._names = tuple(order)
        self._binders = [
            (place, process)
            for place, name in enumerate(order)
            if name in wanted and (process := binders[name])
        ]
        returned = _returned(statement)
        self.columns = [column.key for column in returned]
        self._kinds = [column.type for column in returned]
        self._readers: list[tuple[int, Process]] | None = None

    def bind(self, values: Values) -> list[Any]:
        given = {**self._fixed, **values} if self._fixed else values
        bound = [given[name] for name in self._names]
        for place, process in self._binders:
            bound[place] = process(bound[place])
        return bound

    def numbered(self, offset: int) -> str:
        """The text for PostgreSQL with its parameters as $1, $2, … after the first `offset`."""
        text = self.pieces[0]
        for number, literal in enumerate(self.pieces[2::2], start=offset + 1):
            text += f"${number}{literal}"
        return text.replace("%%", "%")

    def read(self, dialect: sa.Dialect, cursor: Any) -> list[list[Any]]:
        """The rows of a SELECT as Python has them, in the order of the columns."""
        if self._readers is None:
            kinds = zip(self._kinds, cursor.description, strict=True)
            found = [
                kind.dialect_impl(dialect).result_processor(dialect, seen[1])
                for kind, seen in kinds
            ]
            self._readers = [(place, process) for place, process in enumerate(found) if process]
        rows = [list(row) for row in cursor.fetchall()]
        for values in rows:
            for place, process in self._readers:
                if values[place] is not None:
                    values[place] = process(values[place])
        return rows


def _binder(kind: Any, dialect: sa.Dialect) -> Process | None:
    process: Process | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return process


def _returned(statement: Any) -> Sequence[Any]:
    if isinstance(statement, sa.Select):
        return list(statement.selected_columns)
    return list(getattr(statement, "exported_columns", ()))


def any_of(column: Any, name: str) -> dict[str, Any]:
    """For each kind of database: the text column has one of the values of the list given as `name`,
    however long."""
    listed = sa.func.json_each(sa.bindparam(name, type_=sa.JSON)).table_valued("value")
    return {
        "sqlite": column.in_(sa.select(listed.c.value)),
        "postgresql": column == sa.any_(sa.bindparam(name, type_=postgresql.ARRAY(sa.String))),
    }


def keys_given(name: str) -> dict[str, Any]:
    """For each kind of database: the list of keys given as `name`, as rows with one column,
    `value`."""
    listed = sa.func.json_each(sa.bindparam(name, type_=sa.JSON)).table_valued(
        sa.column("value", sa.BigInteger)
    )
    array = sa.func.unnest(sa.bindparam(name, type_=postgresql.ARRAY(sa.BigInteger)))
    return {
        "sqlite": listed,
        "postgresql": array.table_valued(sa.column("value", sa.BigInteger)).render_derived(),
    }


@contextmanager
def beginning_late(connection: Connection, begin: Callable[[], None]) -> Iterator[None]:
    """`begin` is called before the first statement that is sent inside the block, if there is
    any."""
    info = connection.info
    info[_BEGINS] = begin
    try:
        yield
    finally:
        info.pop(_BEGINS, None)


def begins_late(connection: Connection) -> bool:
    """Whether the transaction of the connection is still to begin, by itself."""
    return _BEGINS in connection.info


def begin_now(connection: Connection) -> None:
    """Begin what was to begin late: something is about to be sent."""
    begin = connection.info.pop(_BEGINS, None)
    if begin is not None:
        begin()


def _send(connection: Connection, sql: str, values: Any, *, many: bool = False) -> Any:
    sqlite, held = connection.dialect.name == "sqlite", connection.connection
    if sqlite and _BEGINS in held.info:
        begin_now(connection)
    driver: Any = held.driver_connection
    sql = shadowed_for(connection, sql)
    try:
        cursor = driver.cursor() if sqlite else psycopg.RawCursor(driver)
        if many:
            cursor.executemany(sql, values)
        else:
            cursor.execute(sql, values)
    except Exception as error:
        raise wrapped(connection, sql, error) from error
    if watchers:
        sent = Sent(sql, values, many)
        for watch in watchers:
            watch(connection, sent)
    return cursor


def send_again(connection: Connection, sent: Sent) -> Any:
    """Send what was sent before; the driver's cursor."""
    return _send(connection, sent.sql, sent.values, many=sent.many)


@dataclass(slots=True)
class Gathered:
    """A write that waits for the end of its block."""

    compiled: _Compiled
    values: list[Any]
    counted: bool
    rowcount: int = -1


@contextmanager
def gathered(connection: Connection) -> Iterator[None]:
    """The writes of the block leave at its end, the counted one last; on PostgreSQL as one
    statement, each a part of a WITH. They must not touch the same row twice, and none may build on
    what another wrote."""
    writes: list[Gathered] = []
    connection.info[_GATHERED] = writes
    try:
        yield
    finally:
        del connection.info[_GATHERED]
    writes.sort(key=lambda each: each.counted)  # the counted one last, the others in their order
    if connection.dialect.name != "postgresql":
        for each in writes:
            each.rowcount = _send(connection, each.compiled.sql, each.values).rowcount
    elif writes:
        _send_together(connection, writes)


def _send_together(connection: Connection, writes: list[Gathered]) -> None:
    key = tuple(each.compiled.number for each in writes)
    sql = _texts.get(key)
    if sql is None:
        if len(_texts) >= MOST_TEXTS:
            _texts.clear()
        sql = _texts[key] = _together([each.compiled for each in writes])
    cursor = _send(connection, sql, [value for each in writes for value in each.values])
    writes[-1].rowcount = cursor.rowcount


def _together(statements: list[_Compiled]) -> str:
    offset, texts = 0, []
    for each in statements:
        texts.append(each.numbered(offset))
        offset += len(each.pieces) // 2
    parts = ", ".join(f"w{number} AS ({text})" for number, text in enumerate(texts[:-1]))
    return f"WITH {parts} {texts[-1]}" if parts else texts[-1]


def wrapped(connection: Connection, sql: str, error: Exception) -> BaseException:
    """The error as SQLAlchemy would have raised it; a connection that is gone is thrown away."""
    dialect: Any = connection.dialect
    base = dialect.loaded_dbapi.Error
    if not isinstance(error, base):
        return error
    gone = dialect.is_disconnect(error, connection.connection.driver_connection, None)
    if gone:
        connection.invalidate(error)
    made: BaseException = sa.exc.DBAPIError.instance(
        sql, None, error, base, hide_parameters=True, connection_invalidated=gone, dialect=dialect
    )
    return made
