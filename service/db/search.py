"""Searches: a table of fields makes a filter, an order and pages (by offset or by cursor) into one
SQL query.

The owner of the rows says which fields there are and what they are computed from; nothing else can
be asked for. The same search finds the same rows in the same order on SQLite and PostgreSQL: empty
values come last, and `$like` minds case on both.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa

from service.db.keys import root_of
from service.db.types import UtcDateTime
from service.errors import InvalidInput

LONGEST_CURSOR = 4_000
BIGGEST = (1 << 63) - 1


class Kind(StrEnum):
    """What a field holds; it decides which operators it has."""

    TEXT = "text"
    KEY = "key"
    NUMBER = "number"
    INSTANT = "instant"
    FLAG = "flag"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a search knows. `words` are the only values it can have, where those are few;
    `within` is the column of the root key that a key names, without which the row of a key is
    looked for in every case."""

    column: Any
    kind: Kind = Kind.TEXT
    words: tuple[str, ...] = ()
    sortable: bool = True
    within: Any = None


@dataclass(frozen=True, slots=True)
class Source:
    """Rows to search in: what is selected, its fields by their API names, and the columns that tell
    rows apart."""

    select: sa.Select[Any]
    fields: Mapping[str, Field]
    unique: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted. A condition is a value or `{"$gt": …}`; `any_of` are alternatives of which
    one has to hold."""

    where: Mapping[str, Any] = field(default_factory=dict)
    any_of: Sequence[Mapping[str, Any]] = ()
    order: Sequence[tuple[str, bool]] = ()
    offset: int = 0
    limit: int = 100
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows, how many there are in all, and the cursors of its ends."""

    rows: list[Mapping[str, Any]]
    total: int
    start: str | None
    end: str | None


def search(connection: sa.Connection, source: Source, query: Query) -> Found:
    """The page that the query asks for. Raises InvalidInput for a cursor that is none of this
    search."""
    wanted = matching(source, query, connection.dialect.name)
    total = connection.execute(
        sa.select(sa.func.count()).select_from(wanted.order_by(None).subquery())
    ).scalar_one()
    order = [(source.fields[name].column, down) for name, down in query.order]
    order += [(column, False) for column in source.unique]
    backwards = query.before is not None
    page = _page(wanted, order, query).order_by(*_order(order, backwards))
    rows = [dict(row) for row in connection.execute(page).mappings()]
    if backwards:
        rows.reverse()
    ends = [_cursor(row, len(order)) for row in (rows[:1] + rows[-1:])]
    return Found(list(rows), int(total), *(ends or (None, None)))


def _page(wanted: sa.Select[Any], order: Sequence[Any], query: Query) -> sa.Select[Any]:
    """Of what is wanted, as many rows as are asked for, from its offset or its cursor on."""
    columns = [column for column, _ in order]
    marks = [column.label(f"mark_{number}") for number, column in enumerate(columns)]
    page = wanted.add_columns(*marks).limit(query.limit)
    cursor = query.after if query.before is None else query.before
    if cursor is None:
        return page.offset(query.offset)
    return page.where(_beyond(order, _values(cursor, columns), query.before is not None))


def matching(source: Source, query: Query, dialect: str) -> sa.Select[Any]:
    """The rows that fulfil the query's conditions, all of them and in no order."""
    wanted = source.select.where(*_conditions(source, query.where, dialect))
    if query.any_of:
        wanted = wanted.where(
            sa.or_(*(sa.and_(sa.true(), *_conditions(source, f, dialect)) for f in query.any_of))
        )
    return wanted


def _conditions(source: Source, where: Mapping[str, Any], dialect: str) -> list[Any]:
    return [
        _condition(source.fields[name], operator, value, dialect)
        for name, wanted in where.items()
        for operator, value in (wanted if isinstance(wanted, Mapping) else {"$eq": wanted}).items()
    ]


def _equals(known: Field, value: Any) -> Any:
    same = known.column == value
    return same if known.within is None else (known.within == root_of(value)) & same


def _is_one_of(known: Field, values: Any) -> Any:
    found = known.column.in_(values)
    if known.within is None:
        return found
    return known.within.in_({root_of(each) for each in values}) & found


_OPERATORS: Mapping[str, Callable[[Field, Any], Any]] = {
    "$eq": _equals,
    "$neq": lambda known, value: sa.or_(known.column != value, known.column.is_(None)),
    "$in": _is_one_of,
    "$notIn": lambda known, values: sa.or_(known.column.not_in(values), known.column.is_(None)),
    "$gt": lambda known, value: known.column > value,
    "$gte": lambda known, value: known.column >= value,
    "$lt": lambda known, value: known.column < value,
    "$lte": lambda known, value: known.column <= value,
}


