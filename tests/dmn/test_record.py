"""What the history keeps of a decision: enough to follow it, and never more than a few
kilobytes."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from service.dmn import DecisionResult, decision_record, load_model
from service.dmn.record import MAX_BYTES
from tests.kit.dmn_samples import (
    decision,
    definitions,
    input_data,
    literal,
    needs,
    needs_decision,
    table,
)


def evaluate(body: str, name: str, inputs: dict[str, Any]) -> DecisionResult:
    return load_model(definitions(body), file="r.dmn").evaluate(name, inputs, now=None)


def test_the_rules_their_cells_the_inputs_and_every_result_are_kept():
    rows = [["<= 10", "-", '"low"'], ["> 10", "true", '"high"'], ["> 10", "false", '"middle"']]
    body = (
        input_data("amount", "number")
        + input_data("urgent", "boolean")
        + decision(
            "size",
            table({"amount": "number", "urgent": "boolean"}, rows),
            requires=needs("amount", "urgent"),
        )
        + decision("said", literal('"it is " + size'), requires=needs_decision("size"))
    )
    record = decision_record(evaluate(body, "said", {"amount": 12.5, "urgent": True}))
    assert record == {
        "result": "it is high",
        "evaluated": [
            {
                "decision": "size",
                "name": "size",
                "inputs": {"amount": 12.5, "urgent": True},
                "rules": [
                    {"rule": "r2", "index": 2, "cells": {"amount": "> 10", "urgent": "true"}}
                ],
                "result": "high",
            },
            {
                "decision": "said",
                "name": "said",
                "inputs": {"size": "high"},
                "rules": [],
                "result": "it is high",
            },
        ],
        "reasons": [],
    }


def test_a_null_keeps_its_reason_and_place():
    record = decision_record(evaluate(decision("d1", literal("1 +\n upper case(2)")), "d1", {}))
    assert record["result"] is None
    assert record["reasons"][0] == {
        "decision": "d1",
        "element": "d1",
        "message": "upper case: 'string' must be a string, not number",
        "line": 2,
        "column": 2,
    }


def test_what_is_long_is_shortened_and_the_record_says_so():
    record = decision_record(
        evaluate(decision("d1", literal('string join(for i in 1..999 return "word")')), "d1", {})
    )
    assert record["result"] == "word" * 50 + "…"
    assert record["shortened"] is True
    assert "shortened" not in decision_record(evaluate(decision("d1", literal('"word"')), "d1", {}))


DEEP = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=400),
    lambda inner: (
        st.lists(inner, max_size=40) | st.dictionaries(st.text(max_size=50), inner, max_size=40)
    ),
    max_leaves=200,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([f"n{number}" for number in range(60)]), DEEP, max_size=60))
def test_it_is_never_larger_than_it_may_be(inputs: dict[str, Any]):
    names = [f"n{number}" for number in range(60)]
    body = "".join(input_data(name) for name in names) + decision(
        "d1", literal("[" + ", ".join(names) + "]"), requires=needs(*names)
    )
    record = decision_record(evaluate(body, "d1", inputs))
    assert len(orjson.dumps(record)) <= MAX_BYTES
