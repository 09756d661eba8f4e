"""The verification of decision tables: what is found, with which example."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from service.dmn import check_model
from service.dmn.gaps import find_uncovered
from service.errors import Problem, Severity
from tests.kit.dmn_samples import decision, definitions, input_data, needs, table


def check(logic: str, **inputs: str) -> list[Problem]:
    body = "".join(input_data(name, kind) for name, kind in inputs.items())
    return check_model(
        definitions(body + decision("d1", logic, requires=needs(*inputs))), file="c.dmn"
    )


def codes(problems: list[Problem]) -> list[str]:
    return [each.code for each in problems]


def test_a_sound_table_has_no_problem():
    rows = [["< 10", '"a"'], ["[10..20]", '"b"'], ["> 20", '"c"']]
    assert check(table({"n": "number"}, rows), n="number") == []


def test_an_overlap_under_unique_is_an_error_with_an_example():
    (problem,) = check(table({"n": "number"}, [["<= 10", "1"], [">= 10", "2"]]), n="number")
    assert (problem.code, problem.severity, problem.element) == (
        "dmn-table-overlap",
        Severity.ERROR,
        "r2",
    )
    assert "Rules 1 and 2 both match" in problem.message
    assert '{"n": 10}' in problem.message


def test_overlaps_under_any_matter_only_where_outputs_differ():
    assert (
        check(table({"n": "number"}, [["<= 10", "1"], ["-", "1"]], policy="ANY"), n="number") == []
    )
    problems = check(table({"n": "number"}, [["<= 10", "1"], ["-", "2"]], policy="ANY"), n="number")
    assert codes(problems) == ["dmn-table-overlap"]


def test_a_gap_is_a_warning_with_an_example_unless_there_is_a_default():
    rows = [["<= 10", "1"], ["> 11", "2"]]
    (problem,) = check(table({"n": "number"}, rows), n="number")
    assert (problem.code, problem.severity) == ("dmn-table-gap", Severity.WARNING)
    assert '{"n": 10.5}' in problem.message
    default = "<defaultOutputEntry><text>0</text></defaultOutputEntry>"
    assert check(table({"n": "number"}, rows, output=default), n="number") == []
    assert check(table({"n": "number"}, rows, policy="COLLECT"), n="number") == []


def test_two_columns_texts_and_booleans():
    rows = [['"A"', "true", "1"], ['"A"', "false", "2"], ['not("A")', "-", "3"]]
    assert check(table({"s": "string", "b": "boolean"}, rows), s="string", b="boolean") == []
    (problem,) = check(table({"s": "string", "b": "boolean"}, rows[::2]), s="string", b="boolean")
    assert '{"s": "A", "b": false}' in problem.message


def test_allowed_values_bound_the_gaps():
    rows = [['"A"', "1"], ['"B"', "2"]]
    assert codes(check(table({"s": "string"}, rows), s="string")) == ["dmn-table-gap"]
    allowed = '<inputValues><text>"A","B"</text></inputValues></input>'
    assert check(table({"s": "string"}, rows).replace("</input>", allowed), s="string") == []


def test_dates_are_whole_days():
    rows = [['<= date("2026-01-31")', "1"], ['>= date("2026-02-01")', "2"]]
    assert check(table({"d": "date"}, rows), d="date") == []
    rows[1][0] = '>= date("2026-02-03")'
    (problem,) = check(table({"d": "date"}, rows), d="date")
    assert "2026-02-01" in problem.message


def test_a_rule_behind_others_is_unreachable_under_first():
    rows = [["<= 10", "1"], ["> 5", "2"], ["[0..20]", "3"]]
    (problem,) = check(table({"n": "number"}, rows, policy="FIRST"), n="number")
    assert (problem.code, problem.element) == ("dmn-rule-unreachable", "r3")
    assert 'for example rule 1 takes {"n": 0}' in problem.message


def test_a_rule_outside_of_the_allowed_values_says_what_it_asks_for():
    rows = [['"A"', "1"], ['"B"', "2"], ['"C"', "3"]]
    allowed = '<inputValues><text>"A","B"</text></inputValues></input>'
    (problem,) = check(table({"s": "string"}, rows).replace("</input>", allowed), s="string")
    assert (problem.code, problem.element) == ("dmn-rule-unreachable", "r3")
    assert 'it asks for "C", which is none' in problem.message


def test_what_is_not_analysed_is_said_and_not_guessed():
    rows = [["> limit", "1"], ["<= 10", "2"]]
    problems = check(table({"n": "number"}, rows), n="number", limit="number")
    assert codes(problems) == ["dmn-not-analysed"]
    assert "'> limit'" in problems[0].message


def test_types_of_cells():
    problems = check(
        table({"n": "number"}, [['"ten"', "1"], ["-", "2"]], policy="FIRST"), n="number"
    )
    assert "dmn-cell-type" in codes(problems)
    typed = table({"n": "number"}, [["-", '"x"']]).replace(
        '<output id="o">', '<output id="o" typeRef="number">'
    )
    assert codes(check(typed, n="number")) == ["dmn-cell-type"]


MASKS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 7)), max_size=6)


@settings(max_examples=200, deadline=None)
@given(MASKS)
def test_the_search_for_gaps_agrees_with_trying_every_point(boxes: list[tuple[int, int, int]]):
    space = (7, 7, 7)
    points = itertools.product(range(3), repeat=3)
    bare = [
        point
        for point in points
        if not any(
            all(mask >> at & 1 for mask, at in zip(box, point, strict=True)) for box in boxes
        )
    ]
    found = find_uncovered(space, boxes, limit=1)
    assert bool(found) == bool(bare)
    assert all(point in bare for point in found)