def _condition(known: Field, operator: str, value: Any, dialect: str) -> Any:
    column = known.column
    if operator == "$exists":
        return column.is_not(None) if value else column.is_(None)
    if isinstance(value, list) and not value:
        return sa.true() if operator == "$notIn" else sa.false()
    if operator == "$like":
        return _like(column, value, dialect)
    if known.kind is Kind.LIST:
        return _holds(column, operator, value, dialect)
    if operator not in _OPERATORS:
        raise InvalidInput("expected an operator such as $eq, got {operator!r}", operator=operator)
    return _OPERATORS[operator](known, _all_stored(known, value))


def _all_stored(known: Field, value: Any) -> Any:
    if isinstance(value, list):
        return [_stored(known, each) for each in value]
    return _stored(known, value)


def _holds(column: Any, operator: str, value: Any, dialect: str) -> Any:
    """Whether a list of texts, kept as JSON, has the value (or any of the values) in it."""
    values = value if isinstance(value, list) else [value]
    text = sa.cast(column, sa.Text)
    patterns = ["*" + _escaped(orjson.dumps(each).decode()) + "*" for each in values]
    found = sa.or_(sa.false(), *(_like(text, pattern, dialect) for pattern in patterns))
    return sa.not_(found) if operator in ("$neq", "$notIn") else found


def _escaped(text: str) -> str:
    return "".join("\\" + letter if letter in "\\*?" else letter for letter in text)


def _stored(known: Field, value: Any) -> Any:
    """A key too large for the database is one that nothing has."""
    if known.kind is Kind.KEY:
        return int(value) if int(value) <= BIGGEST else -1
    return value


def _like(column: Any, pattern: str, dialect: str) -> Any:
    """`*` is any text, `?` any character, and a backslash takes the meaning from either."""
    glob = dialect == "sqlite"
    made, letters = [], iter(pattern)
    for letter in letters:
        literal = next(letters, "\\") if letter == "\\" else None
        if literal is None and letter in "*?":
            made.append(letter if glob else {"*": "%", "?": "_"}[letter])
        else:
            made.append(_plain(literal or letter, glob=glob))
    text = sa.cast(column, sa.Text) if not isinstance(column.type, sa.String) else column
    return text.bool_op("GLOB")("".join(made)) if glob else text.like("".join(made), escape="\\")


def _plain(letter: str, *, glob: bool) -> str:
    if glob:
        return f"[{letter}]" if letter in "*?[" else letter
    return "\\" + letter if letter in "%_\\" else letter


def _order(order: Sequence[tuple[Any, bool]], backwards: bool) -> list[Any]:
    """Empty values last, whichever way (and so first when the page is read backwards)."""
    made = []
    for column, down in order:
        empty = column.is_(None)
        made += [
            empty.desc() if backwards else empty.asc(),
            column.desc() if down != backwards else column.asc(),
        ]
    return made


def _beyond(order: Sequence[tuple[Any, bool]], values: Sequence[Any], backwards: bool) -> Any:
    """The rows behind (or before) the row with these values."""
    ways: list[Any] = []
    same: list[Any] = []
    for (column, down), value in zip(order, values, strict=True):
        ways.append(sa.and_(*same, _past(column, value, down=down, backwards=backwards)))
        same.append(column.is_(None) if value is None else column == value)
    return sa.or_(*ways)


def _past(column: Any, value: Any, *, down: bool, backwards: bool) -> Any:
    if value is None:
        return column.is_not(None) if backwards else sa.false()
    further = column < value if down != backwards else column > value
    return further if backwards else sa.or_(further, column.is_(None))


def _cursor(row: Mapping[str, Any], width: int) -> str:
    values = [_written(row[f"mark_{number}"]) for number in range(width)]
    return base64.b64encode(orjson.dumps(values)).decode()


def _written(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _values(cursor: str, columns: Sequence[Any]) -> list[Any]:
    """What a cursor says of each column. Raises InvalidInput when it does not fit them."""
    wrong = InvalidInput(
        "expected a cursor that an earlier page of this very search gave, got something else"
    )
    try:
        values = orjson.loads(base64.b64decode(cursor, validate=True))
    except (binascii.Error, ValueError):
        raise wrong from None
    if len(cursor) > LONGEST_CURSOR or not isinstance(values, list) or len(values) != len(columns):
        raise wrong
    read = [_read(value, wrong) for value in values]
    if not all(_fits(column, value) for column, value in zip(columns, read, strict=True)):
        raise wrong
    return read


def _read(value: Any, wrong: InvalidInput) -> Any:
    if isinstance(value, dict):
        try:
            return datetime.fromisoformat(value["at"])
        except (KeyError, TypeError, ValueError):
            raise wrong from None
    return value


def _fits(column: Any, value: Any) -> bool:
    if value is None:
        return True
    if isinstance(column.type, UtcDateTime):
        return isinstance(value, datetime) and value.tzinfo is not None
    if isinstance(column.type, sa.Integer):
        return type(value) is int and abs(value) <= BIGGEST
    return isinstance(column.type, sa.String) and isinstance(value, str) and "\0" not in value
