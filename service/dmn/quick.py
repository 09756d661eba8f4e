"""Cells that compare with constants, as plain Python predicates: most cells of most tables, an
order faster.

A predicate is asked only about values of its own kind (`kind_of`); for any other value, null
included, the cell's FEEL expression answers, so there is one meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from service.dmn.cells import All, Either, Form, Interval, Not, condition_of
from service.feel import Expression

Predicate = Callable[[Any], bool]
_KINDS: dict[type, str] = {bool: "boolean", int: "number", Decimal: "number", str: "string"}


def kind_of(value: Any) -> str:
    """The kind of value that a predicate may be asked about, "" for others."""
    return _KINDS.get(type(value), "")


def quick_test(cell: Expression) -> tuple[str, Predicate] | None:
    """(kind, predicate) of a cell, or None where FEEL has to be asked."""
    condition = condition_of(cell)
    if condition is None or condition.kind not in ("number", "string", "boolean"):
        return None
    return condition.kind, _predicate(condition.form)


def _predicate(form: Form) -> Predicate:
    match form:
        case Interval():
            return _interval(form)
        case Not(part=part):
            refused = _predicate(part)
            return lambda value: not refused(value)
        case Either(parts=parts):
            return _either(parts)
        case All(parts=parts):
            wanted = [_predicate(part) for part in parts]
            return lambda value: all(test(value) for test in wanted)


def _either(parts: tuple[Form, ...]) -> Predicate:
    values = [each.low for each in parts if isinstance(each, Interval) and each.is_point]
    if len(values) == len(parts):
        known = frozenset(values)
        return lambda value: value in known
    tests = [_predicate(part) for part in parts]
    return lambda value: any(test(value) for test in tests)


def _interval(interval: Interval) -> Predicate:
    low, high = _whole(interval.low), _whole(interval.high)
    if interval.is_point:
        return lambda value: bool(value == low)
    if low is None or high is None:
        return _half(low, high, interval)
    match interval.low_included, interval.high_included:
        case True, True:
            return lambda value: bool(low <= value <= high)
        case True, False:
            return lambda value: bool(low <= value < high)
        case False, True:
            return lambda value: bool(low < value <= high)
    return lambda value: bool(low < value < high)


def _half(low: Any, high: Any, interval: Interval) -> Predicate:
    if low is None:
        if interval.high_included:
            return lambda value: bool(value <= high)
        return lambda value: bool(value < high)
    if interval.low_included:
        return lambda value: bool(value >= low)
    return lambda value: bool(value > low)


def _whole(bound: Any) -> Any:
    """An int where it is one: comparing two ints is what costs least."""
    return int(bound) if isinstance(bound, Decimal) and bound == int(bound) else bound
