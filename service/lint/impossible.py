"""Conditions that can never hold: comparisons of one value with numbers or texts that exclude each
other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from service.feel.tree import Node
from service.lint.issue import Issue
from service.sentence import Sentence

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers between two ends; None where there is no end."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_in: bool = True
    high_in: bool = True

    @property
    def empty(self) -> bool:
        if self.low is None or self.high is None or self.low < self.high:
            return False
        return self.low > self.high or not (self.low_in and self.high_in)

    def within(self, sign: str, value: Decimal) -> Span:
        """The part that a comparison leaves."""
        span = self
        if sign in (">", ">=", "="):
            span = span._above(value, closed=sign != ">")
        if sign in ("<", "<=", "="):
            span = span._below(value, closed=sign != "<")
        return span

    def _above(self, value: Decimal, *, closed: bool) -> Span:
        if self.low is None or value > self.low or (value == self.low and not closed):
            return replace(self, low=value, low_in=closed)
        return self

    def _below(self, value: Decimal, *, closed: bool) -> Span:
        if self.high is None or value < self.high or (value == self.high and not closed):
            return replace(self, high=value, high_in=closed)
        return self


def contradiction(node: Node) -> Issue | None:
    """An issue for a chain of `and` whose parts exclude each other."""
    spans: dict[Any, Span] = {}
    equal: dict[Any, set[Any]] = {}
    for subject, sign, value in _bounds(node):
        name = _spelled(subject)
        if isinstance(value, Decimal):
            spans[name] = spans.get(name, Span()).within(sign, value)
            if spans[name].empty:
                return _issue(name)
        elif sign == "=":
            equal.setdefault(name, set()).add(value)
            if len(equal[name]) > 1:
                return _issue(name)
    return None


def _issue(name: str) -> Issue:
    message = Sentence(
        "what is asked of {name} excludes itself: the condition never holds", name=name
    )
    return Issue("data-impossible-condition", message, "Use or, or correct one of the values.")


def _bounds(node: Node) -> Iterator[tuple[Node, str, Any]]:
    """Each comparison of a chain of `and` with a constant, as subject, sign, value."""
    if node.kind == "between":
        subject, low, high = node.parts
        for sign, end in ((">=", low), ("<=", high)):
            if (value := _constant(end)) is not None:
                yield subject, sign, value
        return
    if node.kind != "binary":
        return
    sign, left, right = node.parts
    if sign == "and":
        yield from _bounds(left)
        yield from _bounds(right)
    elif sign in _TURNED:
        if (value := _constant(right)) is not None:
            yield left, sign, value
        elif (value := _constant(left)) is not None:
            yield right, _TURNED[sign], value


def _constant(node: Node) -> Any:
    if node.kind == "negate":
        value = _constant(node.parts[0])
        return -value if isinstance(value, Decimal) else None
    value = node.parts[0] if node.kind == "const" else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value if isinstance(value, Decimal | str | bool) else None


def _spelled(node: Any) -> str:
    """A part of the tree as one text, whatever its place: the same for the same expression."""
    if isinstance(node, Node):
        if node.kind == "name":
            return str(node.parts[0])
        if node.kind == "path":
            return f"{_spelled(node.parts[0])}.{node.parts[1]}"
        return f"{node.kind}({', '.join(_spelled(part) for part in node.parts)})"
    if isinstance(node, tuple):
        return ", ".join(_spelled(part) for part in node)
    return repr(node)
