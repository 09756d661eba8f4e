"""Working time of a jurisdiction: which days are worked, and instants so many working hours or days
away.

Public holidays and adjusted working weekends come from the `holidays` library (`is_working_day`);
the bank's own closed and worked days go over them. The end of a day is its last second. Zones are
IANA, so changes of summer time count. Dates beyond `published_until` stand on a calendar that
nobody has published yet: they are provisional.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from service.errors import InvalidInput
from service.policy.working_time import WorkTime, build

HOURS = ((time(9, 0), time(17, 30)),)
MAX_DAYS = 3_660
SATURDAY, SUNDAY = 5, 6
LIBRARY_YEARS = range(2001, 2036)
"""What every calendar of the library covers; outside it only weekends are known."""
WEEKDAYS_ONLY = "none"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working calendar of one jurisdiction. `country` is ISO 3166-1, a market code such as XECB
    (TARGET), or `none`; `subdivision` and `categories` are as the library knows them."""

    country: str
    timezone: str
    subdivision: str | None = None
    hours: tuple[tuple[time, time], ...] = HOURS
    closed: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    published_until: date = date.max
    categories: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_working_day(self, day: date) -> bool:
        """Whether the bank works on that local day."""
        if day in self.closed:
            return False
        if day in self.worked:
            return True
        if self.country == WEEKDAYS_ONLY or day.year not in LIBRARY_YEARS:
            return day.weekday() not in (SATURDAY, SUNDAY)
        with _ONE_AT_A_TIME:
            return bool(
                _holidays(self.country, self.subdivision, self.categories).is_working_day(day)
            )

    def is_provisional(self, instant: datetime) -> bool:
        """Whether the calendar of that day has not been published."""
        return self.local_day(instant) > self.published_until

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def end_of_day(self, day: date) -> datetime:
        """The last second of a local day, in UTC."""
        return datetime.combine(day, time(23, 59, 59), self.zone).astimezone(UTC)

    def calendar_days_after(self, start: datetime, days: int) -> datetime:
        """The end of the local day `days` days after the day of `start`, which is not counted."""
        return self.end_of_day(self.local_day(start) + timedelta(days=_checked(days)))

    def working_days_after(self, start: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after the day of `start`, which is not counted."""
        day = self.local_day(start)
        return self.end_of_day(
            _table(self, day.year).day_after(day, days) if _checked(days) else day
        )

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and with `last`."""
        return _table(self, first.year).days_between(first, last)

    def working_hours_after(self, start: datetime, hours: float) -> datetime:
        """The instant `hours` working hours after `start`; time outside business hours does not
        count."""
        if not 0 <= hours <= MAX_DAYS * 8:
            raise InvalidInput(
                "expected from 0 to {most} working hours, got {hours}",
                most=MAX_DAYS * 8,
                hours=hours,
            )
        local = self.local_day(start)
        second = _table(self, local.year).second_after(start.timestamp(), float(hours) * 3_600)
        return datetime.fromtimestamp(second, UTC)

    def working_seconds_between(self, start: datetime, end: datetime) -> float:
        """Working time from one instant to another; negative when it runs backwards."""
        table = _table(self, min(self.local_day(start), self.local_day(end)).year)
        return table.position(end.timestamp()) - table.position(start.timestamp())

    def next_working_day(self, instant: datetime) -> datetime:
        """The end of that local day, or of the next working day when it is not worked."""
        day = self.local_day(instant)
        return instant if self.is_working_day(day) else self.working_days_after(instant, 1)


def _checked(days: int) -> int:
    if not 0 <= days <= MAX_DAYS:
        raise InvalidInput("expected from 0 to {most} days, got {days}", most=MAX_DAYS, days=days)
    return days


_ONE_AT_A_TIME = threading.Lock()
"""`holidays` fills in a year when it is first asked for, and two threads that ask at once find it
half filled."""


@lru_cache(maxsize=256)
def _table(calendar: Calendar, year: int) -> WorkTime:
    return build(calendar.is_working_day, calendar.hours, calendar.zone, year)


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None, categories: tuple[str, ...]) -> Any:
    extra = categories or (
        ("public", "optional") if country == "HK" else ()
    )  # banks keep the general holidays too
    try:
        if len(country) == 2:
            days: Any = holidays.country_holidays(
                country, subdiv=subdivision, categories=extra or None
            )
        else:
            days = holidays.financial_holidays(country)
    except (NotImplementedError, ValueError) as error:
        raise InvalidInput(
            "There is no calendar of working days for {country} {subdivision}",
            country=country,
            subdivision=subdivision or "",
        ) from error
    days.weekend = {
        SATURDAY,
        SUNDAY,
    }  # Hong Kong's labour law knows Sunday only; its banks count Monday to Friday
    return days
