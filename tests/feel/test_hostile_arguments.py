"""Every built-in and operator on values nobody thought of gives a value, or null with a reason, and
never an exception of Python's."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from service.feel import (
    BUILTINS,
    FeelAssertionFailed,
    FeelFunction,
    Why,
    compile_expression,
    equal,
    to_json,
    to_text,
)
from tests.kit.clock import NOW

CONTEXT: dict[str, Any] = {
    "infinite": float("inf"),
    "unknown": Decimal("NaN"),
    "signalling": Decimal("sNaN"),
    "boundless": Decimal("-Infinity"),
    "late": FeelFunction("late", ("n",), lambda n: datetime.fromtimestamp(int(n or 10**30), UTC)),
}
VALUES = [
    *("null", "true", "0", "-0", "1", "-1", "1.5", "1e6144", "-1e6144", "1e-6143", "1e40"),
    *("9" * 34, "0 ** -1", "infinite", "unknown", "signalling", "boundless", "late(1)"),
    *('""', '"a"', '"P1D"', '"2026-01-01"', '"(a+)+$"', '"[1..3)"', '"\\uD800"'),
    *("[]", "[null]", '[1, "a"]', "[1e6144, 1e6144]", "{}", "{a: 1}", "function(x, y) x"),
    *('@"2026-01-01"', '@"999999999-12-31"', '@"-999999999-01-01"', '@"10:00:00Z"'),
    *('@"10:00:00"', '@"2026-10-25T02:30:00@Europe/Berlin"', '@"999999999-12-31T23:59:59Z"'),
    *('@"P1D"', '@"-P999999999D"', '@"P999999999999999999Y"', '@"PT0S"'),
    *("[1..3]", "[3..1]", "(1..1)", "(<5)", "(!=3)", "(=3)", '["a".."b"]'),
]
SIGNS = ("+", "-", "*", "/", "**", "=", "!=", "<", ">=", "in", "and", "or")


def ask(text: str) -> None:
    why = Why()
    try:
        value = compile_expression(text).evaluate(CONTEXT, now=NOW, why=why)
    except FeelAssertionFailed:
        return
    to_text(value)
    to_json(value)
    assert equal(value, value) is not False or value is None, text
    assert not isinstance(value, Decimal) or value.is_finite(), text
    for reason in why.reasons:  # a net in `invoke` holds what a function forgot: none should
        assert "there is no result for these arguments" not in reason.message or "late" in text, (
            text,
            reason,
        )


@pytest.mark.parametrize("name", BUILTINS)
def test_every_builtin_answers_whatever_it_is_given(name: str) -> None:
    drawn = random.Random(name)
    ask(f"{name}()")
    for value in VALUES:
        ask(f"{name}({value})")
    for pair in drawn.sample([*itertools.product(VALUES, repeat=2)], 60):
        ask(f"{name}({', '.join(pair)})")
    for _ in range(40):
        ask(f"{name}({', '.join(drawn.choices(VALUES, k=drawn.choice((3, 3, 4, 5, 6, 7))))})")
    for signature in BUILTINS[name].signatures:
        for _ in range(8):
            names = [each[0] for each in signature.parameters]
            given = [f"{each}: {drawn.choice(VALUES)}" for each in names if drawn.random() < 0.9]
            ask(f"{name}({', '.join(given)})")


@pytest.mark.parametrize("sign", SIGNS)
def test_every_operator_answers_whatever_it_is_given(sign: str) -> None:
    for left, right in itertools.product(VALUES, repeat=2):
        ask(f"({left}) {sign} ({right})")


def test_filters_loops_and_ranges_answer_whatever_they_are_given() -> None:
    for left, right in itertools.product(VALUES, repeat=2):
        ask(f"({left})[{right}]")
        ask(f"[({left})..({right})]")
        ask(f"({left}) between ({right}) and ({left})")
        if "99" not in left + right and "e" not in left + right:
            ask(f"count(for i in ({left})..({right}) return i)")


@pytest.mark.parametrize(
    "text",
    ["0 ** -1", "0.0 ** -3", "infinite", "unknown + 1", "boundless > 1", "[infinite][1] + 1"],
)
def test_what_is_not_finite_is_null_with_a_reason(text: str) -> None:
    why = Why()
    assert compile_expression(text).evaluate(CONTEXT, why=why) is None
    assert why.reasons


def test_a_function_of_the_host_that_fails_on_a_number_gives_null_with_a_reason() -> None:
    why = Why()
    assert compile_expression("late(null)").evaluate(CONTEXT, why=why) is None
    assert "late" in why.reasons[0].message
