"""A whole database in one file, and back: portable between SQLite and PostgreSQL, taken from one
snapshot.

A gzip file of JSON lines: a head, then for each table its name and columns and its rows, at the end
how many rows there were and the SHA-256 of all lines before. A file that was cut off or changed is
refused before anything is written.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from service.db.engine import Connection, Database
from service.db.migrate import lead_back, lead_forward
from service.db.types import metadata
from service.errors import InvalidInput, StateConflict

FORMAT = "redress-backup-1"
BATCH = 500
MOST_LINE, MOST_HELD = 64 << 20, 16 << 20
"""Bytes of the longest line that is read, and of rows that are held before they are written: an
archive may unpack to a thousand times its size."""
_REVISION = sa.text("SELECT version_num FROM alembic_version")


def write_backup(database: Database, path: Path) -> int:
    """Write the database to a file while others go on writing; how many rows. The file is there
    whole or not at all."""
    unfinished, digest, rows = path.with_name(path.name + ".part"), hashlib.sha256(), 0
    with database.snapshot() as connection, gzip.open(unfinished, "wb") as out:

        def put(line: Any) -> None:
            raw = orjson.dumps(line) + b"\n"
            digest.update(raw)
            out.write(raw)

        put({"format": FORMAT, "revision": connection.execute(_REVISION).scalar_one()})
        for table in metadata.sorted_tables:
            put({"table": table.name, "columns": [column.name for column in table.columns]})
            for row in connection.execution_options(yield_per=BATCH).execute(sa.select(table)):
                put(
                    [
                        _plain(column, value)
                        for column, value in zip(table.columns, row, strict=True)
                    ]
                )
                rows += 1
        out.write(orjson.dumps({"rows": rows, "sha256": digest.hexdigest()}) + b"\n")
    unfinished.replace(path)
    return rows


def read_backup(
    database: Database, path: Path, *, force: bool, verify: Callable[[Connection], None]
) -> int:
    """Put a backup into a database, in one transaction; how many rows. One of an older schema is
    put back as it was and then migrated. `verify` raises when what was written is not sound, and
    then nothing was.

    Raises InvalidInput for a file that is no whole backup of this version or an older one,
    StateConflict when the
    database holds rows and `force` does not say to remove them.
    """
    revision = _check_file(path)
    with database.transaction() as connection:
        current = connection.execute(_REVISION).scalar_one()
        _empty(connection, force=force)
        older = revision != current
        if older:
            lead_back(connection, revision)
        rows = _fill(connection, path, _tables_of(connection) if older else metadata.tables)
        if older:
            lead_forward(connection)
        verify(connection)
    return rows


def _tables_of(connection: Connection) -> Mapping[str, sa.Table]:
    """The tables that are there, of an older schema; columns that there still are have the types
    they have now."""
    found = sa.MetaData()
    found.reflect(connection)
    for table in found.tables.values():
        now = metadata.tables.get(table.name)
        for column in table.columns:
            if now is not None and column.name in now.columns:
                column.type = now.columns[column.name].type
    return found.tables


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as lines:
            while line := lines.readline(MOST_LINE + 1):
                if len(line) > MOST_LINE:
                    raise InvalidInput(
                        "expected lines of at most {most} bytes, {path} has a longer one",
                        most=MOST_LINE,
                        path=path,
                    )
                yield line
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInput(
            "expected a backup written by `redress backup`, {path} cannot be read: {error}",
            path=path,
            error=error,
        ) from error


def _check_file(path: Path) -> str:
    """The schema's revision, once the file is known to be whole and unchanged."""
    digest, before, revision = hashlib.sha256(), b"", None
    for raw in _lines(path):
        if revision is None:
            head = _object(raw)
            if head.get("format") != FORMAT:
                raise InvalidInput(
                    "expected a backup in the format {format}, {path} begins otherwise",
                    format=FORMAT,
                    path=path,
                )
            revision = str(head.get("revision"))
        digest.update(before)
        before = raw
    end = _object(before)
    if revision is None or end.get("sha256") != digest.hexdigest():
        raise InvalidInput(
            "expected a whole and unchanged backup, {path} was cut off or changed", path=path
        )
    return revision


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {}


