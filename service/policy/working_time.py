"""Sums over working time: the working days of a run of years and the working seconds before each of
them.

Additions and differences are look-ups by bisection, whatever the distance. Built once per calendar
and first year.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

YEARS = 12
"""How many years one table covers, from the year before its first."""


@dataclass(frozen=True, slots=True)
class WorkTime:
    """`days` are ordinals of working days; `opens` and `closes` epoch seconds of each stretch of
    business hours, and `before[i]` the working seconds before stretch `i`."""

    days: tuple[int, ...]
    opens: tuple[float, ...]
    closes: tuple[float, ...]
    before: tuple[float, ...]

    def day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which is not counted. Raises IndexError beyond
        the table."""
        return date.fromordinal(self.days[bisect_right(self.days, day.toordinal()) + count - 1])

    def days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and with `last`."""
        return bisect_right(self.days, last.toordinal()) - bisect_right(
            self.days, first.toordinal()
        )

    def position(self, at: float) -> float:
        """Working seconds from the beginning of the table until the epoch second `at`."""
        index = bisect_right(self.opens, at) - 1
        return (
            0.0
            if index < 0
            else self.before[index] + min(at, self.closes[index]) - self.opens[index]
        )

    def second_after(self, at: float, seconds: float) -> float:
        """The epoch second `seconds` of working time after `at`; the earliest one. Raises
        IndexError beyond."""
        target = self.position(at) + seconds
        if seconds <= 0:
            return at
        index = bisect_left(self.before, target) - 1
        if (
            index + 1 >= len(self.before)
            and target > self.before[-1] + self.closes[-1] - self.opens[-1]
        ):
            raise IndexError
        return self.opens[index] + target - self.before[index]


def build(
    is_working_day: Callable[[date], bool],
    hours: Iterable[tuple[time, time]],
    zone: ZoneInfo,
    year: int,
) -> WorkTime:
    """The table from the year before `year` on."""
    days, opens, closes, before, total = [], [], [], [], 0.0
    stretches = tuple(hours)
    day, end = date(max(year - 1, 1), 1, 1), date(min(year + YEARS - 1, 9998), 1, 1)
    while day < end:
        if is_working_day(day):
            days.append(day.toordinal())
            for start, stop in stretches:
                first = datetime.combine(day, start, zone).timestamp()
                last = datetime.combine(day, stop, zone).timestamp()
                opens.append(first)
                closes.append(last)
                before.append(total)
                total += last - first
        day += timedelta(days=1)
    return WorkTime(tuple(days), tuple(opens), tuple(closes), tuple(before))
