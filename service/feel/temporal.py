"""FEEL's time, date and time, and durations, with their text forms.

Times count nanoseconds. A zone is None (local), an offset in seconds, or the name of an IANA zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from service.feel.civil import (
    DAY,
    SECOND,
    AnyDate,
    FarDate,
    date_of,
    day_number,
    find_zone,
    make_date,
    offset_at,
    zone_offset,
)

Zone = int | str | None
MAX_OFFSET = 18 * 3600


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day."""

    nanos: int
    zone: Zone = None

    @property
    def offset(self) -> int | None:
        return zone_offset(self.zone, 0, self.nanos) if isinstance(self.zone, str) else self.zone

    def __str__(self) -> str:
        return clock_text(self.nanos) + zone_text(self.zone)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of day; `day` counts from 1970-01-01. `fold` is 1 in the second of two
    hours that a zone has twice, when its clocks are put back."""

    day: int
    nanos: int
    zone: Zone = None
    fold: int = 0

    @property
    def date(self) -> AnyDate:
        found = date_of(self.day)
        assert found is not None
        return found

    @property
    def offset(self) -> int | None:
        return (
            zone_offset(self.zone, self.day, self.nanos, self.fold)
            if isinstance(self.zone, str)
            else self.zone
        )

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970 in UTC; local times count as UTC."""
        return self.day * DAY + self.nanos - (self.offset or 0) * SECOND

    def __str__(self) -> str:
        local = f"{self.date.isoformat()}T{clock_text(self.nanos)}"
        if self.fold:  # the zone alone would mean the first of the two hours
            return f"{local}{zone_text(self.offset)}[{self.zone}]"
        return local + zone_text(self.zone)


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A length of time in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanos), DAY)
        minutes, seconds = divmod(rest, 60 * SECOND)
        hours, minutes = divmod(minutes, 60)
        tail = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        tail += f"{seconds_text(seconds)}S" if seconds else ""
        text = (f"{days}D" if days else "") + (f"T{tail}" if tail else "")
        return ("-" if self.nanos < 0 else "") + "P" + (text or "0D")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A length of time in months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0Y")


def seconds_text(nanos: int, width: int = 0) -> str:
    whole, part = divmod(nanos, SECOND)
    return f"{whole:0{width}d}" + (f".{part:09d}".rstrip("0") if part else "")


def clock_text(nanos: int) -> str:
    minutes, seconds = divmod(nanos, 60 * SECOND)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds_text(seconds, 2)}"


def zone_text(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone), 60)
    return f"{'-' if zone < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}" + (
        f":{seconds:02d}" if seconds else ""
    )


_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)", re.ASCII)
_CLOCK = re.compile(
    r"(\d\d):(\d\d)(?::(\d\d)(\.\d{1,30})?)?(?:@(.+)|(Z|z|[+-]\d\d:\d\d(?::\d\d)?)(?:\[(.+)\])?)?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-?)P(?=\d)(?:(\d{1,18})Y)?(?:(\d{1,18})M)?", re.ASCII)
_DAYS = re.compile(
    r"(-?)P(?=\d|T\d)(?:(\d{1,18})D)?(?:T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(\.\d{0,30})?S)?)?",
    re.ASCII,
)


def parse_date(text: str) -> AnyDate | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year = int(found[2])
    return make_date(-year if found[1] else year, int(found[3]), int(found[4]))


def parse_offset(text: str) -> tuple[bool, Zone]:
    """(whether there is such an offset, seconds east of UTC)."""
    if not text:
        return True, None
    if text in "Zz":
        return True, 0
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    fits = seconds <= MAX_OFFSET and all(part < 60 for part in parts[1:])
    return fits, -seconds if text[0] == "-" else seconds


@dataclass(frozen=True, slots=True)
class _Clock:
    """A time as it is written: with a zone, an offset, or both, as Java writes it."""

    nanos: int
    offset: Zone
    name: str | None
    next_day: bool


def _parse_clock(text: str) -> _Clock | None:
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    known, offset = parse_offset(found[6] or "")
    name = found[5] or found[7]
    if not known or (name is not None and find_zone(name) is None):
        return None
    nanos = int((found[4] or ".0")[1:10].ljust(9, "0"))
    clock = (hour * 3600 + minute * 60 + second) * SECOND + nanos
    if max(minute, second) > 59 or clock > DAY:
        return None
    return _Clock(clock % DAY, offset, name, clock == DAY)


def parse_time(text: str) -> Time | None:
    """A time such as 23:59:00, 23:59 or T23:59:00, with an offset or a zone or without."""
    clock = _parse_clock(text.removeprefix("T"))
    if clock is None:
        return None
    return Time(clock.nanos, clock.offset if clock.name is None else clock.name)


def parse_date_time(text: str) -> DateTime | None:
    head, mark, tail = text.partition("T")
    day = parse_date(head)
    if day is None:
        return None
    if not mark:
        return DateTime(day_number(day), 0)
    clock = _parse_clock(tail)
    if clock is None:
        return None
    number = day_number(day) + clock.next_day
    if clock.name is None or clock.offset is None:
        return DateTime(number, clock.nanos, clock.offset if clock.name is None else clock.name)
    return at_instant(DateTime(number, clock.nanos, clock.offset).instant, clock.name)


def at_instant(instant: int, zone: Zone) -> DateTime:
    """The date and time in a zone of an instant, in nanoseconds since 1970."""
    offset = offset_at(zone, instant) if isinstance(zone, str) else zone or 0
    day, nanos = divmod(instant + offset * SECOND, DAY)
    fold = isinstance(zone, str) and zone_offset(zone, day, nanos) != offset
    return DateTime(day, nanos, zone, int(fold))


def parse_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration | None:
    found = _MONTHS.fullmatch(text)
    if found:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonthsDuration(-months if found[1] else months)
    found = _DAYS.fullmatch(text)
    if not found:
        return None
    days, hours, minutes, seconds = (int(found[i] or 0) for i in (2, 3, 4, 5))
    nanos = ((days * 24 + hours) * 60 + minutes) * 60 * SECOND + seconds * SECOND
    nanos += int((found[6] or ".0")[1:10].ljust(9, "0"))
    return DaysTimeDuration(-nanos if found[1] else nanos)


def parse_temporal(text: str) -> object | None:
    """What `@"..."` means; None where the text is no temporal value."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if "T" in text:
        found = parse_date_time(text)
        if found is not None:
            return found
    return parse_date(text) or parse_time(text)


def from_datetime(value: datetime) -> DateTime:
    """A Python datetime: its zone's IANA name where it has one (but UTC as an offset), else its
    offset."""
    zone: Zone = None
    offset = value.utcoffset()
    if offset is not None:
        key = getattr(value.tzinfo, "key", None)
        zone = key if key and find_zone(key) and key != "UTC" else int(offset.total_seconds())
    clock = (
        (value.hour * 60 + value.minute) * 60 + value.second
    ) * SECOND + value.microsecond * 1000
    day = day_number(value.date())
    if value.fold and isinstance(zone, str) and offset is not None:
        twice = zone_offset(zone, day, clock) > offset.total_seconds()
        return DateTime(day, clock, zone, int(twice))
    return DateTime(day, clock, zone)


def is_date(value: object) -> bool:
    return type(value) is date or type(value) is FarDate


def at_midnight(value: AnyDate, zone: Zone = 0) -> DateTime:
    return DateTime(day_number(value), 0, zone)
