"""Cron expressions as Camunda 8 takes them in a timer cycle: Spring's six fields, in UTC.

Second, minute, hour, day of the month, month, day of the week; `*` and `?`, lists, ranges, steps,
names of months and days, and for days `L`, `L-3`, `15W`, `LW`, `5L` and `MON#2`. Both days have to
fit. `@yearly`, `@monthly`, `@weekly`, `@daily` and `@hourly` stand for their usual times.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
YEARS = 40
"""Within so many years every day there is comes on every day of the week."""
LONGEST = 200
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?\Z")

Fits = Callable[[int, int, int], bool]
"""Whether a day fits, given year, month and day of the month."""


@dataclass(frozen=True, slots=True)
class Cron:
    """When a cron expression comes: sorted seconds, minutes and hours, and what fits a day."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    fits: tuple[Fits, Fits]

    def after(self, moment: datetime) -> datetime:
        """The first time after a moment. Raises ValueError where there is none in 40 years."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        for day in self._days(start):
            found = self._on(day, start)
            if found is not None:
                return found
        raise ValueError("expected a cron expression that comes some day, got one that never does")

    def _days(self, start: datetime) -> Iterator[datetime]:
        year, month, first = start.year, start.month, start.day
        while year <= min(start.year + YEARS, 9998):
            if month in self.months:
                for day in range(first, monthrange(year, month)[1] + 1):
                    if all(fits(year, month, day) for fits in self.fits):
                        yield datetime(year, month, day, tzinfo=UTC)
            year, month, first = year + month // 12, month % 12 + 1, 1

    def _on(self, day: datetime, start: datetime) -> datetime | None:
        """The first time of a day that is not before the start."""
        if day.date() > start.date():
            return day.replace(hour=self.hours[0], minute=self.minutes[0], second=self.seconds[0])
        for hour in self.hours[bisect_left(self.hours, start.hour) :]:
            from_minute = start.minute if hour == start.hour else 0
            for minute in self.minutes[bisect_left(self.minutes, from_minute) :]:
                same = (hour, minute) == (start.hour, start.minute)
                at = bisect_left(self.seconds, start.second if same else 0)
                if at < len(self.seconds):
                    return day.replace(hour=hour, minute=minute, second=self.seconds[at])
        return None


def is_cron(text: str) -> bool:
    """Whether a text is meant as cron rather than as an ISO 8601 cycle."""
    return text.startswith("@") or len(text.split()) > 2


def parse_cron(text: str) -> Cron:
    """Raises ValueError that says which field is wrong."""
    if len(text) > LONGEST:
        raise ValueError(f"expected a cron expression of at most {LONGEST} characters")
    fields = MACROS.get(text.lower(), text).upper().split()
    if len(fields) != 6:
        raise ValueError(
            "expected a cron expression of six fields (second, minute, hour, day of the month, "
            f"month, day of the week) such as 0 0 9 * * MON-FRI, got {text!r}"
        )
    second, minute, hour, day, month, weekday = fields
    return Cron(
        _numbers(second, 0, 59, "second"),
        _numbers(minute, 0, 59, "minute"),
        _numbers(hour, 0, 23, "hour"),
        frozenset(_numbers(_named(month, MONTHS, 1), 1, 12, "month")),
        (_month_day(day), _week_day(_named(weekday, DAYS, 0))),
    )


def _wrong(what: str, text: str) -> ValueError:
    return ValueError(f"expected the {what} of a cron expression, got {text!r}")


def _named(text: str, names: tuple[str, ...], first: int) -> str:
    for number, name in enumerate(names, first):
        text = re.sub(rf"\b{name}(?=\b|L)", str(number), text)
    return text


def _numbers(text: str, least: int, most: int, what: str) -> tuple[int, ...]:
    """The numbers of a field, sorted."""
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.match(part)
        if match is None:
            raise _wrong(what, text)
        first, last, step = _span_of(match, least, most)
        if not least <= first <= last <= most or step == 0:
            raise _wrong(what, text)
        found.update(range(first, last + 1, step or 1))
    return tuple(sorted(found))


def _span_of(match: re.Match[str], least: int, most: int) -> tuple[int, int, int | None]:
    """From where to where, and in what steps; a single number with a step goes to the end."""
    low, high, step = (None if each is None else int(each) for each in match.groups())
    if low is None:
        return least, most, step
    if high is not None:
        return low, high, step
    return low, most if step is not None else low, step


def _any(year: int, month: int, day: int) -> bool:
    return True


def _either(ways: list[Fits]) -> Fits:
    return lambda year, month, day: any(fits(year, month, day) for fits in ways)


def _month_day(text: str) -> Fits:
    if text in ("*", "?"):
        return _any
    return _either([_month_day_part(part, text) for part in text.split(",")])


def _month_day_part(part: str, text: str) -> Fits:
    if part == "LW":
        return lambda year, month, day: day == _near(year, month, _last(year, month))
    if match := re.fullmatch(r"L(?:-(\d{1,2}))?", part):
        before = int(match[1] or 0)
        return lambda year, month, day: day == _last(year, month) - before
    if match := re.fullmatch(r"(\d{1,2})W", part):
        (wanted,) = _numbers(match[1], 1, 31, "day of the month")
        return lambda year, month, day: (
            wanted <= _last(year, month) and day == _near(year, month, wanted)
        )
    days = frozenset(_numbers(part, 1, 31, "day of the month"))
    return lambda year, month, day: day in days


def _last(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _near(year: int, month: int, day: int) -> int:
    """The working day next to a day, in the same month."""
    weekday = datetime(year, month, day, tzinfo=UTC).weekday()
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < _last(year, month) else day - 2
    return day


def _of_week(year: int, month: int, day: int) -> int:
    """The day of the week, from Sunday, which is 0."""
    return datetime(year, month, day, tzinfo=UTC).isoweekday() % 7


def _week_day(text: str) -> Fits:
    if text in ("*", "?"):
        return _any
    return _either([_week_day_part(part, text) for part in text.split(",")])


def _week_day_part(part: str, text: str) -> Fits:
    if match := re.fullmatch(r"([0-7])L", part):
        wanted = int(match[1]) % 7
        return lambda year, month, day: (
            _of_week(year, month, day) == wanted and day > _last(year, month) - 7
        )
    if match := re.fullmatch(r"([0-7])#([1-5])", part):
        wanted, number = int(match[1]) % 7, int(match[2])
        return lambda year, month, day: (
            _of_week(year, month, day) == wanted and (day + 6) // 7 == number
        )
    days = frozenset(each % 7 for each in _numbers(part, 0, 7, "day of the week"))
    return lambda year, month, day: _of_week(year, month, day) in days
