"""Decision tables: hit policies, defaults, allowed values, and the trace that explains a result."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.dmn import DecisionResult, load_model
from service.dmn.quick import kind_of, quick_test
from service.feel import compile_unary_tests
from tests.kit.dmn_samples import decision, definitions, input_data, needs, table

ROWS = [["<= 10", '"low"'], ["[5..20]", '"mid"'], ["> 15", '"high"']]


def evaluate(logic: str, amount: Any, **options: Any) -> DecisionResult:
    body = input_data("amount", "number") + decision("d1", logic, requires=needs("amount"))
    return load_model(definitions(body), file="t.dmn").evaluate(
        "d1", {"amount": amount}, now=None, **options
    )


def by(
    policy: str, amount: Any, output: str = "", aggregation: str = "", rows: list[list[str]] = ROWS
) -> Any:
    made = table({"amount": "number"}, rows, policy=policy, output=output, aggregation=aggregation)
    return evaluate(made, amount).value


VALUES = '<outputValues><text>"high","mid","low"</text></outputValues>'
NUMBERS = [["<= 10", "1"], ["[5..20]", "2"], ["> 15", "3"]]


@pytest.mark.parametrize(
    ("policy", "amount", "expected"),
    [
        ("UNIQUE", 3, "low"),
        ("UNIQUE", 7, None),
        ("ANY", 7, None),
        ("ANY", 100, "high"),
        ("FIRST", 7, "low"),
        ("PRIORITY", 7, "mid"),
        ("RULE ORDER", 7, ["low", "mid"]),
        ("OUTPUT ORDER", 7, ["mid", "low"]),
        ("COLLECT", 7, ["low", "mid"]),
    ],
)
def test_hit_policies(policy: str, amount: int, expected: Any):
    assert by(policy, amount, VALUES) == expected


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("SUM", 3), ("MIN", 1), ("MAX", 2), ("COUNT", 2)]
)
def test_aggregations(aggregation: str, expected: int):
    assert by("COLLECT", 7, aggregation=aggregation, rows=NUMBERS) == expected


def test_no_match_is_null_with_a_reason_or_the_default():
    rows = [["> 5", '"high"']]
    result = evaluate(table({"amount": "number"}, rows), 1)
    assert result.value is None
    assert "No rule matches" in result.reasons[0].message
    default = '<defaultOutputEntry><text>"none"</text></defaultOutputEntry>'
    assert by("UNIQUE", 1, default, rows=rows) == "none"
    assert by("COLLECT", 1, rows=rows) == []
    assert by("COLLECT", 1, aggregation="COUNT", rows=rows) == 0


def test_a_broken_hit_policy_names_the_rules():
    result = evaluate(table({"amount": "number"}, ROWS), 7)
    assert result.reasons[0].message == "Hit policy UNIQUE, but the rules 1, 2 match together."


def test_null_input_matches_only_cells_that_admit_it():
    rows = [["null", '"missing"'], ["> 5", '"high"']]
    assert by("UNIQUE", None, rows=rows) == "missing"
    assert by("FIRST", None, rows=[["> 5", '"high"'], ["-", '"any"']]) == "any"


def test_the_trace_tells_inputs_rules_cells_and_outputs():
    result = evaluate(table({"amount": "number"}, [["<= 10", '"low"'], ["> 10", '"high"']]), 12)
    (entry,) = result.trace
    assert entry["decisionDefinitionId"] == "d1"
    assert entry["inputs"] == {"amount": 12}
    assert entry["output"] == "high"
    assert entry["evaluatedInputs"] == [{"inputId": "c0", "inputName": "amount", "inputValue": 12}]
    (rule,) = entry["matchedRules"]
    assert (rule["ruleId"], rule["ruleIndex"]) == ("r2", 2)
    assert rule["cells"] == [{"inputId": "c0", "text": "> 10"}]
    assert rule["evaluatedOutputs"][0]["outputValue"] == "high"


def test_without_a_trace_the_value_is_the_same():
    result = evaluate(table({"amount": "number"}, ROWS, policy="FIRST"), 7, trace=False)
    assert (result.value, result.trace, result.reasons) == ("low", (), ())


def test_a_value_that_is_not_allowed_is_refused():
    allowed = "<inputValues><text>[0..100]</text></inputValues>"
    made = table({"amount": "number"}, ROWS, policy="FIRST").replace(
        "</input>", f"{allowed}</input>"
    )
    assert evaluate(made, 7).value == "low"
    result = evaluate(made, 101)
    assert result.value is None
    assert "not one of the allowed values" in result.reasons[0].message


NUMERIC = [
    "5",
    "< 5",
    "<= 5.5",
    "> -1",
    ">= 3",
    "[1..5]",
    "(1..5)",
    "]1..5]",
    "[1..5[",
    "1,2,3",
    "not(2)",
    "= 5",
    "!= 5",
]
OTHERS = [
    '"a"',
    '"a","b"',
    'not("a")',
    "true",
    "not(true)",
    "not(1, 2)",
    "not(< 3)",
    "null",
    "not(null)",
]
CONSTANTS = st.sampled_from([*NUMERIC, *OTHERS])
VALUES_OF_ANY_KIND = st.one_of(
    st.integers(-2, 7),
    st.decimals(-2, 7, places=1),
    st.sampled_from(["a", "b", "c"]),
    st.booleans(),
    st.none(),
)


@settings(max_examples=300, deadline=None)
@given(CONSTANTS, VALUES_OF_ANY_KIND)
def test_a_cell_answered_at_once_means_what_feel_means(text: str, value: Any):
    quick = quick_test(compile_unary_tests(text))
    if quick is None or quick[0] != kind_of(value):
        return
    assert quick[1](value) is compile_unary_tests(text).evaluate({"?": value})
