"""A compiled text: made once, evaluated as often as wanted, from as many threads as wanted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from service.feel.compiler import Compiler
from service.feel.errors import FeelLimitExceeded, Why
from service.feel.operators import Code
from service.feel.parser import Parser
from service.feel.registry import BUILTINS
from service.feel.scope import Env, Run
from service.feel.types import FeelType

_TOO_DEEP = "The expression nests or calls itself too deeply."


@dataclass(frozen=True, slots=True)
class Expression:
    """`names` are the variables it reads from the context (for unary tests also `?`)."""

    text: str
    names: frozenset[str]
    code: Code = field(repr=False, compare=False)

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
        code = compiler.code(_parser(text, names, types).parse_whole())
    except RecursionError:
        raise FeelLimitExceeded(_TOO_DEEP) from None
    return Expression(text, frozenset(compiler.names), code)


def compile_unary_tests(
    text: str, *, names: Collection[str] = (), types: Mapping[str, FeelType] = _NO_TYPES
) -> Expression:
    """Compile a decision table's cell; the value under test is the context's `?`."""
    try:
        compiler = Compiler()
        code = compiler.cell(_parser(text, names, types).parse_unary_tests())
    except RecursionError:
        raise FeelLimitExceeded(_TOO_DEEP) from None
    return Expression(text, frozenset(compiler.names), code)
