"""A compiled text: made once, evaluated as often as wanted, from as many threads as wanted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from service.feel.compiler import Compiler
from service.feel.errors import FeelError, FeelLimitExceeded, Why
from service.feel.operators import Code, constant_of
from service.feel.parser import Parser
from service.feel.registry import BUILTINS
from service.feel.scope import Env, Run
from service.feel.tree import Node
from service.feel.types import FeelType
from service.feel.values import is_number

_TOO_DEEP = "The expression nests or calls itself too deeply."


@dataclass(frozen=True, slots=True)
class Expression:
    """`names` are the variables it reads from the context (for unary tests also `?`)."""

    text: str
    names: frozenset[str]
    code: Code = field(repr=False, compare=False)
    tree: Node = field(repr=False, compare=False)

    def evaluate(
        self, context: Mapping[str, Any], *, now: datetime | None = None, why: Why | None = None
    ) -> Any:
        """The value; null (with a reason in `why`) for anything that has none. Raises
        FeelLimitExceeded only."""
        try:
            return self.code(Env(context, None, Run(now, why)))
        except RecursionError:
            raise FeelLimitExceeded(_TOO_DEEP) from None

    def evaluate_within(self, run: Run, context: Mapping[str, Any]) -> Any:
        """The value as a part of a larger evaluation, whose time, reasons and budget of steps it
        shares."""
        try:
            return self.code(Env(context, None, run))
        except RecursionError:
            raise FeelLimitExceeded(_TOO_DEEP) from None


@lru_cache(maxsize=1)
def _builtin_names() -> tuple[str, ...]:
    return tuple(name for name in BUILTINS if not name.isidentifier())


def _parser(text: str, names: Collection[str], types: Mapping[str, FeelType]) -> Parser:
    return Parser(text, (*_builtin_names(), *names), types)


_NO_TYPES: Mapping[str, FeelType] = {}


def compile_expression(
    text: str, *, names: Collection[str] = (), types: Mapping[str, FeelType] = _NO_TYPES
) -> Expression:
    """Compile FEEL text. `names` announces variables with spaces; `types` the types `instance of`
    may name."""
    try:
        compiler = Compiler()
        tree = _parser(text, names, types).parse_whole()
        code = compiler.code(tree)
    except RecursionError:
        raise FeelLimitExceeded(_TOO_DEEP) from None
    return Expression(text, frozenset(compiler.names), code, tree)


def compile_unary_tests(
    text: str, *, names: Collection[str] = (), types: Mapping[str, FeelType] = _NO_TYPES
) -> Expression:
    """Compile a decision table's cell; the value under test is the context's `?`."""
    try:
        compiler = Compiler()
        tree = _parser(text, names, types).parse_unary_tests()
        code = compiler.cell(tree)
    except RecursionError:
        raise FeelLimitExceeded(_TOO_DEEP) from None
    return Expression(text, frozenset(compiler.names), code, tree)


def split_unary_tests(text: str, *, names: Collection[str] = ()) -> list[str]:
    """The text of each test between the commas; the whole text where it is no list of tests."""
    try:
        return _parser(text, names, _NO_TYPES).split_tests()
    except (FeelError, RecursionError):
        return [text]


_MAKERS = frozenset(("date", "time", "date and time", "duration"))


def fixed_value(node: Node) -> Any:
    """The value of a literal, also of `@"2026-01-31"` or `date(2026, 1, 31)`; None for null and for
    what is no literal."""
    if not _is_fixed(node):
        return None
    return Compiler().code(node)(Env({}, None, Run(None, None)))


def _is_fixed(node: Node) -> bool:
    if node.kind in ("const", "at"):
        return True
    if node.kind == "negate":
        return is_number(constant_of(node))
    if node.kind != "call":
        return False
    callee, arguments, names = node.parts
    made = callee.kind == "name" and callee.parts[0] in _MAKERS and not names
    return made and all(_is_fixed(argument) for argument in arguments)
