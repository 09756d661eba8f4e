"""Cells that compare with constants, as plain Python predicates: most cells of most tables, an
order faster.

A predicate is asked only about values of its own kind (`kind_of`); for any other value, null
included, the cell's FEEL expression answers, so there is one meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from service.dmn.cells import Condition, Interval, read_condition

Predicate = Callable[[Any], bool]
_KINDS: dict[type, str] = {bool: "boolean", int: "number", Decimal: "number", str: "string"}


def kind_of(value: Any) -> str:
    """The kind of value that a predicate may be asked about, "" for others."""
    return _KINDS.get(type(value), "")


def quick_test(text: str) -> tuple[str, Predicate] | None:
    """(kind, predicate) of a cell, or None where FEEL has to be asked."""
    condition = read_condition(text)
    if (
        condition is None
        or condition.kind not in ("number", "string", "boolean")
        or not condition.intervals
    ):
        return None
    if condition.null and not condition.negated:
        return None
    made = _numbers(condition) if condition.kind == "number" else _values(condition)
    return None if made is None else (condition.kind, made)


def _values(condition: Condition) -> Predicate | None:
    if any(each.low != each.high for each in condition.intervals):
        return None
    values = frozenset(each.low for each in condition.intervals)
    if condition.negated:
        return lambda value: value not in values
    if len(values) == 1:
        (only,) = values
        return lambda value: bool(value == only)
    return lambda value: value in values


def _numbers(condition: Condition) -> Predicate:
    tests = [_interval(each) for each in condition.intervals]
    if condition.negated:
        return lambda value: not any(test(value) for test in tests)
    if len(tests) == 1:
        return tests[0]
    return lambda value: any(test(value) for test in tests)


def _interval(interval: Interval) -> Predicate:
    low, high = _whole(interval.low), _whole(interval.high)
    if low is None:
        return (
            (lambda value: bool(value <= high))
            if interval.high_included
            else (lambda value: bool(value < high))
        )
    if high is None:
        return (
            (lambda value: bool(value >= low))
            if interval.low_included
            else (lambda value: bool(value > low))
        )
    if interval.low_included:
        if interval.high_included:
            return lambda value: bool(low <= value <= high)
        return lambda value: bool(low <= value < high)
    if interval.high_included:
        return lambda value: bool(low < value <= high)
    return lambda value: bool(low < value < high)


def _whole(bound: Any) -> Any:
    """An int where it is one: comparing two ints is what costs least."""
    return int(bound) if isinstance(bound, Decimal) and bound == int(bound) else bound
