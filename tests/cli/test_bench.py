"""The measuring core takes turns and reports medians; `redress bench feel` measures only who
answers right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from service.bench import baselines
from service.bench.decision_table import CASES, INPUTS, RULES, table_xml
from service.bench.race import Absent, Clock, Contestant, Rounds, race, spread
from service.cli import main
from service.dmn import check_model

SHORT = ["bench", "feel", "--rounds", "1", "--seconds", "0.001"]


def test_contestants_take_turns_in_a_rotating_order() -> None:
    order: list[str] = []

    def worker(name: str) -> Any:
        def work(times: int) -> None:
            order.append(name)
            sum(range(20_000 * times))

        return work

    found = race(
        "turns", [Contestant(name, worker(name)) for name in "abc"], rounds=Rounds(4, 1e-5)
    )
    assert "".join(order[-12:]) == "abcbcacababc"
    assert found.results[0].ratio.median == 1.0
    assert [each.operations for each in found.results] == [4, 4, 4]


def test_the_ratio_shows_who_does_less() -> None:
    contestants = [
        Contestant("light", lambda times: [sum(range(2_000)) for _ in range(times)] and None),
        Contestant("heavy", lambda times: [sum(range(40_000)) for _ in range(times)] and None),
    ]
    found = race("weights", contestants, rounds=Rounds(5, 0.002), clock=Clock.CORE)
    light, heavy = found.results
    assert heavy.ratio.median < 0.5
    assert light.core.median > heavy.core.median


def test_a_target_is_held_against_the_first_contestant() -> None:
    slow = [Contestant("slow", lambda times: [sum(range(10_000)) for _ in range(times)] and None)]
    assert not race("missed", slow, rounds=Rounds(1, 0.001), target=1e12).met
    assert race("met", slow, rounds=Rounds(1, 0.001), target=0.001).met
    assert race("none", slow, rounds=Rounds(1, 0.001)).met


def test_spread_leaves_a_tenth_out_at_each_end() -> None:
    found = spread([float(each) for each in range(1, 21)])
    assert (found.low, found.median, found.high) == (3.0, 10.5, 18.0)
    assert spread([5.0, 1.0, 3.0]) == type(found)(1.0, 3.0, 5.0)


def test_json_names_machine_versions_command_and_every_contestant() -> None:
    done = CliRunner().invoke(main, [*SHORT, "--format", "json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.output)
    assert answer["command"].startswith("redress ")
    assert answer["machine"].keys() == {"processor", "cores", "system", "load"}
    assert answer["versions"]["SpiffWorkflow"] == "3.2.0"
    plain, with_float, table = answer["races"]
    assert [each["name"] for each in plain["contestants"]][:2] == ["redress", "SpiffWorkflow"]
    assert [each["target"] for each in answer["races"]] == [500_000, 500_000, 20_000]
    assert all(each["perSecond"]["p10"] > 0 for each in plain["contestants"])
    assert {"redress", "SpiffWorkflow"} <= {each["name"] for each in with_float["contestants"]}
    assert table["absent"] == [{"name": "bkflow-feel", "reason": "it has no decision tables"}]


def test_text_shows_a_table_per_measurement() -> None:
    done = CliRunner().invoke(main, SHORT)
    assert done.exit_code == 0, done.output
    assert done.output.count("per core second") == 3
    assert "target for redress: 20,000 per second by a core's time" in done.output


def test_a_library_that_is_not_installed_is_said_to_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(baselines, "import_module", refuse)
    done = CliRunner().invoke(main, SHORT)
    assert done.exit_code == 0, done.output
    assert "absent: bkflow-feel: it is not installed" in done.output
    assert isinstance(baselines.bkflow_condition("1 > 0", {}), Absent)


def test_the_measured_table_is_whole_and_has_20_rules_and_4_inputs() -> None:
    assert (len(RULES), len(INPUTS)) == (20, 4)
    problems = check_model(table_xml(feel=True).encode(), file="bench.dmn")
    assert [each.code for each in problems if each.code == "dmn-table-overlap"] == []
    assert len({answer for _, answer in CASES}) == len(CASES)
