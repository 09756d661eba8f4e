"""Built-in functions that make and read dates, times and durations; `now` comes from the
evaluation, never a clock."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from service.feel.arithmetic import moment as moment_of
from service.feel.civil import SECOND, AnyDate, day_number, make_date
from service.feel.convert import to_text
from service.feel.errors import Null
from service.feel.registry import builtin
from service.feel.scope import Run
from service.feel.temporal import (
    MAX_OFFSET,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
    Zone,
    at_midnight,
    from_datetime,
    is_date,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from service.feel.values import NUMBERS, equal, is_number, kind_of, whole
from service.sentence import Sentence

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _unreadable(what: str, text: str) -> Null:
    return Null("'{text}' is no {what}", text=text[:40], what=what)


@builtin("date", "from:any")
def to_date(source: Any) -> AnyDate:
    if isinstance(source, list) and len(source) == 1:
        source = source[0]
    if type(source) is str:
        found = parse_date(source)
        if found is None:
            raise _unreadable(Sentence("date such as 2026-01-31"), source)
        return found
    if isinstance(source, DateTime):
        return source.date
    if is_date(source):
        return source  # type: ignore[no-any-return]
    raise Null("no date can be made from a {source}", source=kind_of(source))


def _whole(value: Any, name: str) -> int:
    found = whole(value)
    if found is None or abs(found) > 10**10:
        raise Null("'{name}' must be a whole number in range", name=name)
    return found


def _date_of(year: Any, month: Any, day: Any) -> AnyDate:
    found = make_date(_whole(year, "year"), _whole(month, "month"), _whole(day, "day"))
    if found is None:
        raise Null("there is no date {year}-{month}-{day}", year=year, month=month, day=day)
    return found


builtin("date", "year:number, month:number, day:number")(_date_of)


@builtin("time", "from:any")
def to_time(source: Any) -> Time:
    if isinstance(source, list) and len(source) == 1:
        source = source[0]
    if type(source) is str:
        found = parse_time(source)
        if found is None:
            raise _unreadable(Sentence("time such as 23:59:00"), source)
        return found
    if isinstance(source, Time):
        return source
    if isinstance(source, DateTime):
        return Time(source.nanos, source.zone)
    if is_date(source):
        return Time(0, 0)
    raise Null("no time can be made from a {source}", source=kind_of(source))


def _clock(hour: Any, minute: Any, second: Any) -> int:
    nanos = int(Decimal(second) * SECOND)
    hours, minutes = _whole(hour, "hour"), _whole(minute, "minute")
    if not (0 <= hours <= 23 and 0 <= minutes <= 59 and 0 <= nanos < 60 * SECOND):
        raise Null(
            "there is no time {hour}:{minute}:{second}", hour=hour, minute=minute, second=second
        )
    return (hours * 60 + minutes) * 60 * SECOND + nanos


def _offset(duration: Any) -> Zone:
    if duration is None:
        return None
    if not isinstance(duration, DaysTimeDuration) or abs(duration.nanos) > MAX_OFFSET * SECOND:
        raise Null("the offset must be a days and time duration of at most 18 hours")
    seconds: int = abs(duration.nanos) // SECOND
    return -seconds if duration.nanos < 0 else seconds


builtin("time", "hour:number, minute:number, second:number, offset:any?")(
    lambda hour, minute, second, offset=None: Time(_clock(hour, minute, second), _offset(offset))
)


@builtin("date and time", "from:any")
def to_date_time(source: Any) -> DateTime:
    if isinstance(source, list) and len(source) == 1:
        source = source[0]
    if type(source) is str:
        found = parse_date_time(source)
        if found is None:
            raise _unreadable(Sentence("date and time such as 2026-01-31T23:59:00"), source)
        return found
    if isinstance(source, DateTime):
        return source
    if is_date(source):
        return at_midnight(source)
    raise Null("no date and time can be made from a {source}", source=kind_of(source))


def _combine(day: AnyDate, time: Time) -> DateTime:
    return DateTime(day_number(day), time.nanos, time.zone)


builtin("date and time", "date:day, time:time")(_combine)


@builtin("date and time", "date:moment, timezone:string")
def in_zone(moment: DateTime, timezone: str) -> DateTime:
    """The same instant told in another zone; a local time is taken as that zone's."""
    from_text = parse_time("00:00:00" + (timezone if timezone[:1] in "Z+-" else "@" + timezone))
    if from_text is None or from_text.zone is None:
        raise Null("there is no timezone '{timezone}'", timezone=timezone[:40])
    if moment.zone is None:
        return DateTime(moment.day, moment.nanos, from_text.zone)
    return shift_zone(moment, from_text.zone)


