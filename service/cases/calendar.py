"""Working time of a jurisdiction: which days are worked, and instants so many working hours or days away.

Public holidays and adjusted working weekends come from the `holidays` library (`is_working_day`); business hours are
09:00 to 17:30 local time. The end of a day is its last second. Zones are IANA, so changes of summer time are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from service.errors import InvalidInput

OPENS, CLOSES = time(9, 0), time(17, 30)
MAX_DAYS = 3_660
SATURDAY, SUNDAY = 5, 6
_CATEGORIES = {"HK": ("public", "optional")}  # banks keep the general holidays too, not the statutory ones alone


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working calendar of one jurisdiction. `country` is ISO 3166-1, `subdivision` as the library knows it."""

    country: str
    timezone: str
    subdivision: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_working_day(self, day: date) -> bool:
        """Whether the bank works on that local day."""
        return bool(_holidays(self.country, self.subdivision).is_working_day(day))

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
        day, left = self.local_day(start), _checked(days)
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return self.end_of_day(day)

    def working_hours_after(self, start: datetime, hours: float) -> datetime:
        """The instant `hours` working hours after `start`; time outside business hours does not count."""
        left = timedelta(hours=hours)
        if not timedelta(0) <= left <= timedelta(days=MAX_DAYS):
            raise InvalidInput(f"expected from 0 to {MAX_DAYS * 24} working hours, got {hours}")
        at, day = start.astimezone(UTC), self.local_day(start)
        while True:
            if self.is_working_day(day):
                opens = datetime.combine(day, OPENS, self.zone).astimezone(UTC)
                closes = datetime.combine(day, CLOSES, self.zone).astimezone(UTC)
                at = max(at, opens)
                if at + left <= closes:
                    return at + left
                left -= max(closes - at, timedelta(0))
            day += timedelta(days=1)


def _checked(days: int) -> int:
    if not 0 <= days <= MAX_DAYS:
        raise InvalidInput(f"expected from 0 to {MAX_DAYS} days, got {days}")
    return days


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None) -> Any:
    try:
        days = holidays.country_holidays(country, subdiv=subdivision, categories=_CATEGORIES.get(country))
    except NotImplementedError as error:
        raise InvalidInput(f"There is no calendar of working days for {country} {subdivision or ''}") from error
    days.weekend = {SATURDAY, SUNDAY}  # Hong Kong's labour law knows Sunday only; its banks count Monday to Friday
    return days
