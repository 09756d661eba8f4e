"""The complaints that a period's figures are of: those received in it, those closed in it, those
open at its end. Each is read once, column by column, already told apart by what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.db import Connection, UtcDateTime, seconds_between
from service.facts import complaint_fact as fact
from service.insight.periods import Period

Columns = Mapping[str, Sequence[Any]]
"""A value for each complaint under each name; `root_key` says which complaint it is."""
DAY = 86_400
AGES = (3, 7, 14, 30, 60)
"""Ends of the classes of age, in days."""


class Cohort(StrEnum):
    """Which complaints of a period."""

    RECEIVED = "received"
    CLOSED = "closed"
    OPEN = "open"


class ClockState(StrEnum):
    """How a clock stands for the law: met in time, met too late or overdue, still running."""

    KEPT = "kept"
    LATE = "late"
    RUNNING = "running"


RUNNING = ClockState.RUNNING.value


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Only complaints with these; None is any. The product "" is none said."""

    product: str | None = None
    channel: str | None = None
    unit: str | None = None
    regime: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What figures are asked for: the period, what it is narrowed to, as of when, and the regime of
    complaints that have none of their own."""

    period: Period
    narrowed: Narrowed
    now: datetime
    regime: str

    @property
    def until(self) -> datetime:
        """When the period ended, or now."""
        return min(self.period.end, self.now)

    def over(self, period: Period) -> Scope:
        return replace(self, period=period)


COLUMNS: Mapping[Cohort, tuple[str, ...]] = {
    Cohort.RECEIVED: (
        "root_key",
        "channel",
        "product",
        "severity",
        "regime",
        "unit",
        "customer_key",
        "vulnerable",
        "regulator",
        "escalated",
        "contact_seconds",
        "acknowledgement",
        "contact",
    ),
    Cohort.CLOSED: (
        "root_key",
        "outcome",
        "cause",
        "regime",
        "rounds",
        "asked",
        "satisfaction",
        "final_seconds",
        "target",
        "final",
        "other_clocks",
        "currency",
        "offered",
        "paid",
    ),
    Cohort.OPEN: ("root_key", "investigator", "age", "final"),
}


def read_cohort(connection: Connection, scope: Scope, cohort: Cohort) -> Columns:
    """The columns of the complaints, which are in no order."""
    names = COLUMNS[cohort]
    dialect = connection.dialect.name
    moment = scope.until if cohort is Cohort.OPEN else scope.now
    made = {**_clocks(moment), **_made(scope, dialect)}
    wanted: list[Any] = [made[name] if name in made else fact.c[name] for name in names]
    rows: list[Any] = []
    for where in _choices(scope, cohort):
        # as the driver has them: texts and whole numbers need no conversion, and there are many
        rows += connection.execute(sa.select(*wanted).where(*where)).cursor.fetchall()
    if not rows:
        return {name: () for name in names}
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def within(scope: Scope, moment: sa.Column[Any]) -> list[sa.ColumnElement[bool]]:
    """Complaints that were received, or closed, in the period."""
    begin, end = scope.period.begin, scope.period.end
    return [moment >= begin, moment < end, *narrowing(scope)]


def _choices(scope: Scope, cohort: Cohort) -> list[list[sa.ColumnElement[bool]]]:
    """Which complaints these are: those of one set of conditions, and those of another."""
    match cohort:
        case Cohort.RECEIVED:
            return [within(scope, fact.c.received_at)]
        case Cohort.CLOSED:
            return [within(scope, fact.c.closed_at)]
    return [[*each, *narrowing(scope)] for each in open_at(scope.period.end)]


def open_at(moment: datetime) -> tuple[list[sa.ColumnElement[bool]], ...]:
    """Complaints that were received before and not closed by then: those that are open still, and
    those that were closed later. One of the past of which is only known that it was closed is
    neither. Each is found by its closing: SQLite would go through all that were ever received."""
    received = sa.func.coalesce(fact.c.received_at, fact.c.received_at)
    return (
        [fact.c.closed_at.is_(None), fact.c.status == "open", fact.c.received_at < moment],
        [fact.c.closed_at >= moment, received < moment],
    )


def narrowing(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """The conditions of what the figures are narrowed to."""
    narrowed = scope.narrowed
    columns = {
        "product": sa.func.coalesce(fact.c.product, ""),
        "channel": fact.c.channel,
        "unit": fact.c.unit,
        "regime": _regime(scope),
    }
    return [
        column == value
        for name, column in columns.items()
        if (value := getattr(narrowed, name)) is not None
    ]


def _regime(scope: Scope) -> sa.ColumnElement[str]:
    return sa.func.coalesce(fact.c.regime, sa.literal(scope.regime))


def _made(scope: Scope, dialect: str) -> dict[str, Any]:
    """Columns that are worked out where they are read; money in hundredths."""
    age = seconds_between(fact.c.received_at, sa.literal(scope.until, UtcDateTime), dialect)
    return {
        "regime": _regime(scope),
        "product": sa.func.coalesce(fact.c.product, ""),
        "age": sa.case(
            *((age < (days + 1) * DAY, days) for days in AGES),
            else_=AGES[-1] + 1,
        ),
        "offered": sa.cast(sa.func.round(fact.c.offered * 100), sa.BigInteger),
        "paid": sa.cast(sa.func.round(fact.c.paid * 100), sa.BigInteger),
    }


def _clocks(moment: datetime) -> dict[str, Any]:
    return {
        name: _state(fact.c[f"{name}_due"], fact.c[f"{name}_met"], moment)
        for name in ("acknowledgement", "contact", "target", "final")
    }


def _state(due: Any, met: Any, moment: datetime) -> sa.ColumnElement[str | None]:
    """As it was at that moment; null without such a clock."""
    is_met = met <= moment
    return sa.case(
        (due.is_(None), None),
        (sa.and_(is_met, met <= due), ClockState.KEPT.value),
        (sa.and_(sa.not_(sa.func.coalesce(is_met, sa.false())), due > moment), RUNNING),
        else_=ClockState.LATE.value,
    )
