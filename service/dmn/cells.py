"""Which values a cell admits, read from the very tree that the evaluator runs.

Only constants and comparisons with them are understood; of anything else the verification says that
it did not analyse it, it never guesses. Values are kept as keys that have FEEL's order (see
`service.dmn.keys`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.dmn.keys import kind_and_key, point_ends
from service.feel import (
    Expression,
    FeelError,
    Node,
    compile_expression,
    compile_unary_tests,
    fixed_value,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Values from `low` to `high`; None is without end. A single value has both ends alike and
    included."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool

    @property
    def is_empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        closed = self.low_included and self.high_included
        return bool(self.low > self.high or (self.low == self.high and not closed))

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low == self.high and not self.is_empty


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts holds; without parts, nothing does."""

    parts: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class All:
    """All of the parts hold; without parts, everything does."""

    parts: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Form


Form = Interval | Either | All | Not
NOTHING, EVERYTHING = Either(()), All(())


@dataclass(frozen=True, slots=True)
class Condition:
    """What a cell admits: of values of `kind` ("" for any kind) those of `form`, and null or
    not."""

    kind: str
    form: Form
    null: bool


ANYTHING = Condition("", EVERYTHING, null=True)


def intervals(form: Form) -> Iterator[Interval]:
    """Every interval that a form speaks of."""
    match form:
        case Interval():
            yield form
        case Not(part=part):
            yield from intervals(part)
        case Either(parts=parts) | All(parts=parts):
            for each in parts:
                yield from intervals(each)


@lru_cache(maxsize=4096)
def read_condition(text: str) -> Condition | None:
    """The condition a cell states, or None where it is more than constants and comparisons with
    them, or no FEEL."""
    if text in ("", "-"):
        return ANYTHING
    try:
        return condition_of(compile_unary_tests(text))
    except FeelError:
        return None


def condition_of(cell: Expression) -> Condition | None:
    """The condition of a compiled cell. Whether null passes is asked of the cell itself."""
    if cell.tree.kind == "any":
        return ANYTHING
    try:
        kind, form = _Reader().tests(cell.tree)
    except _NotAnalysed:
        return None
    return Condition(kind, form, null=cell.evaluate({"?": None}) is True)


@lru_cache(maxsize=4096)
def read_constant(text: str) -> tuple[str, Any] | None:
    """(kind, key) of a text that is one constant, else None."""
    try:
        return kind_and_key(fixed_value(compile_expression(text).tree))
    except FeelError:
        return None


class _NotAnalysed(Exception):
    """The cell is more than comparisons with constants."""


class _Reader:
    """Reads tests into (kind, form). All constants of a cell have to be of one kind."""

    def tests(self, node: Node) -> tuple[str, Form]:
        match node.kind:
            case "tests":
                return _joined(Either, [self.tests(part) for part in node.parts])
            case "not":
                kind, form = self.tests(node.parts[0])
                return kind, Not(form)
            case "compare-test":
                return self.compared(*node.parts)
            case "value-test":
                return self.value(node.parts[0])
        raise _NotAnalysed

    def value(self, node: Node) -> tuple[str, Form]:
        """A test that is an expression: a constant, a range, or a sentence about `?`."""
        if _is_null(node):
            return "", NOTHING
        if node.kind == "range":
            return self.range(*node.parts)
        if node.kind == "unary-range":
            return self.compared(*node.parts)
        constant = kind_and_key(fixed_value(node))
        if constant is not None:
            return constant[0], Interval(*point_ends(*constant))
        return self.sentence(node)

    def sentence(self, node: Node) -> tuple[str, Form]:
        """An expression about `?` whose truth is the test."""
        match node.kind:
            case "binary" if node.parts[0] in ("and", "or"):
                join = All if node.parts[0] == "and" else Either
                return _joined(join, [self.sentence(part) for part in node.parts[1:]])
            case "binary":
                return self.comparison(*node.parts)
            case "in" if _asks(node.parts[0]):
                return self.tests(node.parts[1])
            case "between" if _asks(node.parts[0]):
                return self.range(node.parts[1], node.parts[2], True, True)
            case "call" if _is_not(node):
                kind, form = self.sentence(node.parts[1][0])
                return kind, Not(form)
            case "name" if _asks(node):
                return "boolean", Interval(True, True, True, True)
        raise _NotAnalysed

    def comparison(self, sign: str, left: Node, right: Node) -> tuple[str, Form]:
        if _asks(left):
            return self.compared(sign, right)
        if _asks(right):
            return self.compared(_MIRRORED.get(sign, sign), left)
        raise _NotAnalysed

    def compared(self, sign: str, operand: Node) -> tuple[str, Form]:
        if _is_null(operand) and sign in ("=", "!="):
            return "", NOTHING if sign == "=" else EVERYTHING
        kind, key = self.constant(operand)
        match sign:
            case "=":
                return kind, Interval(*point_ends(kind, key))
            case "!=":
                return kind, Not(Interval(*point_ends(kind, key)))
            case "<" | "<=" if kind != "boolean":
                return kind, Interval(None, key, False, sign == "<=")
            case ">" | ">=" if kind != "boolean":
                return kind, Interval(key, None, sign == ">=", False)
        raise _NotAnalysed

    def range(
        self, start: Node, end: Node, start_included: bool, end_included: bool
    ) -> tuple[str, Form]:
        low, high = self.constant(start), self.constant(end)
        if low[0] != high[0] or low[0] == "boolean":
            raise _NotAnalysed
        return low[0], Interval(low[1], high[1], start_included, end_included)

    def constant(self, node: Node) -> tuple[str, Any]:
        found = kind_and_key(fixed_value(node))
        if found is None:
            raise _NotAnalysed
        return found


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _joined(join: type[Either] | type[All], parts: list[tuple[str, Form]]) -> tuple[str, Form]:
    kinds = {kind for kind, _ in parts if kind}
    if len(kinds) > 1:
        raise _NotAnalysed
    forms = tuple(form for _, form in parts)
    return next(iter(kinds), ""), forms[0] if len(forms) == 1 else join(forms)


def _asks(node: Node) -> bool:
    return node.kind == "name" and node.parts[0] == "?"


def _is_null(node: Node) -> bool:
    return node.kind == "const" and node.parts[0] is None


def _is_not(node: Node) -> bool:
    callee, arguments, names = node.parts
    return callee.kind == "name" and callee.parts[0] == "not" and len(arguments) == 1 and not names
