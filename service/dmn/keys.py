"""Constants of cells as keys: numbers and texts that have the same order as FEEL's values.

A date is its day number, a time or a date and time its nanoseconds, a duration its nanoseconds or
months. Values with a zone and without one have no order between them, so they are two kinds here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import ceil, floor
from typing import Any

from service.feel import (
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
    date_of,
    kind_of,
    order_keys,
    to_text,
)

ZONED = "zoned "
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
# Kinds whose keys are whole numbers: between two that follow each other there is nothing.
DISCRETE = frozenset(
    kind
    for each in (
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    )
    for kind in (each, ZONED + each)
)
ANALYSED = DISCRETE | {"number", "string", "boolean"}
# The first and the last key that a value of the kind can have, where there are such.
BOUNDS: dict[str, tuple[int, int]] = {"time": (0, DAY - 1)}


def declared_kind(kind: str) -> str:
    """The kind as a type names it."""
    return kind.removeprefix(ZONED)


def kind_and_key(value: Any) -> tuple[str, Any] | None:
    """(kind, key) of a FEEL value; None for null and for what has no order to analyse."""
    kind = kind_of(value)
    if kind not in ANALYSED:
        return None
    if kind == "number":
        return kind, Decimal(value)
    if kind in ("string", "boolean"):
        return kind, value
    if isinstance(value, (Time, DateTime)) and value.zone is not None:
        kind = ZONED + kind
    keys = order_keys(value, value)
    assert keys is not None
    key = keys[0]
    if isinstance(key, DaysTimeDuration):
        key = key.nanos
    elif isinstance(key, YearsMonthsDuration):
        key = key.months
    return kind, key


def point_ends(kind: str, key: Any) -> tuple[Any, Any, bool, bool]:
    """(low, high, low included, high included) of what FEEL calls equal to the constant: times are
    equal to the second."""
    if declared_kind(kind) == "time":
        first = key // SECOND * SECOND
        return first, first + SECOND, True, False
    return key, key, True, True


def _zoned_time(key: int) -> Time:
    """The time of a key; one before or after the day in UTC needs a zone east or west of it."""
    hours = -(key // HOUR) if key < 0 else -((key - DAY) // HOUR + 1) if key >= DAY else 0
    return Time(key + hours * HOUR, hours * 3600)


_SHOWN: dict[str, Callable[[Any], Any]] = {
    "date": date_of,
    "time": lambda key: Time(key % DAY),
    ZONED + "time": lambda key: _zoned_time(key),
    "date and time": lambda key: DateTime(key // DAY, key % DAY),
    ZONED + "date and time": lambda key: DateTime(key // DAY, key % DAY, 0),
    "days and time duration": DaysTimeDuration,
    "years and months duration": YearsMonthsDuration,
}


def shown_key(kind: str, key: Any) -> Any:
    """The value of a key as JSON: what a person can try."""
    if kind in ("string", "boolean"):
        return key
    if kind in _SHOWN:
        return to_text(_SHOWN[kind](key))
    return int(key) if key == int(key) else float(key)


def between(kind: str, low: Any, high: Any) -> Any:
    """A key strictly between two others (None is without end), as round as there is one."""
    if kind in ("", "number"):
        return _number_between(low, high)
    if low is None and high is None:
        return 0
    first, last = BOUNDS.get(kind, (None, None))
    for step in _STEPS.get(declared_kind(kind), (DAY, HOUR, SECOND, 1)):
        found = high - step if low is None else low + step
        before_end = high is None or found < high
        if before_end and (first is None or first <= found <= last):
            return found
    return low + 1


_STEPS = {"date": (1,), "years and months duration": (1,), "time": (HOUR, SECOND, 1)}


def _number_between(low: Any, high: Any) -> Any:
    if low is None:
        return Decimal(0 if high is None else ceil(high) - 1)
    least = Decimal(floor(low) + 1)
    if high is None:
        return least
    middle = Decimal(floor((low + high) / 2))
    for near in (middle, middle + 1, least):  # a column of integers has no other
        if low < near < high:
            return near
    return (low + high) / 2
