"""One budget for a whole decision: tables, boxed expressions, functions, texts and types are paid
from it together."""

from __future__ import annotations

import pytest

from service.dmn import load_model
from service.feel import FeelLimitExceeded, compile_expression, errors
from tests.kit.dmn_samples import (
    decision,
    definitions,
    input_data,
    knows,
    literal,
    needs,
    needs_decision,
    table,
)

LOOP = literal("count(for i in 1..3000 return i)")


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fiftieth of the real budget, so that the tests are done fifty times sooner."""
    monkeypatch.setattr(errors, "MAX_STEPS", errors.MAX_STEPS // 50)


def model(body: str):
    return load_model(definitions(body), file="b.dmn")


def test_decisions_that_each_keep_within_the_budget_break_it_together():
    parts = "".join(decision(f"d{n}", LOOP) for n in range(8))
    whole = decision("all", literal("d0"), requires=needs_decision(*(f"d{n}" for n in range(8))))
    loaded = model(parts + whole)
    assert loaded.evaluate("d0", {}, now=None).value == 3_000
    with pytest.raises(FeelLimitExceeded):
        loaded.evaluate("all", {}, now=None)


def test_cells_of_a_table_are_paid_from_the_same_budget():
    rows = [[f"count(for i in 1..2000 return i) = {n}", "1"] for n in range(12)]
    loaded = model(
        input_data("n", "number")
        + decision("d1", table({"n": "number"}, rows), requires=needs("n"))
    )
    with pytest.raises(FeelLimitExceeded):
        loaded.evaluate("d1", {"n": 1}, now=None)


def test_functions_called_from_text_are_paid_from_the_same_budget():
    function = (
        '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>'
        f'<formalParameter name="x"/>{literal("count(for i in 1..1000 return i)")}'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    asks = decision("d1", literal("for i in 1..30 return f(i)"), requires=knows("f"))
    with pytest.raises(FeelLimitExceeded):
        model(function + asks).evaluate("d1", {}, now=None)


def test_the_rules_of_a_table_are_paid_each_time_it_is_asked():
    rows = [[f"< {n}", "1"] for n in range(800)]
    rules = table({"n": "number"}, rows, policy="FIRST")
    function = (
        '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>'
        f'<formalParameter name="n"/>{rules}</encapsulatedLogic></businessKnowledgeModel>'
    )
    once = decision("once", literal("count(for i in 1..20 return f(i))"), requires=knows("f"))
    often = decision("often", literal("count(for i in 1..400 return f(i))"), requires=knows("f"))
    loaded = model(function + once + often)
    assert loaded.evaluate("once", {}, now=None).value == 20
    with pytest.raises(FeelLimitExceeded):
        loaded.evaluate("often", {}, now=None)


def test_allowed_values_are_paid_from_the_same_budget():
    item = (
        '<itemDefinition name="tSlow" isCollection="true"><typeRef>number</typeRef>'
        "<allowedValues><text>count(for i in 1..1000 return i + ?) = "
        "1000</text></allowedValues></itemDefinition>"
    )
    loaded = model(
        item
        + input_data("many", "tSlow")
        + decision("d1", literal("count(many)"), requires=needs("many"))
    )
    assert loaded.evaluate("d1", {"many": [1, 2]}, now=None).value == 2
    with pytest.raises(FeelLimitExceeded):
        loaded.evaluate("d1", {"many": list(range(40))}, now=None)


LONG = "{" + ", ".join(f"k{n}: 1" for n in range(2000)) + "}"


@pytest.mark.parametrize(
    "text",
    [
        # values that share their parts: as trees they would have 2 ** 60 leaves
        (
            "{a: for i in 1..60 return [partial, partial], b: for i in 1..60 return [partial, "
            "partial], r: a = b}.r"
        ),
        "{a: for i in 1..60 return [partial, partial], b: for i in 1..60 return [partial, partial],"
        " r: list contains([a], b)}.r",
        # rounds are paid by the size of what they repeat, calls by the size of what they are given
        f"count(for i in 1..200 return {LONG})",
        f"count((for i in 1..200 return i)[{LONG} != item])",
        f"some i in 1..200 satisfies {LONG} = i",
        "{all: for i in 1..8000 return i, r: count(for i in 1..100 return sum(all))}.r",
        (
            '{t: string join(for i in 1..900 return "0123456789", ""), r: for i in 1..999 return '
            'contains(t, "x")}.r'
        ),
        "{f: function(n) if n = 0 then 0 else f(n - 1) + f(n - 1), r: f(40)}.r",
        "count(for i in 1..2000 return [i, partial])",
    ],
)
def test_work_that_hides_in_few_rounds_is_counted(text: str):
    with pytest.raises(FeelLimitExceeded):
        compile_expression(text).evaluate({})


def test_a_value_is_equal_to_itself_however_it_is_built():
    assert (
        compile_expression("{a: for i in 1..60 return [partial, partial], r: a = a}.r").evaluate({})
        is True
    )
