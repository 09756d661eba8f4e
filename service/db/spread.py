"""How durations are spread: how many there are, their mean and their 90th percentile, by group, on
both databases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

_DAY = 86_400
NINE_TENTHS = 0.9


def seconds_between(start: Any, end: Any, dialect: str) -> sa.ColumnElement[float]:
    """The seconds from one instant to another, to the millisecond."""
    if dialect == "sqlite":
        return sa.func.round(
            (sa.func.julianday(end) - sa.func.julianday(start)) * _DAY, 3, type_=sa.Float
        )
    return sa.cast(sa.extract("epoch", end - start), sa.Float)


def spread(rows: Any, dialect: str) -> sa.Select[Any]:
    """`place`, `number`, `mean` and `p90` of rows with a `place` and `seconds`.

    The 90th percentile is one of the durations: the smallest that at least nine tenths of them do
    not exceed.
    """
    found = rows.subquery("durations")
    place, seconds = found.c.place, found.c.seconds
    if dialect != "sqlite":
        p90 = sa.func.percentile_disc(NINE_TENTHS).within_group(seconds)
        return sa.select(
            place,
            sa.func.count().label("number"),
            sa.func.avg(seconds).label("mean"),
            p90.label("p90"),
        ).group_by(place)
    ranked = sa.select(
        place,
        seconds,
        sa.func.row_number().over(partition_by=place, order_by=seconds).label("rank"),
        sa.func.count().over(partition_by=place).label("number"),
    ).subquery("ranked")
    beyond = ranked.c.rank * 10 >= ranked.c.number * 9
    return sa.select(
        ranked.c.place,
        sa.func.count().label("number"),
        sa.func.avg(ranked.c.seconds).label("mean"),
        sa.func.min(sa.case((beyond, ranked.c.seconds))).label("p90"),
    ).group_by(ranked.c.place)
