"""Days and years as plain integers, so that FEEL's years beyond 9999 and before 1 can be counted.

A day is its number since 1970-01-01 in the proleptic Gregorian calendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_YEAR = 999_999_999
SECOND = 1_000_000_000
DAY = 86_400 * SECOND


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date whose year `datetime.date` cannot hold."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


AnyDate = date | FarDate


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    return (
        29
        if month == 2 and is_leap(year)
        else (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    )


def make_date(year: int, month: int, day: int) -> AnyDate | None:
    if not (
        1 <= month <= 12 and -MAX_YEAR <= year <= MAX_YEAR and 1 <= day <= month_length(year, month)
    ):
        return None
    return date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def day_number(value: AnyDate) -> int:
    if isinstance(value, date):
        return value.toordinal() - 719_163
    year = value.year - (value.month <= 2)
    era, of_era = divmod(year, 400)
    of_year = (153 * ((value.month + 9) % 12) + 2) // 5 + value.day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def date_of(number: int) -> AnyDate | None:
    """The date of a day number; None beyond the years FEEL knows."""
    if -719_162 <= number <= 2_932_896:
        return date.fromordinal(number + 719_163)
    era, of_era = divmod(number + 719_468, 146_097)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return make_date(year + era * 400 + (month <= 2), month, day)


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone, or None; only names made of zone characters ever reach the zone files."""
    if not name or len(name) > 64 or ".." in name or not name[0].isalpha():
        return None
    if not all(c.isalnum() or c in "/_+-" for c in name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_offset(name: str, day: int, nanos: int, fold: int = 0) -> int:
    """Seconds east of UTC of a local time; of an hour that comes twice, `fold` 1 is the second.
    Far years take the rules of the nearest year Python knows."""
    zone = find_zone(name)
    if zone is None:
        return 0
    return _seconds(_moment(day, nanos).replace(tzinfo=zone, fold=fold).utcoffset())


def offset_at(name: str, instant: int) -> int:
    """Seconds east of UTC at an instant, also where the clocks are put forward or back."""
    zone = find_zone(name)
    return (
        0 if zone is None else _seconds(_moment(*divmod(instant, DAY)).astimezone(zone).utcoffset())
    )


def _moment(day: int, nanos: int) -> datetime:
    day = min(max(day, -719_000), 2_932_000)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day, seconds=nanos // SECOND)


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())
