"""Pages of a list: which place the address asks for, and the place where the next page goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import flask

from service.db import PageMark
from service.web.edge import PAGE_SIZE

Row = TypeVar("Row")


def place_asked(name: str = "after") -> PageMark | None:
    """The place that the address asks for; None for the first page."""
    return place_of(flask.request.args.get(name, ""))


def key_asked(name: str = "after") -> int | None:
    """The same for a list that is ordered by key alone."""
    text = flask.request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def last_of(
    rows: Sequence[Row], place: Callable[[Row], PageMark | int], size: int
) -> tuple[Sequence[Row], str]:
    """The last rows, of one more than are shown; and before which place there are more, "" at the
    beginning."""
    shown = rows[-size:]
    return shown, _written(place(shown[0])) if len(rows) > size else ""


def page_of(
    rows: Sequence[Row], place: Callable[[Row], PageMark | int], size: int = PAGE_SIZE
) -> tuple[Sequence[Row], str]:
    """The rows of the page, of one more than it holds; and where to go on, "" at the end."""
    shown = rows[:size]
    return shown, _written(place(shown[-1])) if len(rows) > size else ""


def _written(place: PageMark | int) -> str:
    return str(place) if isinstance(place, int) else cursor_of(place)


def cursor_of(place: PageMark) -> str:
    """A place as a part of an address."""
    return f"{place[0]:%Y%m%dT%H%M%S.%f}~{place[1]}"


def place_of(text: str) -> PageMark | None:
    """The place that a part of an address names; None when it names none."""
    at, _, key = text.partition("~")
    if not key.isdecimal() or len(key) > 18:
        return None
    try:
        return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(key)
    except ValueError:
        return None
