"""Whatever the text, FEEL answers with a value or an error of its own, in bounded time and
memory."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.feel import (
    BUILTINS,
    Expression,
    FeelError,
    FeelLimitExceeded,
    Why,
    compile_expression,
    compile_unary_tests,
    equal,
    to_json,
    to_text,
)
from tests.kit.clock import NOW

CONTEXT: dict[str, Any] = {"a": 1.5, "b": "text", "c": [1, {"d": None}], "e f": {"g": True}, "?": 7}
ATOMS = [
    "1",
    "-2.5",
    "1e300",
    '"x"',
    '""',
    "true",
    "null",
    "a",
    "b",
    "c",
    "e f",
    "?",
    "[]",
    "{}",
    "nothing",
]
ATOMS += [
    '@"2026-01-31"',
    '@"10:00:00Z"',
    '@"2026-01-31T10:00:00@Asia/Hong_Kong"',
    '@"P1D"',
    '@"P13M"',
    "[1..3)",
    "(<5)",
]
ATOMS += ["function(x, y) x", "0..3", "999999999999", '"(a+)+$"', '@"999999999-12-31"']
SIGNS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]


def grow(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger expressions from smaller ones, most of them grammatical."""
    names = st.sampled_from([name for name in BUILTINS if name not in ("uuid", "random number")])
    return st.one_of(
        st.builds("({} {} {})".format, parts, st.sampled_from(SIGNS), parts),
        st.builds("{}[{}]".format, parts, parts),
        st.builds("[{}, {}]".format, parts, parts),
        st.builds("{{k: {}, l m: {}}}".format, parts, parts),
        st.builds(
            "({}).{}".format, parts, st.sampled_from(["k", "year", "start included", "days", "g"])
        ),
        st.builds("if {} then {} else {}".format, parts, parts, parts),
        st.builds("for i in {} return {}".format, parts, parts),
        st.builds("for i in {}..{} return [i, partial]".format, parts, parts),
        st.builds("some i in {} satisfies {}".format, parts, parts),
        st.builds("{} between {} and {}".format, parts, parts, parts),
        st.builds("[{}..{}]".format, parts, parts),
        st.builds("({}) instance of list<number>".format, parts),
        st.builds("{}({})".format, names, parts),
        st.builds("{}({}, {})".format, names, parts, parts),
        st.builds("{}({}, {}, {})".format, names, parts, parts, parts),
        st.builds("(function(x) {})({})".format, parts, parts),
    )


GRAMMAR = st.recursive(st.sampled_from(ATOMS), grow, max_leaves=12)
BOUNDED = settings(deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))


def answers(compile_text: Callable[..., Expression], text: str) -> None:
    try:
        value = compile_text(text, names=["e f"]).evaluate(CONTEXT, now=NOW, why=Why())
        to_text(value)
        to_json(value)
        equal(value, value)
    except FeelError:
        pass


@BOUNDED
@given(GRAMMAR)
def test_grammatical_text(text: str) -> None:
    answers(compile_expression, text)
    answers(compile_unary_tests, text)


@BOUNDED
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    answers(compile_expression, text)
    answers(compile_unary_tests, text)


@BOUNDED
@given(
    st.lists(
        st.sampled_from(
            [*ATOMS, *SIGNS, *"()[]{},.:", "for", "in", "return", "if", "then", "else", "not"]
        )
    )
)
def test_shuffled_tokens(tokens: list[str]) -> None:
    answers(compile_expression, " ".join(tokens))
    answers(compile_unary_tests, " ".join(tokens))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "[" * 5000,
        "1" + "+1" * 20_000,
        "a" * 70_000,
        "for i in 1..1000000000 return i",
        "for i in 1..3000, j in 1..3000 return i",
        "some i in 1..100000000 satisfies false",
        "{f: function(f, n) f(f, n + 1), r: f(f, 0)}.r",
        "for i in 1..60 return [partial, partial]",
        'string join(for i in 1..100000 return "abcdefghijklmnopqrstuvwxyz", "")',
        "count(flatten(for i in 1..2000 return for j in 1..2000 return j))",
        "if " * 3000 + "true",
        "1 in (" * 60 + "1",
        "]1..2[ " * 60,
        "x in (]1..(" * 30,
    ],
)
def test_greedy_text_is_stopped(text: str) -> None:
    with pytest.raises((FeelLimitExceeded, FeelError)):
        value = compile_expression(text).evaluate({})
        to_text(value)


@pytest.mark.parametrize(
    "text",
    ["10**(10**10)", "9999999999 ** 9999999999", "exp(1e10)", "1e6144 * 10", "decimal(1, 9999)"],
)
def test_numbers_out_of_range_are_null(text: str) -> None:
    why = Why()
    assert compile_expression(text).evaluate({}, why=why) is None
    assert why.reasons[0].message


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){12}$", "(x+x+)+y"])
def test_patterns_that_ruin_backtracking_answer(pattern: str) -> None:
    text = "a" * 40 + "!"
    assert compile_expression("matches(t, p)").evaluate({"t": text, "p": pattern}) is False
