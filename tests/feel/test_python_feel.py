"""Python read as FEEL means what it means as Python, or is not read at all."""

from __future__ import annotations

import ast
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service.bpmn.python_feel import LONGEST, expression_in_feel
from service.bpmn.python_scripts import script_in_feel
from service.feel import compile_expression, to_json

DATA: dict[str, Any] = {
    "n": 7,
    "m": -2,
    "yes": True,
    "no": False,
    "nothing": None,
    "word": "abc",
    "items": [3, 5, 8],
    "thing": {"k": 4, "a b": "x", "in": 1},
}


def plain(value: Any) -> Any:
    """Numbers alike, whether binary or decimal."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return round(float(value), 9) if type(value) in (int, float, Decimal) else value


def feel(text: str) -> Any:
    return plain(to_json(compile_expression(text).evaluate(DATA, now=None)))


def python(text: str) -> Any:
    return plain(eval(text, {**DATA, "__builtins__": {"abs": abs, "str": str}}))


numbers = st.sampled_from(["n", "m", "3", "0", "-4", "2.5", "items[0]", "items[-1]", "thing['k']"])
texts = st.sampled_from(["word", "'a'", '"x\\"y"', "thing['a b']", "thing.get('a b')", "'é\\n'"])


def _numeric(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner)
    return st.one_of(
        two.map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        inner.map(lambda each: f"abs({each})"),
        inner.map(lambda each: f"-{each}"),
        inner.map(lambda each: f"({each} % 5)"),
        inner.map(lambda each: f"({each} // 2)"),
        st.tuples(inner, inner).map(lambda each: f"({each[0]} if yes else {each[1]})"),
    )


number = st.recursive(numbers, _numeric, max_leaves=4)
textual = st.one_of(
    texts,
    st.tuples(texts, texts).map(lambda each: f"({each[0]} + {each[1]})"),
    texts.map(lambda each: f"{each}.upper()"),
    number.map(lambda each: "'{}'.upper() + word" if "'" in each else "f'{n} and {word}'"),
)
compared = st.one_of(
    st.tuples(number, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), number).map(" ".join),
    st.tuples(textual, st.sampled_from(["==", "!="]), textual).map(" ".join),
    st.tuples(number, number, number).map(lambda each: f"{each[0]} < {each[1]} <= {each[2]}"),
    st.sampled_from(["yes", "no", "True", "False", "nothing is None", "word is not None"]),
    st.tuples(number, number).map(lambda each: f"{each[0]} in [{each[1]}, 3]"),
    st.tuples(texts, texts).map(lambda each: f"{each[0]} not in ({each[1]}, 'abc')"),
    texts.map(lambda each: f"word.startswith({each})"),
)


def _logic(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from(["and", "or"]), inner)
    return st.one_of(
        two.map(lambda each: f"({each[0]} {each[1]} {each[2]})"),
        inner.map(lambda each: f"(not {each})"),
    )


condition = st.recursive(compared, _logic, max_leaves=4)
value = st.one_of(
    condition,
    number,
    textual,
    st.lists(number, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
    st.tuples(number, textual).map(lambda each: f"{{'a': {each[0]}, 'b c': {each[1]}}}"),
    number.map(lambda each: f"[v + {each} for v in items]"),
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(value)
def test_an_expression_means_the_same(text):
    said = expression_in_feel(text)
    assert said is not None, text
    assert feel(said) == python(text), f"{text} -> {said}"


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@example([("m", "=", "m"), ("m", "+=", "m"), ("n", "=", "m")])
@example([("n", "=", "m"), ("m", "=", "1"), ("n", "+=", "1"), ("m", "+=", "m")])
@example([("n", "=", "m"), ("m", "=", "1"), ("m", "+=", "m"), ("n", "+=", "1")])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["n", "m", "fresh", "word"]), st.sampled_from(["=", "+="]), number
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_script_leaves_the_same_behind(lines):
    lines = [(name, "=" if name in ("fresh", "word") else sign, text) for name, sign, text in lines]
    script = "\n".join(f"{name} {sign} {text}" for name, sign, text in lines)
    said = script_in_feel(script)
    if said is None:
        return  # a name has several values and another is worked out between: no guess
    after = dict(DATA)
    exec(script, {"__builtins__": {"abs": abs}}, after)
    assert feel(said) == plain({name: after[name] for name, *_ in lines}), f"{script} -> {said}"


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "a = 1", "a b", "len(items)", "open('x')", "__import__('os')", "lambda: 1"),
        *(
            "items[n]",
            "items[0:2]",
            "items + items[0]()",
            "[1] * 3",
            "x.y()",
            "'a' in word",
        ),
        *("[v for v in items if v]", "{**thing}", "{n: 1}", "f'{n:>3}'", "f'{n!r}'", "1j", "..."),
        *("1e999", "await x", "x := 1", "if_ if else", "item", "date", "some", "a.then", "b'x'"),
        *("{'a': n, 'b': a}", "not_.get('a', 1)", "~n", "n @ m", "word is 'a'", "*items"),
        "x" * (LONGEST + 1),
        "(" * 300 + "1" + ")" * 300,
        "-" * 3_000 + "1",
    ],
)
def test_what_has_no_plain_equivalent_is_not_guessed(text):
    assert expression_in_feel(text) is None


@pytest.mark.parametrize(
    "text",
    ["import os", "x.y = 1", "x['a'] = 1", "while 1: pass", "print(1)", "x = z()", "del x"],
)
def test_a_script_that_does_more_is_not_guessed(text):
    assert script_in_feel(text) is None


def test_what_stands_in_a_script_beside_assignments_is_passed_over():
    assert script_in_feel("'what it is for'\npass  # nothing\nx: int = 1") == "{x: 1}"


def test_the_texts_of_this_test_are_python():
    ast.parse("word.startswith('a')")
