"""Scenario files: the shipped ones go as they say, and a wrong one says where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from service.cli import main
from service.definitions import shipped_files
from service.engine import load_bundle, migrate
from service.errors import InvalidInput
from service.scenarios import cover, parse_scenario, read_scenarios, run_scenario
from service.scenarios.case import VirtualCase

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "processes" / "scenarios"
SHIPPED = read_scenarios(FOLDER)
ORDINARY = (FOLDER / "ordinary.answers.json").read_bytes()


@pytest.fixture(scope="module")
def bundle():
    return load_bundle(shipped_files())


@pytest.mark.parametrize("scenario", SHIPPED, ids=lambda scenario: Path(scenario.file).stem)
def test_the_shipped_procedure_goes_as_the_scenario_says(bundle, scenario):
    assert run_scenario(bundle, scenario).problems == ()


def play(bundle, **parts):
    text = {"name": "one", "answersFrom": "ordinary.answers.json", **parts}
    scenario = parse_scenario(
        "one.scenario.json", json.dumps(text).encode(), beside=lambda name: ORDINARY
    )
    return run_scenario(bundle, scenario)


FINISH = [{"do": "assess-facts"}, {"finish": "all"}]


@pytest.mark.parametrize(
    ("then", "said"),
    [
        (
            {"end": ["archived-deadlock"]},
            "end: expected ['archived-deadlock'], found ['archived-satisfied']",
        ),
        ({"never": ["collect-evidence"]}, "never: collect-evidence was come to"),
        (
            {"path": ["write-reply", "collect-evidence"]},
            "path: expected collect-evidence (in the order given)",
        ),
        (
            {"letters": ["acknowledgement"]},
            "letters: expected ['acknowledgement'], found ['acknowledgement', 'outcome'",
        ),
        ({"open": ["write-reply"]}, "open: expected the tasks ['write-reply'], found []"),
        ({"status": "open"}, "status: expected open, found archived"),
        ({"waits": ["no-answer"]}, "waits: nothing waits at no-answer; open: nothing"),
        ({"variables": {"round": 7}}, "variables: round: expected 7, found"),
        ({"decisions": {"unknown": 1}}, "decisions: unknown was not asked"),
        (
            {"decisions": {"severity": {"severity": "P9"}}},
            "decisions: severity: expected {'severity': 'P9'}, found",
        ),
    ],
)
def test_what_was_to_be_seen_and_was_not_is_said(bundle, then, said):
    problems = play(bundle, when=FINISH, then=then).problems
    assert len(problems) == 1
    assert problems[0].startswith(said)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            [{"do": "write-reply"}],
            "when[1] do write-reply: write-reply is not open; open: assess-facts",
        ),
        (
            [{"message": "unheard"}],
            "when[1] message unheard: nothing waits for the message unheard",
        ),
        (
            [{"wait": "soon"}],
            "when[1] wait soon: expected a duration such as PT2H or P3D, got 'soon'",
        ),
        (
            [{"do": "assess-facts", "answer": {"groupSize": "many"}}],
            "when[1] do assess-facts: the form refuses /groupSize",
        ),
    ],
)
def test_a_step_that_cannot_happen_is_named(bundle, steps, said):
    problems = play(bundle, when=steps).problems
    assert problems[0].startswith(said)


def test_four_eyes_hold_in_scenarios_too(bundle):
    answers = {
        "propose-solution": {
            "outcome": "upheld",
            "remedies": ["compensation"],
            "compensationAmount": 30_000,
            "reason": "It was wrong.",
        }
    }
    steps = [
        *(
            {"do": each}
            for each in (
                "assess-facts",
                "assign-investigator",
                "first-contact",
                "plan-investigation",
            )
        ),
        *({"do": each} for each in ("collect-evidence", "write-report")),
        {"do": "propose-solution", "by": "lin"},
        {"do": "approve-solution", "by": "lin"},
    ]
    problems = play(bundle, answers=answers, when=steps).problems
    assert "four eyes: lin did propose-solution" in problems[0]


def test_time_passes_by_itself_and_timers_fire_on_the_way(bundle):
    result = play(bundle, when=[*FINISH[:1], {"do": "assign-investigator"}, {"wait": "P9D"}])
    assert "contact-late" in result.path
    assert result.problems == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "expected JSON"),
        ("[]", "expected the file to be an object, got list"),
        ("{}", "expected a name"),
        ('{"name": "x", "wen": []}', "the file has wen"),
        ('{"name": "x", "when": [{"do": "a", "job": "b"}]}', "expected one of"),
        ('{"name": "x", "given": {"at": "2026-03-02"}}', "expected a time with its zone"),
        (
            '{"name": "x", "answersFrom": "../secret"}',
            "expected the name of a file in the same folder",
        ),
    ],
)
def test_a_file_that_is_wrong_says_where(text, said):
    with pytest.raises(InvalidInput, match=r"one\.scenario\.json") as wrong:
        parse_scenario("one.scenario.json", text.encode())
    assert said in wrong.value.message


def test_coverage_counts_what_scenarios_came_to(bundle):
    none = cover(bundle, [])
    assert not none.complete
    assert len(none.missed()["rules"]) > 30
    some = cover(bundle, [run_scenario(bundle, scenario) for scenario in SHIPPED])
    own = [each for each in SHIPPED if each.process == "complaint"]
    assert some.elements["complaint", "complaint-registered"] == len(own) > 40
    assert {kind: missed for kind, missed in some.missed().items() if missed} == {}
    assert some.complete


def test_the_command_paints_what_was_covered(tmp_path):
    done = CliRunner().invoke(
        main, ["test", str(ROOT / "processes"), str(ROOT / "forms"), "--pictures", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    assert f"{len(SHIPPED)} scenarios, 0 failed" in done.output
    picture = (tmp_path / "complaint.svg").read_text()
    assert "done" in picture
    assert picture.startswith("<svg")


def edited(files):
    """The shipped procedure with one more step behind the first task of each sheet, and a reminder
    on it."""
    changed = dict(files)
    for path, content in files.items():
        if not path.endswith(".bpmn"):
            continue
        root = etree.fromstring(content)
        task = next(iter(root.iter("{*}userTask")), None)
        if task is None:
            continue
        process, key = task.getparent(), task.get("id")
        flow = next(
            each for each in process.iterfind("{*}sequenceFlow") if each.get("sourceRef") == key
        )
        flow.set("sourceRef", f"after-{key}")
        for each in task.iterfind("{*}outgoing"):
            task.remove(each)
        name = etree.QName(process).namespace
        etree.SubElement(process, f"{{{name}}}task", id=f"after-{key}")
        etree.SubElement(
            process,
            f"{{{name}}}sequenceFlow",
            id=f"to-{key}",
            sourceRef=key,
            targetRef=f"after-{key}",
        )
        event = etree.SubElement(
            process,
            f"{{{name}}}boundaryEvent",
            id=f"late-{key}",
            attachedToRef=key,
            cancelActivity="false",
        )
        timer = etree.SubElement(event, f"{{{name}}}timerEventDefinition")
        etree.SubElement(timer, f"{{{name}}}timeDuration").text = "P300D"
        changed[path] = etree.tostring(root)
    return changed


WALKS = [each for each in SHIPPED if len(each.steps) > 1 and "authority-" not in each.file][:8]
"""Those that go some way: moving each of them before each of its commands takes long."""


@pytest.mark.parametrize("scenario", WALKS, ids=lambda scenario: Path(scenario.file).stem)
def test_at_every_state_of_the_procedure_a_case_goes_on_in_an_edited_version(bundle, scenario):
    """Every scenario, moved to the edited version before each of its tasks in turn, ends where it
    was to end."""
    new = load_bundle(edited(shipped_files()))
    moment = 0
    while True:
        moved, result = _moved_at(bundle, new, scenario, moment)
        assert result.problems == ()
        if not moved:
            break
        moment += 1
    assert moment > 0


def _moved_at(bundle, new, scenario, moment):
    """Play a scenario to its end; before the command of that number the case goes on in the new
    version."""
    seen = {"commands": 0, "moved": False}
    send = VirtualCase.send

    def sending(case, command):
        if seen["commands"] == moment + 1 and case.state is not None:
            done = migrate(case.bundle, new, case.state, {}, now=case.now)
            case.bundle, case.state = new, done.step.state
            for change in done.step.changes:
                case.open[change.id] = change
            seen["moved"] = True
        seen["commands"] += 1
        send(case, command)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VirtualCase, "send", sending)
        result = run_scenario(bundle, scenario)
    return seen["moved"], result
