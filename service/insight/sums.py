"""All figures of a period, and the complaints behind any of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from service.cases.ledger import ledger_entry
from service.cases.tables import emergency
from service.db import Connection
from service.errors import InvalidInput
from service.facts import complaint_fact as fact
from service.insight.cohorts import (
    Cohort,
    Columns,
    Scope,
    narrowing,
    open_at,
    read_cohort,
    within,
)
from service.insight.figures import FIGURES, Beyond, behind, count, look_beyond
from service.insight.periods import Period, parts_of

HUNDREDTH = Decimal("0.01")
TENTHS_OF_P90, TENTHS_OF_MEDIAN = 9, 5


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds; `median` and `p90` are durations that occurred: the
    smallest that at least half, or nine tenths, do not exceed. None of none."""

    number: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class Money:
    """What was offered and paid in a currency, and in how many cases something was."""

    offered: Decimal
    paid: Decimal
    cases: int


@dataclass(frozen=True, slots=True)
class Volume:
    """A part of the period: how many were received and closed in it, and open at its end."""

    part: Period
    received: int
    closed: int
    open: int


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures of a period. `kinds` is by currency and kind of money; `emergencies` are those
    that were opened, by level."""

    scope: Scope
    counts: Mapping[str, Counter[str]]
    contact: Spread
    final: Spread
    money: Mapping[str, Money]
    kinds: Mapping[tuple[str, str], tuple[Decimal, Decimal]]
    volume: Sequence[Volume]
    emergencies: Counter[str]

    def total(self, figure: str) -> int:
        """How many complaints the figure is of; those on no line too."""
        return self.counts[FIGURES[figure].cohort.value][_ALL]

    def of(self, figure: str, line: str) -> int:
        return self.counts[figure][line]


_ALL = "all"


def sum_up(connection: Connection, scope: Scope) -> Sums:
    """Every figure, from one reading of each cohort."""
    beyond = look_beyond(connection, scope)
    columns = {cohort: read_cohort(connection, scope, cohort) for cohort in Cohort}
    closed = columns[Cohort.CLOSED]
    return Sums(
        scope,
        {each.id: count(each.tell(columns[each.cohort], beyond)) for each in FIGURES.values()},
        spread(columns[Cohort.RECEIVED]["contact_seconds"]),
        spread(closed["final_seconds"]),
        _money(closed),
        _kinds(connection, scope),
        _volume(connection, scope),
        _emergencies(connection, scope),
    )


def list_behind(connection: Connection, scope: Scope, figure: str, line: str) -> list[int]:
    """The root keys of the complaints that a line counts, newest first. Raises InvalidInput for a
    figure there is not."""
    wanted = FIGURES.get(figure)
    if wanted is None:
        raise InvalidInput("There is no such figure. Open the list from its number.")
    columns = read_cohort(connection, scope, wanted.cohort)
    beyond = look_beyond(connection, scope) if wanted.cohort is not Cohort.OPEN else Beyond()
    return behind(columns, wanted.tell(columns, beyond), line)


def spread(seconds: Sequence[int | None]) -> Spread:
    """Of those that are known."""
    known = sorted(each for each in seconds if each is not None)
    if not known:
        return Spread(0, None, None)
    return Spread(len(known), _tenths(known, TENTHS_OF_MEDIAN), _tenths(known, TENTHS_OF_P90))


def _tenths(ordered: Sequence[int], tenths: int) -> int:
    return ordered[-(-len(ordered) * tenths // 10) - 1]


def _money(closed: Columns) -> dict[str, Money]:
    found: dict[str, list[int]] = {}
    rows = zip(closed["currency"], closed["offered"], closed["paid"], strict=True)
    for currency, offered, paid in rows:
        if offered or paid:
            sums = found.setdefault(currency, [0, 0, 0])
            sums[0], sums[1], sums[2] = sums[0] + offered, sums[1] + paid, sums[2] + 1
    return {
        currency: Money(offered * HUNDREDTH, paid * HUNDREDTH, cases)
        for currency, (offered, paid, cases) in sorted(found.items())
    }


def _kinds(connection: Connection, scope: Scope) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """What each kind of money comes to: the last offer of each case, and what was paid less what
    came back."""
    batch = sa.func.coalesce(ledger_entry.c.batch, ledger_entry.c.seq).label("batch")
    rows = connection.execute(
        sa.select(
            ledger_entry.c.root_key,
            ledger_entry.c.currency,
            ledger_entry.c.kind,
            ledger_entry.c.entry,
            batch,
            ledger_entry.c.amount,
        )
        .join(fact, fact.c.root_key == ledger_entry.c.root_key)
        .where(*within(scope, fact.c.closed_at))
        .where(ledger_entry.c.entry.in_(["offered", "paid", "recovered"]))
    ).all()
    last: dict[int, int] = {}
    for row in rows:
        if row.entry == "offered":
            last[row.root_key] = max(last.get(row.root_key, 0), row.batch)
    found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for row in rows:
        offered, paid = found.get((row.currency, row.kind), (Decimal(0), Decimal(0)))
        more = _share(row, last)
        found[row.currency, row.kind] = (offered + more[0], paid + more[1])
    return dict(sorted(found.items()))


def _share(row: Any, last: Mapping[int, int]) -> tuple[Decimal, Decimal]:
    amount = Decimal(row.amount)
    if row.entry == "offered":
        return (amount if row.batch == last[row.root_key] else Decimal(0)), Decimal(0)
    return Decimal(0), (amount if row.entry == "paid" else -amount)


def _volume(connection: Connection, scope: Scope) -> list[Volume]:
    """All parts in one statement: each count walks its stretch of an index. What is open at the end
    of a part follows from what was open before; a complaint of the past of whose end only is known
    that there was one never was."""
    parts = [part for part in parts_of(scope.period) if part.begin <= scope.now]
    if not parts:
        return []
    still_open, closed_later = open_at(parts[0].begin)
    wanted = [_number(scope, *still_open), _number(scope, *closed_later)]
    for part in parts:
        inside = scope.over(part)
        received = within(inside, fact.c.received_at)
        wanted += [
            _counted(*received),
            _counted(*within(inside, fact.c.closed_at)),
            _counted(*received, fact.c.closed_at.is_(None), fact.c.status != "open"),
        ]
    first, later, *numbers = connection.execute(sa.select(*wanted)).one()
    found, still = [], first + later
    for place, part in enumerate(parts):
        received, closed, never = numbers[3 * place : 3 * place + 3]
        still += received - closed - never
        found.append(Volume(part, received, closed, still))
    return found


def _number(scope: Scope, *where: sa.ColumnElement[bool]) -> Any:
    return _counted(*where, *narrowing(scope))


def _counted(*where: sa.ColumnElement[bool]) -> Any:
    return sa.select(sa.func.count()).select_from(fact).where(*where).scalar_subquery()


def _emergencies(connection: Connection, scope: Scope) -> Counter[str]:
    rows = connection.execute(
        sa.select(emergency.c.level).where(
            emergency.c.opened_at >= scope.period.begin, emergency.c.opened_at < scope.period.end
        )
    )
    return Counter(rows.scalars())
