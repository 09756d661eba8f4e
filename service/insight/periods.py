"""Periods of time that figures are of: whole days where the bank is, what they are compared with,
and the parts that a line or a column stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.errors import InvalidInput

DAY = timedelta(days=1)
MOST_DAYS = 1_100
"""Three years and a little: what one period spans at most."""
DAILY, WEEKLY = 31, 120
"""Up to so many days a period is told by the day, and by the week."""


class Span(StrEnum):
    """How a period is chosen."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DATES = "dates"


class Against(StrEnum):
    """What a period is compared with."""

    BEFORE = "before"
    YEAR_BEFORE = "year-before"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, in a time zone."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return _midnight(self.last + DAY, self.zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock(), zone).astimezone(UTC)


def period_of(span: Span, day: date, zone: ZoneInfo) -> Period:
    """The week, month, quarter or year that a day is in. Weeks begin on Monday (ISO 8601)."""
    match span:
        case Span.WEEK:
            first = day - timedelta(days=day.weekday())
            return Period(first, first + 6 * DAY, zone)
        case Span.QUARTER:
            return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3, zone)
        case Span.YEAR:
            return _months(day.year, 1, 12, zone)
        case _:
            return _months(day.year, day.month, 1, zone)


def _months(year: int, month: int, count: int, zone: ZoneInfo) -> Period:
    beyond = year * 12 + month - 1 + count
    return Period(date(year, month, 1), date(beyond // 12, beyond % 12 + 1, 1) - DAY, zone)


def between(first: date, last: date, zone: ZoneInfo) -> Period:
    """Raises InvalidInput for days in the wrong order or too far apart."""
    if not first <= last < first + MOST_DAYS * DAY:
        raise InvalidInput(
            "expected a first day, a last day that is not before it, and at most {most} days, got "
            "{first} and {last}",
            most=MOST_DAYS,
            first=first.isoformat(),
            last=last.isoformat(),
        )
    return Period(first, last, zone)


def compared(period: Period, span: Span, against: Against) -> Period:
    """The period before of the same sort, or the same one a year before."""
    if against is Against.YEAR_BEFORE:
        return Period(_year_before(period.first), _year_before(period.last), period.zone)
    before = period.first - DAY
    if span is Span.DATES:
        return Period(before - (period.days - 1) * DAY, before, period.zone)
    return period_of(span, before, period.zone)


def _year_before(day: date) -> date:
    if (day + DAY).day == 1:  # the last day of a month stays one
        beyond = day + DAY
        return beyond.replace(year=beyond.year - 1) - DAY
    return day.replace(year=day.year - 1)


def parts_of(period: Period) -> Sequence[Period]:
    """Its days, its weeks or its months, by how long it is; the first and last may be cut."""
    span = None if period.days <= DAILY else Span.WEEK if period.days <= WEEKLY else Span.MONTH
    found, day = [], period.first
    while day <= period.last:
        last = day if span is None else period_of(span, day, period.zone).last
        found.append(Period(day, min(last, period.last), period.zone))
        day = last + DAY
    return found
