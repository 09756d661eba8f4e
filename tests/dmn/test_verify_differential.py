"""The verifier against the evaluator, over random cells and tables of every kind of value: what the
one says of a table is what the other does with it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from service.dmn import Model, check_model, load_model
from service.dmn.cells import Condition, Interval, read_condition
from service.dmn.keys import between, declared_kind, kind_and_key
from service.dmn.regions import Column, build_column
from service.feel import compile_expression, compile_unary_tests, from_json
from tests.kit.dmn_samples import decision, definitions, input_data, needs, table

# Of each kind: the type of the column, constants in their order, and values beside them.
KINDS: dict[str, tuple[str, list[str], list[str]]] = {
    "number": ("number", ["-1", "0", "2", "2.5", "40"], ["-7", "1", "2.2", "3", "41"]),
    "integer": ("integer", ["-1", "0", "5", "5.5", "6"], ["-2", "1", "7"]),
    "string": ("string", ['"x"', '"y"', '"z"'], ['""', '"other"']),
    "boolean": ("boolean", ["false", "true"], []),
    "date": (
        "date",
        ['@"2026-01-01"', 'date("2026-01-02")', "date(2026, 3, 1)", '@"2028-02-29"'],
        ['@"2025-12-31"', '@"2026-01-03"', '@"2028-03-01"'],
    ),
    "time": (
        "time",
        ['@"00:00:00"', 'time("09:00:00")', '@"09:00:00.5"', '@"23:59:59"'],
        ['@"08:59:59.999"', '@"09:00:00.2"', '@"23:59:59.7"', '@"12:00:00"'],
    ),
    "zoned time": ("time", ['@"09:00:00Z"', '@"09:00:00+01:00"'], ['@"08:30:00Z"']),
    "date and time": (
        "dateTime",
        ['@"2026-01-01T00:00:00"', 'date and time("2026-10-25T02:30:00")'],
        ['@"2026-01-01T00:00:00.1"', '@"2025-06-01T00:00:00"', '@"2027-01-01T00:00:00"'],
    ),
    "zoned date and time": (
        "dateTime",
        ['@"2026-10-25T00:30:00Z"', '@"2026-10-25T02:30:00@Europe/Berlin"'],
        ['@"2026-10-25T01:00:00Z"', '@"2026-01-01T00:00:00Z"', '@"2027-01-01T00:00:00Z"'],
    ),
    "days and time duration": (
        "dayTimeDuration",
        ['@"-P1D"', '@"PT0S"', 'duration("PT36H")'],
        ['@"-P2D"', '@"PT1S"', '@"P2D"'],
    ),
    "years and months duration": (
        "yearMonthDuration",
        ['@"P0M"', 'duration("P1Y")', '@"P13M"'],
        ['@"-P1M"', '@"P3M"', '@"P2Y"'],
    ),
}
ORDERED = [kind for kind in KINDS if kind not in ("boolean", "string")]


def cells(kind: str) -> st.SearchStrategy[str]:
    """Cells of constants of one kind, in every way to write them: also empty and reversed ranges,
    and negations of half-open ones."""
    constant = st.sampled_from(KINDS[kind][1])
    sign = st.sampled_from(["=", "!="] + ["<", "<=", ">", ">="] * (kind in ORDERED))
    tests = [
        constant,
        st.builds("{} {}".format, sign, constant),
        st.builds("? {} {}".format, sign, constant),
        st.builds("{1} {0} ?".format, sign, constant),
        st.just("null"),
        st.just("= null"),
        st.just("!= null"),
    ]
    if kind in ORDERED:
        span = st.builds(
            "{}{}..{}{}".format,
            st.sampled_from("[(]"),
            constant,
            constant,
            st.sampled_from("])["),
        )
        tests += [
            span,
            span.map("? in {}".format),
            st.builds("({} {})".format, sign, constant),
            st.builds("? between {} and {}".format, constant, constant),
        ]
    test = st.one_of(tests)
    about = test.filter(lambda text: "?" in text and "between" not in text)
    listed = st.lists(test, min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        st.just("-"),
        listed,
        listed.map("not({})".format),
        st.builds("{} and {}".format, about, about),
        st.builds("{} or {}".format, about, about),
    )


def values(kind: str) -> list[Any]:
    _, constants, others = KINDS[kind]
    return [None, *(compile_expression(text).evaluate({}) for text in (*constants, *others))]


def atom_of(column: Column, value: Any) -> int:
    """Where a value stands in the column."""
    if value is None:
        return 0
    found = kind_and_key(value)
    assert found is not None
    for place, atom in enumerate(column.atoms[1:], 1):
        if atom is None or _lies_in(found[1], atom):
            return place
    raise AssertionError(f"{value} has no atom")


def _lies_in(key: Any, atom: Interval) -> bool:
    low = atom.low is None or atom.low < key or (atom.low_included and atom.low == key)
    high = atom.high is None or key < atom.high or (atom.high_included and atom.high == key)
    return low and high


def admits(column: Column, condition: Condition, place: int) -> bool:
    return bool(column.mask(condition) >> place & 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_admits_for_the_verifier_what_it_admits_for_the_evaluator(kind: str) -> None:
    @settings(max_examples=50, deadline=None)
    @given(st.lists(cells(kind), min_size=1, max_size=3))
    def check(texts: list[str]) -> None:
        read = {text: read_condition(text) for text in texts}
        known = {text: each for text, each in read.items() if each is not None}
        of_kind = [each for each in known.values() if each.kind in ("", _column_kind(kind))]
        assert len(of_kind) == len(texts) or len(set(texts)) < len(texts), texts
        column = build_column(_column_kind(kind), of_kind, whole=kind == "integer")
        for text, condition in known.items():
            tests = compile_unary_tests(text)
            for value in values(kind):
                if kind == "integer" and value not in (None, 0) and value != int(value):
                    continue
                found = tests.evaluate({"?": value}) is True
                assert admits(column, condition, atom_of(column, value)) is found, (text, value)
            for place in range(1, len(column.atoms)):
                if column.full >> place & 1 and kind != "string":
                    value = _read(kind, column.example(place))
                    found = tests.evaluate({"?": value}) is True
                    assert admits(column, condition, place) is found, (text, value)

    check()


def _column_kind(kind: str) -> str:
    return "number" if kind == "integer" else kind


def _read(kind: str, shown: Any) -> Any:
    """The value of an example, which is written as JSON has it."""
    if declared_kind(kind) in ("number", "integer", "boolean"):
        return from_json(shown)
    return compile_expression(f"@{json.dumps(shown)}").evaluate({})


TYPED = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]], str]:
    kinds = draw(TYPED)
    rows = draw(st.lists(st.tuples(*(cells(kind) for kind in kinds)), max_size=5))
    policy = draw(st.sampled_from(["UNIQUE", "ANY", "FIRST", "COLLECT", "RULE ORDER"]))
    return kinds, [[*row, str(number)] for number, row in enumerate(rows)], policy


def source(kinds: list[str], rows: list[list[str]], policy: str) -> bytes:
    names = {f"v{number}": KINDS[kind][0] for number, kind in enumerate(kinds)}
    inputs = "".join(input_data(name, kind) for name, kind in names.items())
    logic = table(names, rows, policy=policy)
    return definitions(inputs + decision("d1", logic, requires=needs(*names)))


def matching(model: Model, case: dict[str, Any]) -> list[int]:
    frame = model.evaluate("d1", model.read_inputs(case), now=None).trace[-1]
    return [each["ruleIndex"] for each in frame["tables"][0]["matchedRules"]]


def example_of(message: str) -> dict[str, Any]:
    found = re.search(r"\{.*?\}", message)
    assert found is not None, message
    shown = json.loads(found[0])
    return {key: "zz" if each == "(any other text)" else each for key, each in shown.items()}


ENDS = st.none() | st.decimals(-9, 9, allow_nan=False, places=1)


@given(ENDS, ENDS)
@example(None, Decimal("5.5"))
@example(Decimal("-5.5"), Decimal("-4.2"))
def test_an_example_of_numbers_is_whole_where_a_whole_one_is_between(
    low: Decimal | None, high: Decimal | None
) -> None:
    """A column of integers has only those: a fraction is read as null there."""
    assume(low is None or high is None or low < high)
    found = between("number", low, high)
    assert (low is None or low < found) and (high is None or found < high)
    whole = [
        each
        for each in range(-12, 13)
        if (low is None or low < each) and (high is None or each < high)
    ]
    assert not whole or found == int(found)


def test_a_gap_in_a_column_of_integers_is_an_integer() -> None:
    xml = source(["integer"], [["null, 5.5", "0"]], "UNIQUE")
    (gap,) = [each for each in check_model(xml, file="v.dmn") if each.code == "dmn-table-gap"]
    model = load_model(xml, file="v.dmn", strict=False)
    assert matching(model, example_of(gap.message)) == []


@settings(max_examples=80, deadline=None)
@given(tables(), st.data())
def test_what_is_said_of_a_table_is_what_it_does(
    made: tuple[list[str], list[list[str]], str], data: st.DataObject
) -> None:
    kinds, rows, policy = made
    xml = source(kinds, rows, policy)
    problems = check_model(xml, file="v.dmn")
    model = load_model(xml, file="v.dmn", strict=False)
    codes = {each.code for each in problems}
    never = set()
    for problem in problems:
        if problem.code == "dmn-table-gap":
            assert matching(model, example_of(problem.message)) == []
        if problem.code == "dmn-table-overlap":
            pair = re.findall(r"Rules (\d+) and (\d+)", problem.message)[0]
            assert set(map(int, pair)) <= set(matching(model, example_of(problem.message)))
        if problem.code == "dmn-rule-unreachable":
            never.add(int(problem.element.removeprefix("r")))
    for _ in range(12):
        case = {f"v{n}": data.draw(st.sampled_from(values(kind))) for n, kind in enumerate(kinds)}
        if any(
            KINDS[kind][0] == "integer" and case[f"v{n}"] not in (None, 0, -1, 1, 5, 6, -2, 7)
            for n, kind in enumerate(kinds)
        ):
            continue
        met = matching(model, case)
        assert not never & set(met), (case, met)
        if "dmn-not-analysed" in codes:
            continue
        if policy == "UNIQUE" and len(met) > 1:
            assert "dmn-table-overlap" in codes, (case, met)
        if policy in ("UNIQUE", "ANY", "FIRST") and not met and None not in case.values() and rows:
            assert "dmn-table-gap" in codes, case
