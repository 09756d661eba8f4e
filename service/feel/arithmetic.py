"""`+ - * / **` and negation over numbers, strings, dates, times and durations. A `Null` says why
there is no value."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from service.feel.civil import (
    DAY,
    MAX_YEAR,
    SECOND,
    AnyDate,
    date_of,
    day_number,
    make_date,
    month_length,
)
from service.feel.errors import MAX_STRING, FeelLimitExceeded, Null
from service.feel.temporal import (
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
    at_instant,
    at_midnight,
    is_date,
)
from service.feel.values import NUMBERS, is_number, kind_of, shrink

# A billion years in nanoseconds: beyond it no date can be.
MAX_NANOS = (2 * MAX_YEAR + 2) * 366 * DAY
Number = int | Decimal


def days(nanos: int) -> DaysTimeDuration:
    if abs(nanos) > MAX_NANOS:
        raise Null("the duration is out of range")
    return DaysTimeDuration(nanos)


def months(count: int) -> YearsMonthsDuration:
    if abs(count) > 24 * (MAX_YEAR + 1):
        raise Null("the duration is out of range")
    return YearsMonthsDuration(count)


def moment(instant: int, like: DateTime) -> DateTime:
    """The date and time of an instant in the zone of another one."""
    found = at_instant(instant, like.zone)
    if date_of(found.day) is None:
        raise Null("the date is out of range")
    return found


def shift_months(value: AnyDate, count: int) -> AnyDate:
    year, month = divmod(value.year * 12 + value.month - 1 + count, 12)
    found = make_date(year, month + 1, min(value.day, month_length(year, month + 1)))
    if found is None:
        raise Null("the date is out of range")
    return found


def shift(value: Any, by: DaysTimeDuration | YearsMonthsDuration, sign: int) -> Any:
    """A date, time, or date and time moved by a duration."""
    if isinstance(by, YearsMonthsDuration):
        if is_date(value):
            return shift_months(value, sign * by.months)
        if isinstance(value, DateTime):
            return DateTime(
                day_number(shift_months(value.date, sign * by.months)), value.nanos, value.zone
            )
    else:
        if is_date(value):
            found = date_of(day_number(value) + (sign * by.nanos) // DAY)
            if found is None:
                raise Null("the date is out of range")
            return found
        if isinstance(value, DateTime):
            return moment(value.instant + sign * by.nanos, value)
        if isinstance(value, Time):
            return Time((value.nanos + sign * by.nanos) % DAY, value.zone)
    raise Null("a {by} cannot be added to a {kind}", by=kind_of(by), kind=kind_of(value))


def _calculate(work: Callable[[Any, Any], Any], a: Any, b: Any) -> Number:
    try:
        result: Number = work(a, b)
    except DecimalException as error:
        raise Null(
            "the calculation has no number as a result ({error})", error=type(error).__name__
        ) from None
    if type(result) is Decimal and not result.is_finite():  # 0 ** -1 does not trap
        raise Null("the calculation has no number as a result (it is not finite)")
    return result


def add(a: Any, b: Any) -> Any:
    if is_number(a) and is_number(b):
        return _calculate(NUMBERS.add, a, b)
    if type(a) is str and type(b) is str:
        if len(a) + len(b) > MAX_STRING:
            raise FeelLimitExceeded(
                "A string would be longer than {most} characters.", most=MAX_STRING
            )
        return a + b
    if isinstance(a, DaysTimeDuration) and isinstance(b, DaysTimeDuration):
        return days(a.nanos + b.nanos)
    if isinstance(a, YearsMonthsDuration) and isinstance(b, YearsMonthsDuration):
        return months(a.months + b.months)
    return _add_duration(a, b)


def _add_duration(a: Any, b: Any) -> Any:
    """A duration on either side of the moment that it shifts."""
    if isinstance(b, (DaysTimeDuration, YearsMonthsDuration)):
        return shift(a, b, 1)
    if isinstance(a, (DaysTimeDuration, YearsMonthsDuration)):
        return shift(b, a, 1)
    raise _mismatch("+", a, b)


def subtract(a: Any, b: Any) -> Any:
    if is_number(a) and is_number(b):
        return _calculate(NUMBERS.subtract, a, b)
    if isinstance(b, (DaysTimeDuration, YearsMonthsDuration)):
        if isinstance(a, DaysTimeDuration) and isinstance(b, DaysTimeDuration):
            return days(a.nanos - b.nanos)
        if isinstance(a, YearsMonthsDuration) and isinstance(b, YearsMonthsDuration):
            return months(a.months - b.months)
        return shift(a, b, -1)
    if isinstance(a, Time) and isinstance(b, Time):
        if (a.zone is None) != (b.zone is None):
            raise Null("a time with a zone and one without cannot be subtracted")
        return days(a.nanos - b.nanos - ((a.offset or 0) - (b.offset or 0)) * SECOND)
    first, second = at_midnight(a) if is_date(a) else a, at_midnight(b) if is_date(b) else b
    if isinstance(first, DateTime) and isinstance(second, DateTime):
        if (first.zone is None) != (second.zone is None):
            raise Null("a date and time with a zone and one without cannot be subtracted")
        return days(first.instant - second.instant)
    raise _mismatch("-", a, b)


def multiply(a: Any, b: Any) -> Any:
    if is_number(a) and is_number(b):
        return _calculate(NUMBERS.multiply, a, b)
    if isinstance(b, (DaysTimeDuration, YearsMonthsDuration)):
        a, b = b, a
    if is_number(b):
        if isinstance(a, DaysTimeDuration):
            return days(_scaled(a.nanos, b, NUMBERS.multiply))
        if isinstance(a, YearsMonthsDuration):
            return months(_scaled(a.months, b, NUMBERS.multiply))
    raise _mismatch("*", a, b)


def divide(a: Any, b: Any) -> Any:
    if is_number(b) and b == 0:
        raise Null("division by zero")
    if is_number(a) and is_number(b):
        return _calculate(NUMBERS.divide, a, b)
    if isinstance(a, DaysTimeDuration):
        if is_number(b):
            return days(_scaled(a.nanos, b, NUMBERS.divide))
        if isinstance(b, DaysTimeDuration) and b.nanos:
            return _calculate(NUMBERS.divide, a.nanos, b.nanos)
    return _divide_months(a, b)


def _divide_months(a: Any, b: Any) -> Any:
    if isinstance(a, YearsMonthsDuration):
        if is_number(b):
            return months(_scaled(a.months, b, NUMBERS.divide))
        if isinstance(b, YearsMonthsDuration) and b.months:
            return _calculate(NUMBERS.divide, a.months, b.months)
    raise _mismatch("/", a, b)


def _scaled(amount: int, factor: Any, work: Callable[[Any, Any], Any]) -> int:
    result = _calculate(work, amount, factor)
    if abs(Decimal(result)) > MAX_NANOS:
        raise Null("the duration is out of range")
    return int(result)


def power(a: Any, b: Any) -> Any:
    if not (is_number(a) and is_number(b)):
        raise _mismatch("**", a, b)
    if type(a) is int and type(b) is int and 0 <= b <= 64:
        return shrink(a**b) if abs(a) < 10**12 else _calculate(NUMBERS.power, a, b)
    return _calculate(NUMBERS.power, a, b)


def negate(a: Any) -> Any:
    if type(a) is int:
        return -a
    if type(a) is Decimal:
        return NUMBERS.minus(a)
    if isinstance(a, DaysTimeDuration):
        return DaysTimeDuration(-a.nanos)
    if isinstance(a, YearsMonthsDuration):
        return YearsMonthsDuration(-a.months)
    raise Null("a {left} cannot be negated", left=kind_of(a))


def _mismatch(sign: str, a: Any, b: Any) -> Null:
    return Null(
        "'{sign}' has no meaning between {left} and {right}",
        sign=sign,
        left=kind_of(a),
        right=kind_of(b),
    )


OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
