"""The same search over rows that were computed and are in no table: element instances and variables
of one instance."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from service.db import Found, Query
from service.errors import InvalidInput

Row = Mapping[str, Any]
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, wanted: bool(value == wanted),
    "$neq": lambda value, wanted: bool(value != wanted),
    "$in": lambda value, wanted: value in wanted,
    "$notIn": lambda value, wanted: value not in wanted,
    "$exists": lambda value, wanted: (value is not None) is wanted,
    "$gt": lambda value, wanted: value is not None and value > wanted,
    "$gte": lambda value, wanted: value is not None and value >= wanted,
    "$lt": lambda value, wanted: value is not None and value < wanted,
    "$lte": lambda value, wanted: value is not None and value <= wanted,
    "$like": lambda value, wanted: value is not None and is_like(str(value), wanted),
}


def _is_wanted(row: Row, query: Query) -> bool:
    if not _holds(row, query.where):
        return False
    return not query.any_of or any(_holds(row, each) for each in query.any_of)


def _window(query: Query) -> tuple[int, int]:
    if query.before is not None:
        end = _place(query.before)
        return max(0, end - query.limit), end
    start = query.offset if query.after is None else _place(query.after)
    return start, start + query.limit


def sift(rows: Sequence[Row], query: Query) -> Found:
    """The page of those rows that the query asks for. Raises InvalidInput for a cursor that is
    none."""
    kept = [row for row in rows if _is_wanted(row, query)]
    for name, down in reversed(query.order):
        full = [row for row in kept if row[name] is not None]
        empty = [row for row in kept if row[name] is None]
        kept = sorted(full, key=itemgetter(name), reverse=down) + empty
    start, end = _window(query)
    page = kept[start:end]
    cursors = (_cursor(start), _cursor(start + len(page))) if page else (None, None)
    return Found(list(page), len(kept), *cursors)


def _cursor(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode()


def _place(cursor: str) -> int:
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
    except ValueError:
        text = ""
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput(
            "expected a cursor that an earlier page of this very search gave, got something else"
        )
    return int(text)


def _holds(row: Row, where: Mapping[str, Any]) -> bool:
    return all(
        _TESTS[operator](row[name], value)
        for name, wanted in where.items()
        for operator, value in (wanted if isinstance(wanted, Mapping) else {"$eq": wanted}).items()
    )


def is_like(text: str, pattern: str) -> bool:
    """`*` is any text, `?` any character, a backslash takes the meaning from either. In time of one
    times the other."""
    wanted = list(_letters(pattern))
    at = place = 0
    star = mark = -1
    while at < len(text):
        if place < len(wanted) and wanted[place] == "**":
            star, mark = place, at
            place += 1
        elif place < len(wanted) and wanted[place] in ("??", text[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = mark, star + 1
        else:
            return False
    return all(each == "**" for each in wanted[place:])


def _letters(pattern: str) -> list[str]:
    """The pattern's letters; the two that mean something are written twice."""
    found, letters = [], iter(pattern)
    for letter in letters:
        if letter == "\\":
            found.append(next(letters, "\\"))
        else:
            found.append(letter * 2 if letter in "*?" else letter)
    return found
