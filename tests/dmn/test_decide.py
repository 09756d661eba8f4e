"""`redress decide`: what it prints, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.decide import decide
from tests.kit.dmn_samples import decision, definitions, input_data, literal, needs, table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    logic = table({"amount": "number"}, [["<= 10", '"low"'], ["> 10", '"high"']])
    path = tmp_path / "size.dmn"
    path.write_bytes(
        definitions(
            input_data("amount", "number") + decision("size", logic, requires=needs("amount"))
        )
    )
    return path


def test_text_shows_the_result_the_rule_and_the_inputs(file: Path):
    result = CliRunner().invoke(decide, [str(file), "size", "--input", '{"amount": 12}'])
    assert result.exit_code == 0
    assert 'result: "high"' in result.output
    assert "rule 2 matches: amount [> 10]" in result.output
    assert "input amount = 12" in result.output


def test_a_null_is_explained(file: Path):
    result = CliRunner().invoke(decide, [str(file), "size", "--input", '{"amount": "many"}'])
    assert "result: null" in result.output
    assert "why null:" in result.output
    assert "must be number" in result.output


def test_why_null_says_where_in_the_text_which_function_and_which_types(tmp_path: Path):
    path = tmp_path / "m.dmn"
    path.write_bytes(definitions(decision("d1", literal('"a" +\n  upper case(12)'))))
    shown = CliRunner().invoke(decide, [str(path), "d1"]).output
    assert "upper case: 'string' must be a string, not number" in shown
    assert 'in "\\"a\\" +\\n  upper case(12)", line 2, column 3' in shown
    assert "upper case of number" in shown
    assert "+ of string, null" in shown
    answer = json.loads(CliRunner().invoke(decide, [str(path), "d1", "--format", "json"]).output)
    first = answer["reasons"][0]
    assert (first["decision"], first["line"], first["column"]) == ("d1", 2, 3)
    assert (first["function"], first["argumentTypes"]) == ("upper case", ["number"])


def test_json_is_the_whole_answer(file: Path):
    result = CliRunner().invoke(
        decide, [str(file), "size", "--input", '{"amount": 1}', "--format", "json"]
    )
    answer = json.loads(result.output)
    assert answer["value"] == "low"
    assert answer["trace"][0]["matchedRules"][0]["ruleIndex"] == 1


def test_errors_are_one_line(file: Path):
    result = CliRunner().invoke(decide, [str(file), "none"])
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert CliRunner().invoke(decide, [str(file), "size", "--input", "[1]"]).exit_code == 2
