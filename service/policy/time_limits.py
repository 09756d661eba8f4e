"""Limits of time as the law writes them: `15 minutes`, `4 business_hours`, `3 business_days`, `8
weeks`, `6 months`.

The day a clock starts on is not counted; a limit in days, weeks, months or years ends with the last
second of its day.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from service.errors import InvalidInput
from service.policy.calendar import Calendar


class Unit(StrEnum):
    """What a limit counts."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    BUSINESS_SECONDS = "business_seconds"
    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"
    CALENDAR_DAYS = "calendar_days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"
    BILLING_CYCLES = "billing_cycles"


_SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3_600}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many of a unit."""

    value: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.value} {self.unit.value}"


@lru_cache(maxsize=512)
def parse_limit(text: str) -> Limit:
    """The limit that a text names. Raises InvalidInput."""
    figure, _, unit = text.strip().partition(" ")
    if not figure.isdigit() or unit not in set(Unit):
        raise InvalidInput(
            "expected a limit such as '3 business_days', got {text!r}", text=text[:40]
        )
    return Limit(int(figure), Unit(unit))


def due_after(calendar: Calendar, start: datetime, limit: Limit) -> datetime:
    """When `limit` after `start` is over."""
    match limit.unit:
        case Unit.SECONDS | Unit.MINUTES | Unit.HOURS:
            return start + timedelta(seconds=limit.value * _SECONDS[limit.unit])
        case Unit.BUSINESS_SECONDS:
            return calendar.working_hours_after(start, limit.value / 3_600)
        case Unit.BUSINESS_HOURS:
            return calendar.working_hours_after(start, limit.value)
        case Unit.BUSINESS_DAYS:
            return calendar.working_days_after(start, limit.value)
        case Unit.CALENDAR_DAYS:
            return calendar.calendar_days_after(start, limit.value)
        case Unit.WEEKS:
            return calendar.calendar_days_after(start, 7 * limit.value)
        # a cycle of an account whose cycle is not known: no earlier than its own
        case Unit.MONTHS | Unit.BILLING_CYCLES:
            return calendar.end_of_day(months_after(calendar.local_day(start), limit.value))
        case Unit.YEARS:
            return calendar.end_of_day(months_after(calendar.local_day(start), 12 * limit.value))


def left_of(calendar: Calendar, limit: Limit, *, at: datetime, due_at: datetime) -> Limit:
    """What is left of a clock at an instant, in the kind of time it counts; nothing once it is
    over."""
    if at >= due_at:
        return Limit(0, Unit.SECONDS)
    match limit.unit:
        case Unit.BUSINESS_DAYS:
            return Limit(
                calendar.working_days_between(calendar.local_day(at), calendar.local_day(due_at)),
                Unit.BUSINESS_DAYS,
            )
        case Unit.BUSINESS_HOURS | Unit.BUSINESS_SECONDS:
            return Limit(round(calendar.working_seconds_between(at, due_at)), Unit.BUSINESS_SECONDS)
        case Unit.SECONDS | Unit.MINUTES | Unit.HOURS:
            return Limit(round((due_at - at).total_seconds()), Unit.SECONDS)
        case _:
            return Limit(
                (calendar.local_day(due_at) - calendar.local_day(at)).days, Unit.CALENDAR_DAYS
            )


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the month's last day where it has no such
    day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
