"""The text of a cell, taken apart: where its tests are separated, and which values they admit.

Only constants and comparisons with them are understood; of anything else the verification says that
it did not analyse it, it never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from service.feel import FeelError, compile_expression

_OPENING = "([{"
_CLOSING = ")]}"


def split_tests(text: str) -> list[str]:
    """The tests between the commas that stand outside of strings and brackets."""
    return [part for part in (each.strip() for each in _split(text)) if part]


def _split(text: str) -> Iterator[str]:
    start = depth = 0
    quoted = escaped = False
    for position, letter in enumerate(text):
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth = max(0, depth - 1)
        elif letter == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


@dataclass(frozen=True, slots=True)
class Interval:
    """Values from `low` to `high`; None is without end. A single value has both ends alike and
    included."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What a cell admits, where that can be told: intervals and values of one kind, or all but
    those."""

    kind: str  # "" any kind, else number, string, boolean, date
    intervals: tuple[Interval, ...]
    negated: bool = False
    null: bool = False


ANYTHING = Condition("", (), negated=True, null=True)
_LITERAL = (
    r"""-?\d+(?:\.\d+)?|-?\.\d+|"(?:[^"\\]|\\.)*"|true|false|null|date\(\s*"[^"]*"\s*\)|@"[^"]*\""""
)
_PLAIN_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_COMPARISON = re.compile(rf"(<=|>=|<|>|=|!=)?\s*({_LITERAL})", re.DOTALL)
_ASKING = re.compile(rf"\?\s*(<=|>=|<|>|=|!=)\s*({_LITERAL})", re.DOTALL)
_AND = re.compile(r"\s+and\s+(?=\?)")
_IN = re.compile(
    rf"\?\s+in\s+([\[\]()]\s*(?:{_LITERAL})\s*\.\.\s*(?:{_LITERAL})\s*[\])\[(])", re.DOTALL
)
_RANGE = re.compile(rf"([\[\](])\s*({_LITERAL})\s*\.\.\s*({_LITERAL})\s*([\])\[])", re.DOTALL)
_NOT = re.compile(r"not\s*\((.*)\)", re.DOTALL)


def read_condition(text: str) -> Condition | None:
    """The condition a cell states, or None where it is more than constants and comparisons with
    them."""
    if text in ("", "-"):
        return ANYTHING
    inner = _NOT.fullmatch(text)
    if inner is None:
        return _union(split_tests(text))
    found = _union(split_tests(inner.group(1)))
    if found is None or found.negated:
        return None
    points = all(each.low == each.high for each in found.intervals)
    return replace(found, negated=True, null=points and not found.null)


def _union(tests: list[str]) -> Condition | None:
    found = [_read_test(test) for test in tests]
    if not found or any(each is None for each in found):
        return None
    known = [each for each in found if each is not None]
    if len(known) == 1:
        return known[0]
    kinds = {each.kind for each in known if each.kind}
    if len(kinds) > 1 or any(each.negated for each in known):
        return None
    intervals = tuple(interval for each in known for interval in each.intervals)
    return Condition(next(iter(kinds), ""), intervals, null=any(each.null for each in known))


def _read_test(test: str) -> Condition | None:
    """One test. `? < 5` says the same as `< 5`, and several of those may be joined by `and`."""
    comparison = _COMPARISON.fullmatch(test) or _ASKING.fullmatch(test)
    if comparison is not None:
        return _compare(comparison.group(1) or "=", comparison.group(2))
    several = _AND.split(test)
    if len(several) > 1:
        return _intersection([_read_test(each) for each in several])
    if test.startswith("?"):
        return _read_test(listed.group(1)) if (listed := _IN.fullmatch(test)) else None
    between = _RANGE.fullmatch(test)
    if between is None:
        return None
    low, high = read_constant(between.group(2)), read_constant(between.group(3))
    if low is None or high is None or low[0] != high[0]:
        return None
    interval = Interval(low[1], high[1], between.group(1) == "[", between.group(4) == "]")
    return Condition(low[0], (interval,))


def _intersection(found: list[Condition | None]) -> Condition | None:
    """All of several comparisons, where each admits one interval."""
    known = [each for each in found if each is not None and len(each.intervals) == 1]
    if (
        len(known) < len(found)
        or len({each.kind for each in known}) > 1
        or any(c.negated or c.null for c in known)
    ):
        return None
    kept = known[0].intervals[0]
    for each in known[1:]:
        kept = _narrowed(kept, each.intervals[0])
    empty = kept.low is not None and kept.high is not None and kept.low > kept.high
    return Condition(known[0].kind, () if empty else (kept,))


def _narrowed(one: Interval, other: Interval) -> Interval:
    low, low_included = one.low, one.low_included
    if other.low is not None and (low is None or other.low > low):
        low, low_included = other.low, other.low_included
    elif other.low == low:
        low_included = low_included and other.low_included
    high, high_included = one.high, one.high_included
    if other.high is not None and (high is None or other.high < high):
        high, high_included = other.high, other.high_included
    elif other.high == high:
        high_included = high_included and other.high_included
    return Interval(low, high, low_included, high_included)


def _compare(operator: str, literal: str) -> Condition | None:
    if literal == "null":
        return {"=": Condition("", (), null=True), "!=": Condition("", (), negated=True)}.get(
            operator
        )
    constant = read_constant(literal)
    if constant is None:
        return None
    kind, value = constant
    point = Interval(value, value, True, True)
    match operator:
        case "=":
            return Condition(kind, (point,))
        case "!=":
            return Condition(kind, (point,), negated=True, null=True)
        case "<" | "<=":
            return Condition(kind, (Interval(None, value, False, operator == "<="),))
    return Condition(kind, (Interval(value, None, operator == ">=", False),))


def read_constant(literal: str) -> tuple[str, Any] | None:
    """(kind, value) of a literal; a date as its day number, so that it can be counted with."""
    if _PLAIN_NUMBER.fullmatch(literal):
        return "number", Decimal(literal)
    try:
        value = compile_expression(literal).evaluate({})
    except FeelError:
        return None
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, int | Decimal):
        return "number", Decimal(value)
    if isinstance(value, str):
        return "string", value
    if type(value) is date:
        return "date", value.toordinal()
    return None