def _empty(connection: Connection, *, force: bool) -> None:
    held = [
        table.name
        for table in metadata.sorted_tables
        if connection.execute(sa.select(table).limit(1)).first()
    ]
    if held and not force:
        raise StateConflict(
            "expected an empty database, found rows in {held}; --force removes them", held=held[:5]
        )
    for table in reversed(metadata.sorted_tables):
        connection.execute(sa.delete(table))


def _fill(connection: Connection, path: Path, tables: Mapping[str, sa.Table]) -> int:
    """Insert the rows of a backup, table by table; their number."""
    rows = held = first = 0
    columns: list[sa.Column[Any]] = []
    batch: list[dict[str, Any]] = []
    for number, raw in enumerate(_lines(path), 1):
        line = _line(raw, number)
        if isinstance(line, list):
            first = first if batch else number
            batch.append(_row(columns, line, number))
            rows, held = rows + 1, held + len(raw)
        if batch and (len(batch) == BATCH or held > MOST_HELD or isinstance(line, dict)):
            _insert(connection, batch, columns[0].table, (first, number - isinstance(line, dict)))
            batch, held = [], 0
        if isinstance(line, dict) and "table" in line:
            columns = _columns(line, number, tables)
    return rows


def _line(raw: bytes, number: int) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _unfit(number, "it is no JSON") from None


def _columns(
    line: dict[str, Any], number: int, tables: Mapping[str, sa.Table]
) -> list[sa.Column[Any]]:
    """The columns that the rows after this line fill. Raises InvalidInput for a table or a column
    that is none."""
    table = tables.get(str(line["table"]))
    if table is None:
        raise _unfit(number, f"there is no table {str(line['table'])[:60]!r}")
    names = line.get("columns")
    if not isinstance(names, list) or not names:
        raise _unfit(number, "it names no columns")
    unknown = [str(each)[:60] for each in names if str(each) not in table.columns]
    if unknown:
        raise _unfit(number, f"{table.name} has no column {unknown[0]!r}")
    return [table.columns[each] for each in names]


def _row(columns: Sequence[sa.Column[Any]], line: list[Any], number: int) -> dict[str, Any]:
    if not columns:
        raise _unfit(number, "it stands before any table")
    if len(line) != len(columns):
        raise _unfit(number, f"it has {len(line)} values for {len(columns)} columns")
    try:
        return {each.name: _value(each, value) for each, value in zip(columns, line, strict=True)}
    except (ValueError, TypeError, ArithmeticError) as error:
        raise _unfit(number, str(error)[:200]) from None


def _insert(
    connection: Connection,
    batch: list[dict[str, Any]],
    table: sa.Table,
    lines: tuple[int, int],
) -> None:
    """Write rows, which the first to the last of these lines hold."""
    try:
        connection.execute(sa.insert(table), batch)
    except (sa.exc.OperationalError, sa.exc.InterfaceError):
        raise
    except sa.exc.StatementError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise InvalidInput(
            "expected a backup that this version can read, {table} does not take the rows from "
            "line {first} to {last}: {why}",
            table=table.name,
            first=lines[0],
            last=lines[1],
            why=reason,
        ) from None


def _unfit(number: int, why: str) -> InvalidInput:
    return InvalidInput(
        "expected a backup that this version can read, line {number} does not fit: {why}",
        number=number,
        why=why,
    )


def _plain(column: sa.Column[Any], value: Any) -> Any:
    """A column's value as JSON. What a JSON column holds is that already."""
    if isinstance(column.type, sa.JSON):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _value(column: sa.Column[Any], plain: Any) -> Any:
    """The value of a column again."""
    if plain is None or isinstance(column.type, sa.JSON):
        return plain
    kind = getattr(column.type, "impl_instance", column.type)
    if isinstance(kind, sa.LargeBinary):
        return b64decode(plain)
    if isinstance(kind, sa.DateTime):
        return datetime.fromisoformat(plain)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(plain)
    return Decimal(plain) if isinstance(kind, sa.Numeric) and isinstance(plain, str) else plain
