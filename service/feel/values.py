"""FEEL's values in Python: kinds, ranges, functions, equality and order.

Numbers are int or Decimal and never float; booleans are checked before numbers because Python's
bool is an int.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from service.feel.civil import SECOND, FarDate, day_number
from service.feel.errors import Effort
from service.feel.temporal import DateTime, DaysTimeDuration, Time, YearsMonthsDuration
from service.feel.types import FeelType

# decimal128: 34 digits, exponents to 6144; what does not fit is null, never infinity.
NUMBERS = Context(
    prec=34, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
MAX_INT = 10**34


@dataclass(frozen=True, slots=True)
class Range:
    """From start to end; None at an end is open to infinity (`< 10`). `negated` is the complement
    (`!= 10`), `single` is what `(= 10)` makes, which is no interval to the standard."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True
    negated: bool = False
    single: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in: (name, kind, optional) of each parameter.

    `spread`: its one list may also be given as several arguments. `rest`: the last parameter takes
    all that remain. `named`: only for calls that name their arguments. `each`: steps that
    an item of its lists costs, beside what every list costs.
    """

    parameters: tuple[tuple[str, str, bool], ...]
    call: Callable[..., Any]
    spread: bool = False
    rest: bool = False
    inner: bool = False
    named: bool = False
    each: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FeelFunction:
    """A function value. `call` gets the arguments in the order of `parameters`.

    `types` and `result`, where given, are what `instance of` and argument coercion go by. `inner`
    functions get the running evaluation as first argument; they are made by this package only.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[..., Any]
    variadic: bool = False
    types: tuple[FeelType, ...] = ()
    result: FeelType | None = None
    inner: bool = False
    signatures: tuple[Signature, ...] = field(default=(), repr=False)


KINDS: dict[type, str] = {
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    date: "date",
    FarDate: "date",
    Time: "time",
    DateTime: "date and time",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    FeelFunction: "function",
    type(None): "null",
}


def kind_of(value: Any) -> str:
    """The name of the value's kind as FEEL's users know it."""
    kind = KINDS.get(type(value))
    if kind is None:
        kind = "context" if isinstance(value, Mapping) else "unknown"
    return kind


def equal(a: Any, b: Any, effort: Effort | None = None) -> bool | None:
    """FEEL's `=`: null where the kinds cannot be compared. Items and entries are paid for out of
    `effort`."""
    if a is None or b is None:
        return a is b
    kind = kind_of(a)
    if kind != kind_of(b):
        return None
    if kind == "list" or kind == "context":
        return a is b or _same_parts(a, b, effort or Effort())
    if kind == "time":
        return _same_time(a, b)
    if kind == "date and time":
        return bool(a.instant == b.instant) if (a.zone is None) == (b.zone is None) else False
    if kind == "range":
        return _same_range(a, b)
    if kind == "function":
        return True if a is b else None
    return bool(a == b)


def _same_time(a: Time, b: Time) -> bool:
    """The standard counts a time in seconds, so equal ones may differ below that."""
    seconds = _time_key(a) // SECOND == _time_key(b) // SECOND
    return seconds and (a.offset is None) == (b.offset is None)


def _same_parts(a: Any, b: Any, effort: Effort) -> bool:
    effort.spend(len(a))
    if len(a) != len(b):
        return False
    if isinstance(a, list):
        return all(equal(x, y, effort) is True for x, y in zip(a, b, strict=True))
    return all(key in b and equal(value, b[key], effort) is True for key, value in a.items())


def _same_range(a: Range, b: Range) -> bool:
    flags = (a.start_included, a.end_included, a.negated, a.single) == (
        b.start_included,
        b.end_included,
        b.negated,
        b.single,
    )
    return flags and equal(a.start, b.start) is True and equal(a.end, b.end) is True


def _time_key(value: Time) -> int:
    return value.nanos - (value.offset or 0) * SECOND


def order_keys(a: Any, b: Any) -> tuple[Any, Any] | None:
    """Keys that order like the values; None where `<` has no meaning between them."""
    kind = KINDS.get(type(a))
    if kind != KINDS.get(type(b)):
        return None
    if kind in ("number", "string", "days and time duration", "years and months duration"):
        return a, b
    if kind == "date":
        return day_number(a), day_number(b)
    if kind == "date and time":
        return (a.instant, b.instant) if (a.zone is None) == (b.zone is None) else None
    if kind == "time":
        return (_time_key(a), _time_key(b)) if (a.zone is None) == (b.zone is None) else None
    return None


def compare(a: Any, b: Any) -> int | None:
    """-1, 0 or 1; None where the values have no order."""
    keys = order_keys(a, b)
    if keys is None:
        return None
    return -1 if keys[0] < keys[1] else 1 if keys[0] > keys[1] else 0


def in_range(value: Any, span: Range) -> bool | None:
    """Whether the value lies in the range; None where they cannot be compared."""
    if span.negated or span.single:
        same = equal(value, span.start)
        return None if same is None else same is not span.negated
    above = _is_beyond(value, span.start, span.start_included)
    if not above:
        return above
    return _is_beyond(value, span.end, span.end_included, -1)


def _is_beyond(value: Any, end: Any, included: bool, sign: int = 1) -> bool | None:
    """Whether the value is above an end (below it with a sign of -1); None where they cannot be
    compared."""
    if end is None:
        return True
    order = compare(value, end)
    if order is None:
        return None
    return order * sign > 0 or (order == 0 and included)


def shrink(value: Decimal | int) -> Decimal | int:
    """A whole number that is small as int, for speed; anything else rounded to 34 digits."""
    if type(value) is int:
        return value if -MAX_INT < value < MAX_INT else NUMBERS.create_decimal(value)
    return value


def is_number(value: Any) -> bool:
    return type(value) is int or type(value) is Decimal


def whole(value: Any) -> int | None:
    """The number as an int; None where it has a fraction or is too large to count with."""
    if type(value) is int:
        return value
    if type(value) is not Decimal or value.adjusted() > 33 or value != value.to_integral_value():
        return None
    return int(value)
