"""What tables and cells answer where it is easily got wrong: no hit, null, whole numbers, `not`."""

from __future__ import annotations

from typing import Any

import pytest

from service.dmn import DecisionResult, check_model, load_model
from tests.kit.dmn_samples import decision, definitions, input_data, needs, table


def ask(rows: list[list[str]], value: Any, *, kind: str = "number", **how: str) -> DecisionResult:
    logic = table({"v": kind}, rows, **how)
    model = load_model(source(logic, kind), file="a.dmn")
    return model.evaluate("d1", model.read_inputs({"v": value}), now=None)


def source(logic: str, kind: str) -> bytes:
    return definitions(input_data("v", kind) + decision("d1", logic, requires=needs("v")))


def codes(rows: list[list[str]], kind: str = "number", **how: str) -> set[str]:
    made = check_model(source(table({"v": kind}, rows, **how), kind), file="a.dmn")
    return {each.code for each in made}


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER", "OUTPUT ORDER"])
def test_a_policy_that_answers_a_list_answers_an_empty_one_without_a_hit(policy: str) -> None:
    output = "<outputValues><text>1</text></outputValues>"
    assert ask([["> 5", "1"]], 1, policy=policy, output=output).value == []


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
@pytest.mark.parametrize("other", ["null", '"a text"', "{}"])
def test_what_cannot_be_aggregated_is_null_with_a_reason(aggregation: str, other: str) -> None:
    rows = [["> 0", "1"], ["> 0", other]]
    result = ask(rows, 1, policy="COLLECT", aggregation=aggregation)
    assert result.value is None
    assert any(aggregation.lower() in reason.message for reason in result.reasons)


@pytest.mark.parametrize(
    ("cell", "value", "kind", "hit"),
    [
        ("not(null)", "123", "string", True),
        ("not(null)", None, "string", False),
        ('not(null, "a")', "b", "string", True),
        ('not(null, "a")', "a", "string", False),
        ("null", None, "string", True),
        ("null", "a", "string", False),
        ('not([@"2026-01-01"..@"2026-02-01"))', "2026-03-05", "date", True),
        ('not([@"2026-01-01"..@"2026-02-01"))', "2026-02-01", "date", True),
        ('not([@"2026-01-01"..@"2026-02-01"))', "2026-01-31", "date", False),
        ('not((@"2026-01-01"..@"2026-02-01"])', "2026-01-01", "date", True),
        ("not(]1..2[, 5)", 2, "number", True),
        ("not(]1..2[, 5)", 5, "number", False),
        ("not(? in [1..2)) and ? > 0", 7, "number", True),
    ],
)
def test_negations(cell: str, value: Any, kind: str, hit: bool) -> None:
    assert (ask([[cell, "1"]], value, kind=kind).value == 1) is hit


@pytest.mark.parametrize("kind", ["number", "string", "boolean", "Any"])
@pytest.mark.parametrize("value", [None, 1, "x", True, False])
@pytest.mark.parametrize(
    ("cell", "hit"),
    [("3 > 1", True), ("1 > 3", False), ('contains("abc", "b")', True), ("1 in [2..3]", False)],
)
def test_a_sentence_that_does_not_speak_of_the_input_does_not_depend_on_its_kind(
    cell: str, hit: bool, kind: str, value: Any
) -> None:
    assert (ask([[cell, "1"]], value, kind=kind).value == 1) is hit


def test_a_whole_number_has_no_gap_between_five_and_six() -> None:
    rows = [["< 1", "0"], ["[1..5]", "1"], ["[6..10]", "2"], ["> 10", "3"]]
    assert codes(rows, "integer") == set()
    assert codes(rows, "number") == {"dmn-table-gap"}
    result = ask(rows, 5.5, kind="integer")
    assert result.value is None
    assert "without a fraction" in result.reasons[0].message
    assert ask(rows, 5, kind="integer").value == 1


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("[500..100]", "number"),
        ("(1..1]", "number"),
        ("[1..1)", "number"),
        ('(@"2026-01-01"..@"2026-01-02")', "date"),
        ('[@"10:00:00"..@"09:00:00"]', "time"),
        ('[@"PT2H"..@"PT1H"]', "dayTimeDuration"),
        ("? < 1 and ? > 2", "number"),
    ],
)
def test_a_rule_that_no_value_passes_is_said_to_match_never(cell: str, kind: str) -> None:
    assert "dmn-rule-unreachable" in codes([[cell, "1"], ["-", "2"]], kind)


@pytest.mark.parametrize(
    ("kind", "first", "second", "gap"),
    [
        ("time", '< @"12:00:00"', '>= @"12:00:00"', False),
        ("time", '< @"12:00:00"', '> @"12:00:01"', True),
        ("dateTime", '< @"2026-01-01T00:00:00"', '>= @"2026-01-01T00:00:00"', False),
        ("dateTime", '< @"2026-01-01T00:00:00Z"', '> @"2026-01-01T00:00:00Z"', True),
        ("dayTimeDuration", '<= duration("P1D")', '> duration("P1D")', False),
        ("dayTimeDuration", '<= duration("P1D")', '> duration("P2D")', True),
        ("yearMonthDuration", '<= duration("P1Y")', '>= duration("P13M")', False),
        ("yearMonthDuration", '<= duration("P1Y")', '>= duration("P14M")', True),
    ],
)
def test_gaps_between_times_and_durations_are_found(
    kind: str, first: str, second: str, gap: bool
) -> None:
    found = codes([[first, "1"], [second, "2"]], kind)
    assert found == ({"dmn-table-gap"} if gap else set())
