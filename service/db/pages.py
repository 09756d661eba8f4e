"""Long lists in pages: the rows beyond a place, in an order that an index has, and counts that stop
at a bound.

A page costs the same wherever it is, and however long the list: nothing is skipped one by one,
nothing is counted to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

PageMark = tuple[datetime, int]
"""Where a list that is ordered by time and key goes on."""
MOST_COUNTED = 1_000
"""A list says how many it has up to here, and "more" beyond: counting a million for every page
helps nobody."""


def beyond(
    columns: Sequence[Any], place: Sequence[Any], *, down: bool = False
) -> sa.ColumnElement[bool]:
    """The rows behind a place in the order of the columns, ascending or all of them `down`."""
    here = sa.tuple_(
        *(sa.literal(value, column.type) for column, value in zip(columns, place, strict=True))
    )
    return sa.tuple_(*columns) < here if down else sa.tuple_(*columns) > here


def count_up_to(connection: sa.Connection, query: sa.Select[Any], most: int = MOST_COUNTED) -> int:
    """How many rows a query has, counted up to `most`."""
    some = (
        query.with_only_columns(
            sa.literal_column("1").label("one"),
            maintain_column_froms=True,  # a query without conditions has no other way to its table
        )
        .order_by(None)
        .limit(most)
        .subquery()
    )
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
