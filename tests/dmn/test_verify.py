"""The verification of tables against trying them: what it says of a table is what happens when the
table is asked."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.dmn import Model, check_model, load_model
from service.dmn.cells import read_condition
from service.dmn.regions import build_column
from service.feel import compile_unary_tests
from tests.kit.dmn_samples import decision, definitions, input_data, needs, table

TYPES = {"n": "number", "s": "string", "b": "boolean"}
# Every value that a cell below can tell apart, and some in between.
SAMPLES: dict[str, list[Any]] = {
    "n": [-1, 0, 1, 2, 2.5, 3, 4, 5, 6],
    "s": ["x", "y", "z"],
    "b": [True, False],
}
NUMBERS = [
    "-",
    "< 2",
    "<= 2",
    "> 2",
    ">= 3",
    "2",
    "[0..3]",
    "(0..3)",
    "]1..4]",
    "not(2)",
    "1, 4",
    "< 0, > 5",
]
NUMBERS += ["? > 1", "? >= 1 and ? < 4", "? in [2..5]", "!= 3", "not([1..2])", "? = 2"]
TEXTS = ["-", '"x"', '"y"', '"x", "y"', 'not("x")', '? = "y"', '!= "x"']
FLAGS = ["-", "true", "false", "? = true", "not(true)"]
ROWS = st.lists(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(FLAGS)), max_size=7
)


def source(rows: list[tuple[str, ...]], policy: str = "UNIQUE") -> bytes:
    logic = table(TYPES, [[*row, str(number)] for number, row in enumerate(rows)], policy=policy)
    inputs = "".join(input_data(name, kind) for name, kind in TYPES.items())
    return definitions(inputs + decision("d1", logic, requires=needs(*TYPES)))


def matching(model: Model, case: dict[str, Any]) -> list[int]:
    """The rules, from 1, that the table itself says match."""
    frame = model.evaluate("d1", case, now=None).trace[-1]
    return [each["ruleIndex"] for each in frame["tables"][0]["matchedRules"]]


def example_of(message: str) -> dict[str, Any]:
    found = re.search(r"\{.*?\}", message)
    assert found is not None, message
    return {
        key: "zz" if value == "(any other text)" else value
        for key, value in json.loads(found[0]).items()
    }


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_gaps_and_overlaps_are_those_that_trying_finds(rows: list[tuple[str, ...]]) -> None:
    problems = check_model(source(rows), file="v.dmn")
    model = load_model(source(rows), file="v.dmn")
    codes = {each.code for each in problems}
    assert "dmn-not-analysed" not in codes
    for problem in problems:
        met = matching(model, example_of(problem.message))
        if problem.code == "dmn-table-gap":
            assert met == []
        elif problem.code == "dmn-table-overlap":
            assert set(map(int, re.findall(r"Rules (\d+) and (\d+)", problem.message)[0])) <= set(
                met
            )
    cases = [
        dict(zip(TYPES, values, strict=True)) for values in itertools.product(*SAMPLES.values())
    ]
    met = [matching(model, case) for case in cases]
    if rows:
        assert any(not each for each in met) <= ("dmn-table-gap" in codes)
    assert any(len(each) > 1 for each in met) <= ("dmn-table-overlap" in codes)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_a_rule_said_to_be_hidden_never_comes_first(rows: list[tuple[str, ...]]) -> None:
    problems = check_model(source(rows, "FIRST"), file="v.dmn")
    hidden = {
        int(each.element.removeprefix("r"))
        for each in problems
        if each.code == "dmn-rule-unreachable"
    }
    model = load_model(source(rows, "FIRST"), file="v.dmn")
    for problem in problems:
        if problem.code == "dmn-rule-unreachable":
            taker = re.search(r"for example rule (\d+) takes", problem.message)
            assert taker is not None
            assert matching(model, example_of(problem.message)) == [int(taker[1])]
    cases = [
        dict(zip(TYPES, values, strict=True)) for values in itertools.product(*SAMPLES.values())
    ]
    first = {number for case in cases for number in matching(model, case)[:1]}
    assert not hidden & first
    # null and texts that no cell names are the only inputs that the samples leave out
    rest = [
        {name: None for name in TYPES} | case
        for case in ({}, {"n": 2}, {"s": "x"}, {"b": True}, {"s": "zz"})
    ]
    never = (
        set(range(1, len(rows) + 1))
        - first
        - {n for case in rest for n in matching(model, case)[:1]}
    )
    assert hidden <= never


@pytest.mark.parametrize("cell", [*NUMBERS, "null", "? != null", "? = null", "? > 3 and ? <= 3"])
def test_a_condition_admits_what_the_cell_admits(cell: str) -> None:
    condition = read_condition(cell)
    assert condition is not None
    column = build_column("number", [condition])
    tests = compile_unary_tests(cell)
    for position, _ in enumerate(column.atoms):
        value = column.example(position)
        assert (tests.evaluate({"?": value}) is True) == bool(
            column.mask(condition) >> position & 1
        ), value


@pytest.mark.parametrize(
    "cell", ["? * 2 > 4", "? > limit", "? > 1 and n < 3", 'contains(?, "x")', "n > 1 or ? < 0"]
)
def test_what_is_more_than_comparisons_is_not_taken_apart(cell: str) -> None:
    assert read_condition(cell) is None
