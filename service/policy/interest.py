"""Interest on money that a customer was without: by dated tables of rates, in exact arithmetic,
with the working line by line.

A basis says how it is reckoned: by which table, plus how many points, simple or compound, on how
many days a year. The day on which the customer lost the money counts, the day on which they have
it again does not. A table that does not reach over the whole time is refused, by its name and the
first day it has no rate for: a rate is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.errors import InvalidInput
from service.policy.files import policy_file
from service.policy.time_limits import months_after

FILE = "interest.json"
MOST_YEARS = 100


class Compounding(StrEnum):
    """When interest bears interest itself."""

    SIMPLE = "simple"
    YEARLY = "yearly"
    MONTHLY = "monthly"


class Year(StrEnum):
    """How many days a year is reckoned at: 365, or those of the calendar year a day is in."""

    FIXED = "actual/365"
    CALENDAR = "actual/actual"


@dataclass(frozen=True, slots=True)
class Rate:
    """Per cent a year, from a day to the day `until`, the last one; None as long as nothing else is
    known."""

    since: date
    percent: Decimal
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """How interest is reckoned. `points` are added to the rates of the table."""

    id: str
    names: Mapping[str, str]
    countries: tuple[str, ...]
    table: str
    rates: tuple[Rate, ...]
    points: Decimal
    compounding: Compounding
    year: Year
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the working: so many days at one rate on one sum. `first` counts, `end` does not.
    `interest` is exact."""

    first: date
    end: date
    percent: Decimal
    base: Fraction
    interest: Fraction

    @property
    def days(self) -> int:
        return (self.end - self.first).days


@dataclass(frozen=True, slots=True)
class Interest:
    """What was reckoned, and how."""

    basis: Basis
    amount: Decimal
    first: date
    end: date
    lines: tuple[Line, ...] = field(default_factory=tuple)

    @property
    def exact(self) -> Fraction:
        return sum((each.interest for each in self.lines), Fraction(0))

    @property
    def average(self) -> Fraction:
        """The rate of a year over the whole time, by days; of no days nothing."""
        days = (self.end - self.first).days
        whole = sum((Fraction(each.percent) * each.days for each in self.lines), Fraction(0))
        return whole / days if days else Fraction(0)

    def rounded(self, decimals: int) -> Decimal:
        return to_decimal(self.exact, decimals)


def to_decimal(value: Fraction, decimals: int) -> Decimal:
    """Rounded half up, once, at the end."""
    scaled = value * 10**decimals
    half_up = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(half_up).scaleb(-decimals)


def list_bases(folder: Path | None = None) -> tuple[Basis, ...]:
    """What interest may be reckoned by, in the order of the file."""
    document = policy_file(FILE, folder)
    return tuple(_basis(entry, document["tables"]) for entry in document["bases"])


def find_basis(id: str, folder: Path | None = None) -> Basis:
    """Raises InvalidInput for a basis that is none."""
    bases = {each.id: each for each in list_bases(folder)}
    if id not in bases:
        raise InvalidInput(
            "expected a basis of interest out of {known}, got {id!r}", known=list(bases), id=id[:60]
        )
    return bases[id]


def reckon(basis: Basis, amount: Decimal, first: date, end: date) -> Interest:
    """Interest on an amount from a day until before another. Raises InvalidInput for an amount not
    above zero, an end before the start, and a table with a gap."""
    if not amount.is_finite() or amount <= 0:
        raise InvalidInput("expected an amount above zero, got {amount}", amount=str(amount))
    if not first <= end <= first + timedelta(days=366 * MOST_YEARS):
        raise InvalidInput(
            "expected an end from {first} on, at most {most} years later, got {end}",
            first=first.isoformat(),
            most=MOST_YEARS,
            end=end.isoformat(),
        )
    return Interest(basis, amount, first, end, tuple(_lines(basis, Fraction(amount), first, end)))


def _lines(basis: Basis, amount: Fraction, first: date, end: date) -> Iterator[Line]:
    base = amount
    for start, stop in _periods(basis.compounding, first, end):
        earned = Fraction(0)
        for line in _of_period(basis, base, start, stop):
            earned += line.interest
            yield line
        if basis.compounding is not Compounding.SIMPLE:
            base += earned


def _of_period(basis: Basis, base: Fraction, start: date, stop: date) -> Iterator[Line]:
    day = start
    while day < stop:
        rate, until = _rate_at(basis, day, stop)
        until = min(until, _year_end(basis.year, day))
        percent = rate.percent + basis.points
        share = Fraction((until - day).days, _days_of_year(basis.year, day))
        yield Line(day, until, percent, base, base * Fraction(percent) / 100 * share)
        day = until


def _rate_at(basis: Basis, day: date, stop: date) -> tuple[Rate, date]:
    """The rate of a day, and until before which day it holds."""
    for rate, following in zip(basis.rates, (*basis.rates[1:], None), strict=True):
        last = rate.until if rate.until is not None else date.max - timedelta(days=1)
        over = last + timedelta(days=1)
        if following is not None:
            over = min(over, following.since)
        if rate.since <= day < over:
            return rate, min(over, stop)
    raise InvalidInput(
        "The table of rates “{table}” has no rate for {day}; enter it in {file} before interest "
        "over that day is reckoned.",
        table=basis.table,
        day=day.isoformat(),
        file=FILE,
    )


def _periods(compounding: Compounding, first: date, end: date) -> Iterator[tuple[date, date]]:
    """The times after each of which interest is added to the sum."""
    if compounding is Compounding.SIMPLE:
        yield first, end
        return
    months, start = (12 if compounding is Compounding.YEARLY else 1), first
    number = 0
    while start < end:
        number += 1
        stop = min(months_after(first, number * months), end)
        yield start, stop
        start = stop


def _year_end(year: Year, day: date) -> date:
    return date.max if year is Year.FIXED else date(day.year + 1, 1, 1)


def _days_of_year(year: Year, day: date) -> int:
    if year is Year.FIXED:
        return 365
    return (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days


def _basis(entry: Mapping[str, Any], tables: Mapping[str, Any]) -> Basis:
    if entry["table"] not in tables:
        raise InvalidInput(
            "{file}: {id}: expected a table out of {known}, got {table!r}",
            file=FILE,
            id=entry["id"],
            known=sorted(tables),
            table=entry["table"],
        )
    return Basis(
        entry["id"],
        entry["name"],
        tuple(entry["countries"]),
        entry["table"],
        _rates(entry["table"], tables[entry["table"]]["rates"]),
        Decimal(entry["points"]),
        Compounding(entry["compounding"]),
        Year(entry["year"]),
        entry["source"],
        entry["confidence"],
    )


def _rates(table: str, rows: list[Mapping[str, Any]]) -> tuple[Rate, ...]:
    """In the order of their days. Raises InvalidInput for two of the same day, and for one that
    ends before it begins."""
    rates = tuple(
        Rate(
            date.fromisoformat(row["from"]),
            Decimal(row["percent"]),
            date.fromisoformat(row["until"]) if row.get("until") else None,
        )
        for row in rows
    )
    for one, other in pairwise(rates):
        if one.since >= other.since:
            raise InvalidInput(
                "{file}: “{table}”: expected rates in the order of their days, got {day} after "
                "{before}",
                file=FILE,
                table=table,
                day=other.since.isoformat(),
                before=one.since.isoformat(),
            )
    for each in rates:
        if each.until is not None and each.until < each.since:
            raise InvalidInput(
                "{file}: “{table}”: expected a last day from {since} on, got {until}",
                file=FILE,
                table=table,
                since=each.since.isoformat(),
                until=each.until.isoformat(),
            )
    return rates
