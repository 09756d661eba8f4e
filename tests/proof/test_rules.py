"""Procedure rules: each one keeps what it says, on a diagram that keeps it and on one that breaks
it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.definitions import shipped_files
from service.engine.parts import read_parts
from service.errors import Severity
from service.operations import prove_bundle
from service.policy import load_profile
from service.proof import (
    Verb,
    check_deadlines,
    limits_on,
    moments_on,
    play,
    prove,
    prove_rules,
    read_rules,
)
from service.proof.rule_files import SUFFIX, select
from tests.kit.clock import NOW
from tests.kit.drawing import draw
from tests.proof.ruled import RULED

ROOT = Path(__file__).parents[2]
FILES = {
    path.as_posix(): path.read_bytes() for path in (ROOT / "processes" / "rules").glob("*.json")
}
RULES = {rule.name: rule for rule in read_rules(FILES)[0]}
LIMITS = limits_on(NOW, {})
WORDS = ("first", "then", "unless")


def processes_of(*drawings):
    parts, problems = read_parts({f"{at}.bpmn": draw(text) for at, text in enumerate(drawings)})
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    return parts.processes


def verdict(processes, name):
    """Of the words of the rule, those that the small diagram has: it draws one case of it, not all
    of them."""
    rule = RULES[name]
    parts = {
        key: tuple(word for word in getattr(rule, key) if select(processes, word)) for key in WORDS
    }
    assert parts["first"]
    (found,) = prove_rules(processes, [replace(rule, **parts)], limit_of=LIMITS)
    return found


def test_a_rule_has_one_name_in_four_places():
    """Its file, a diagram that keeps it and one that breaks it, and a paragraph; this test is the
    fourth for each."""
    paragraphs = re.findall(
        r"^### `([\w-]+)`", (ROOT / "docs" / "rules.md").read_text(), re.MULTILINE
    )
    assert sorted(RULES) == sorted(RULED) == sorted(paragraphs)
    assert len(RULES) == len(FILES)


def test_the_shipped_procedure_keeps_every_rule():
    proofs = prove_bundle(shipped_files(), profile=load_profile("TW-FCPA"), now=NOW)
    assert sorted(each.rule.name for each in proofs.rules) == sorted(RULES)
    assert [problem for problem in proofs.problems if problem.severity is Severity.ERROR] == []


@pytest.mark.parametrize("name", RULED)
def test_a_diagram_that_keeps_the_rule_passes(name):
    found = verdict(processes_of(RULED[name][0]), name)
    assert found.holds, found.problems


@pytest.mark.parametrize("name", RULED)
def test_a_diagram_that_breaks_it_fails_with_a_path_that_the_engine_goes(name):
    processes = processes_of(RULED[name][1])
    found = verdict(processes, name)
    assert {problem.code for problem in found.problems} == {"rule-broken"}
    assert all(RULES[name].clause in problem.message for problem in found.problems)
    for path in found.paths:
        played = play(processes, path, prove(processes).finish)
        assert (played.lost, played.error) == ("", None)
        done = [move.element for move in path if move.verb in (Verb.DONE, Verb.PASS, Verb.EVENT)]
        assert set(done) <= set(played.entered)


def rule(**parts):
    text = {"title": "One", "clause": "S1", "rule": "existence", "first": "assess", **parts}
    return {f"processes/rules/one{SUFFIX}": json.dumps(text).encode()}


def test_a_rule_that_names_no_element_is_an_error():
    rules, _ = read_rules(rule(first=["assess", "nowhere", "job:none"]))
    (found,) = prove_rules(processes_of(RULED["closed-once"][0]), rules, limit_of=LIMITS)
    assert [(p.code, p.element, p.severity) for p in found.problems] == [
        ("rule-names-no-element", "nowhere", Severity.ERROR),
        ("rule-names-no-element", "job:none", Severity.ERROR),
    ]
    rules, _ = read_rules(rule(process="other"))
    (found,) = prove_rules(processes_of(RULED["closed-once"][0]), rules, limit_of=LIMITS)
    assert [problem.code for problem in found.problems] == ["rule-names-no-process"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"rule": "sometimes"}, "expected a rule out of existence, absence"),
        ({"rule": "response"}, "needs first and then"),
        ({"then": "x"}, "needs first alone"),
        ({"limit": "P3D"}, "a limit goes with the rule 'within'"),
        ({"clause": ""}, "expected a text under 'clause'"),
        ({"fist": "x"}, "got fist"),
        ({"first": [1]}, "expected an element"),
    ],
)
def test_a_rule_file_that_is_wrong_says_so(parts, said):
    rules, problems = read_rules(rule(**parts))
    assert rules == []
    assert [problem.code for problem in problems] == ["rule-unreadable"]
    assert said in problems[0].message


def test_past_the_cap_a_rule_is_not_proved():
    rules, _ = read_rules(rule())
    (found,) = prove_rules(processes_of(RULED["closed-once"][0]), rules, limit_of=LIMITS, cap=2)
    assert [(problem.code, problem.severity) for problem in found.problems] == [
        ("rule-not-proved", Severity.WARNING)
    ]


def test_what_happens_in_called_processes_counts():
    outer = """process complaint {
      startEvent start
      callActivity work calls=inner
      serviceTask archive job=redress.archive
      endEvent end
      start -> work -> archive -> end
    }"""
    inner = """process inner {
      startEvent begin
      exclusiveGateway which
      userTask assess
      endEvent over
      begin -> which
      which -> assess if x = 1
      which -> over default
      assess -> over
    }"""
    rules, _ = read_rules(rule(rule="precedence", first="assess", then="job:redress.archive"))
    (found,) = prove_rules(processes_of(outer, inner), rules, limit_of=LIMITS)
    assert [problem.code for problem in found.problems] == ["rule-broken"]
    (kept,) = prove_rules(
        processes_of(outer, inner.replace("which -> over default", "which -> assess default")),
        rules,
        limit_of=LIMITS,
    )
    assert kept.holds


STEPS = """process complaint {
  startEvent start
  userTask assess DUE
  userTask answer
  boundaryEvent late on=answer timer=P20D interrupting=no
  userTask chase
  endEvent end
  start -> assess -> answer -> end
  late -> chase
}"""


@pytest.mark.parametrize(("due", "days"), [("due=P5D", None), ("due=P15D", 35), ("", 0)])
def test_the_limits_of_the_steps_add_up(due, days):
    found = check_deadlines(
        processes_of(STEPS.replace("DUE", due)),
        process_id="complaint",
        clock="final response",
        statutory=timedelta(days=30),
        limit_of=LIMITS,
    )
    if days is None:
        assert found == []
        return
    assert [problem.code for problem in found] == ["deadline-not-guarded"]
    assert (f"{days} days" if days else "for ever") in found[0].message
    assert found[0].path == (("assess", "answer") if days else ("assess",))


def test_a_timer_around_the_steps_guards_them_all():
    whole = """process complaint {
      startEvent start
      subProcess work {
        startEvent begin
        userTask assess
        userTask answer
        exclusiveGateway again
        endEvent over
        begin -> assess -> answer -> again
        again -> assess if x = 1
        again -> over default
      }
      boundaryEvent late on=work timer=P20D interrupting=no
      userTask chase
      endEvent end
      start -> work -> end
      late -> chase
    }"""
    arguments = {"process_id": "complaint", "clock": "final response", "limit_of": LIMITS}
    assert check_deadlines(processes_of(whole), statutory=timedelta(days=30), **arguments) == []
    (found,) = check_deadlines(
        processes_of(whole.replace("P20D", "P40D")), statutory=timedelta(days=30), **arguments
    )
    assert "40 days" in found.message


def test_time_counts_until_the_clock_is_met():
    letter = STEPS.replace("DUE", "due=P15D").replace(
        "userTask answer", 'userTask answer prop.meets="plan, final response"'
    )
    arguments = {"process_id": "complaint", "clock": "final response", "limit_of": LIMITS}
    whole = letter.replace("answer -> end", "answer -> asked -> end").replace(
        "endEvent end", "userTask asked\nendEvent end"
    )
    assert "asked" in whole
    assert check_deadlines(processes_of(whole), statutory=timedelta(days=35), **arguments) == []
    assert check_deadlines(processes_of(whole), statutory=timedelta(days=34), **arguments) != []


def test_a_loop_is_endless_only_while_the_clock_runs():
    loop = """process complaint {
      startEvent start
      userTask answer due=P5D MEETS
      exclusiveGateway again
      endEvent end
      start -> answer -> again
      again -> answer if x = 1
      again -> end default
    }"""
    arguments = {"process_id": "complaint", "clock": "final response", "limit_of": LIMITS}
    met = loop.replace("MEETS", 'prop.meets="final response"')
    assert check_deadlines(processes_of(met), statutory=timedelta(days=30), **arguments) == []
    (found,) = check_deadlines(
        processes_of(loop.replace("MEETS", "")), statutory=timedelta(days=30), **arguments
    )
    assert "for ever" in found.message


def test_timers_of_one_moment_do_not_add_up():
    steps = """process complaint {
      startEvent start
      userTask assess
      userTask answer
      boundaryEvent early on=assess date=2026-03-22T02:00:00Z interrupting=no
      boundaryEvent late on=answer date=2026-03-22T02:00:00Z interrupting=no
      userTask chase
      endEvent end
      start -> assess -> answer -> end
      early -> chase
      late -> chase
    }"""
    processes = processes_of(steps)
    arguments = {"process_id": "complaint", "clock": "final response", "limit_of": LIMITS}
    assert (
        check_deadlines(
            processes, statutory=timedelta(days=20), moment_of=moments_on(NOW, {}), **arguments
        )
        == []
    )
    (found,) = check_deadlines(
        processes, statutory=timedelta(days=19), moment_of=moments_on(NOW, {}), **arguments
    )
    assert "20 days" in found.message
    (found,) = check_deadlines(processes, statutory=timedelta(days=30), **arguments)
    assert "40 days" in found.message


@pytest.mark.parametrize(("timer", "holds"), [("P3D", True), ("P9D", False)])
def test_within_a_deadline_means_that_a_timer_of_it_always_runs(timer, holds):
    process = f"""process complaint {{
      startEvent start
      userTask assess
      userTask answer
      boundaryEvent late on=answer timer={timer} interrupting=no
      userTask chase
      endEvent end
      start -> assess -> answer -> end
      late -> chase
    }}"""
    rules, _ = read_rules(rule(rule="within", first="assess", then="answer", limit="P5D"))
    (found,) = prove_rules(processes_of(process), rules, limit_of=LIMITS)
    assert found.holds is holds or found.paths
    assert [problem.code for problem in found.problems] == ([] if holds else ["rule-broken"])