def shift_zone(value: DateTime, zone: Zone) -> DateTime:
    return moment_of(value.instant, DateTime(value.day, value.nanos, zone))


_SIX = "year:number, month:number, day:number, hour:number, minute:number, second:number"


@builtin("date and time", _SIX, _SIX + ", offset:any")
def from_parts(
    year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, offset: Any = None
) -> DateTime:
    zone: Zone
    if type(offset) is str:
        known = parse_time("00:00:00@" + offset)
        if known is None:
            raise Null("there is no timezone '{timezone}'", timezone=offset[:40])
        zone = known.zone
    else:
        zone = _offset(offset)
    return DateTime(day_number(_date_of(year, month, day)), _clock(hour, minute, second), zone)


@builtin("duration", "from:string")
def to_duration(source: str) -> Any:
    found = parse_duration(source)
    if found is None:
        raise _unreadable(Sentence("duration such as P1DT12H or P1Y6M"), source)
    return found


@builtin("years and months duration", "from:day, to:day")
def months_between(start: AnyDate, end: AnyDate) -> YearsMonthsDuration:
    months = (end.year - start.year) * 12 + end.month - start.month
    days = end.day - start.day
    if months > 0 and days < 0:
        months -= 1
    elif months < 0 and days > 0:
        months += 1
    return YearsMonthsDuration(months)


@builtin("string", "from:any", result="string", inner=True)
def string(run: Run, source: Any) -> str:
    if source is None:
        raise Null("null has no text")
    return to_text(source, run)


@builtin(
    "number", "from:string, grouping separator:string?, decimal separator:string?", result="number"
)
def number(source: str, grouping: str | None = None, point: str | None = None) -> Any:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise Null(
            "the grouping separator is one of ' ', ',', '.', the decimal separator one of ',', '.'"
        )
    if grouping is not None and grouping == point:
        raise Null("the separators must differ")
    text = source.replace(grouping, "") if grouping else source
    if point and point != ".":
        if "." in text:
            raise _unreadable(Sentence("number"), source)
        text = text.replace(point, ".")
    return read_number(text)


def read_number(text: str) -> Any:
    body = text[1:] if text[:1] in ("-", "+") else text
    mantissa, _, exponent = body.replace("E", "e").partition("e")
    digits = mantissa.replace(".", "", 1)
    exponent_digits = exponent[1:] if exponent[:1] in ("-", "+") else exponent
    whole = digits.isascii() and digits.isdigit() and not mantissa.endswith(".")
    if not whole or (
        "e" in body.lower() and not (exponent_digits.isascii() and exponent_digits.isdigit())
    ):
        raise _unreadable(Sentence("number"), text)
    try:
        return NUMBERS.create_decimal(text)
    except ArithmeticError:
        raise _unreadable(Sentence("number in range"), text) from None


@builtin("is", "value1:any?, value2:any?", result="boolean", named=True)
@builtin("is", "value1:any, value2:any", result="boolean")
def identical(a: Any, b: Any) -> bool:
    """The same kind and the same parts: a time in Z is not one without a zone. Of named arguments
    one that is left out is null."""
    kind = kind_of(a)
    if kind != kind_of(b):
        return False
    if kind in ("time", "date and time") or is_number(a):
        return bool(a == b)
    return equal(a, b) is True


@builtin("now", "", inner=True)
def now(run: Run) -> DateTime:
    if run.now is None:
        raise Null("this evaluation has no time of its own")
    return from_datetime(run.now)


@builtin("today", "", inner=True)
def today(run: Run) -> AnyDate:
    moment: DateTime = now(run)
    return moment.date


@builtin("day of year", "date:day", result="number")
def day_of_year(value: AnyDate) -> int:
    first = make_date(value.year, 1, 1)
    assert first is not None
    return day_number(value) - day_number(first) + 1


@builtin("day of week", "date:day", result="string")
def day_of_week(value: AnyDate) -> str:
    return DAYS[(day_number(value) + 3) % 7]


@builtin("month of year", "date:day", result="string")
def month_of_year(value: AnyDate) -> str:
    return MONTHS[value.month - 1]


@builtin("week of year", "date:day", result="number")
def week_of_year(value: AnyDate) -> int:
    """By ISO 8601: week 1 has the year's first Thursday. The calendar repeats every 400 years."""
    return date(2000 + value.year % 400, value.month, value.day).isocalendar()[1]
