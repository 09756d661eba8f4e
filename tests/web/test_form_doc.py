"""The editor of forms changes what a person changes and nothing else: its own code, run in Node, on
every shipped form."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from service import tasks
from service.definitions import shipped_files

SOURCE = Path(__file__).parents[2] / "service" / "web" / "islands" / "src"
SCRIPT = Path(__file__).parent / "islands" / "forms.mjs"
FORMS = {path: text for path, text in shipped_files().items() if path.endswith(".form.json")}
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node")
EMPTY: dict[str, Any] = {
    "id": "card",
    "title": {"en": "Card"},
    "schema": {"type": "object", "additionalProperties": False, "properties": {}},
    "uiSchema": {},
}


def play(*plays: tuple[Any, list[list[Any]]]) -> list[dict[str, Any]]:
    """What the steps make of each form: its text as it is saved, and what each step gave."""
    lines = "\n".join(json.dumps({"form": form, "steps": steps}) for form, steps in plays)
    done = subprocess.run(
        ["node", str(SCRIPT), str(SOURCE)],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def changed(form: Any, *steps: list[Any]) -> dict[str, Any]:
    (found,) = play((form, list(steps)))
    assert not [each for each in found["given"] if isinstance(each, dict) and "error" in each]
    made: dict[str, Any] = json.loads(found["text"])
    return made


def test_opening_and_saving_leaves_every_shipped_form_as_it_is() -> None:
    reads = [
        (json.loads(text), [["namesOf"], *([["fieldOf", name] for name in fields_in(text)])])
        for text in FORMS.values()
    ]
    assert len(reads) > 40
    for (path, text), found in zip(FORMS.items(), play(*reads), strict=True):
        assert found["text"] == text.decode(), path
        assert not [each for each in found["given"] if "error" in each], path


def fields_in(text: bytes) -> list[str]:
    return list(json.loads(text)["schema"]["properties"])


def test_saying_again_what_is_said_changes_no_shipped_form() -> None:
    """Every field gets the title, help, choices and condition it has."""
    reads = [
        (json.loads(text), [["fieldOf", name] for name in fields_in(text)])
        for text in FORMS.values()
    ]
    again = []
    for (form, _), found in zip(reads, play(*reads), strict=True):
        steps: list[list[Any]] = []
        for field in found["given"]:
            name = field["name"]
            steps += [["putTitle", name, tag, text] for tag, text in field["titles"].items()]
            steps += [["putHelp", name, tag, text] for tag, text in field["helps"].items()]
            steps.append(["putKind", name, field["kind"]])
            if field["choices"]:
                steps.append(["putChoices", name, field["choices"]])
            if field["condition"]["text"]:
                condition = field["condition"]
                steps.append(["putCondition", name, condition["text"], condition["required"]])
        again.append((form, steps))
    for (form, _), found in zip(again, play(*again), strict=True):
        made = json.loads(found["text"])
        assert {**made, "schema": None} == {**form, "schema": None}
        for name in form["schema"]["properties"]:
            assert made["schema"]["properties"][name] == form["schema"]["properties"][name]
        assert tasks.list_conditional(made) == tasks.list_conditional(form)


def test_a_form_is_made_field_by_field() -> None:
    form = changed(
        EMPTY,
        ["add"],
        ["putTitle", "field1", "en", "Kind of loss"],
        ["rename", "field1", "kindOfLoss"],
        ["putKind", "kindOfLoss", "one of"],
        ["putChoices", "kindOfLoss", [{"value": "stolen", "en": "Stolen", "zh-Hant": "被竊"}]],
        ["putRequired", "kindOfLoss", True],
        ["add"],
        ["rename", "field1", "report"],
        ["putKind", "report", "long text"],
        ["putCondition", "report", 'kindOfLoss = "stolen"'],
        ["move", "report", 0],
    )
    assert form["schema"]["properties"] == {
        "kindOfLoss": {"type": "string", "title": "Kind of loss", "enum": ["stolen"]},
        "report": {"type": "string", "maxLength": 4000},
    }
    assert form["uiSchema"]["ui:order"] == ["report", "kindOfLoss"]
    assert tasks.list_required(form, {"kindOfLoss": "stolen"}) == {"kindOfLoss", "report"}
    assert tasks.list_hidden(form, {}) == {"report"}


CONDITIONS = [
    ('kind = "other"', {"kind": "other"}, {"kind": "lost"}),
    ('kind != "other"', {"kind": "lost"}, {"kind": "other"}),
    ('kind in ("a", "b")', {"kind": "b"}, {"kind": "c"}),
    ("sum >= 1000", {"sum": 1000}, {"sum": 999}),
    ("sum > 10 and sum < 20", {"sum": 11}, {"sum": 20}),
    ('kind = "this and that" and agreed = true', {"kind": "this and that", "agreed": True}, {}),
    ('list contains(ways, "mail")', {"ways": ["mail", "post"]}, {"ways": ["post"]}),
]


@pytest.mark.parametrize(("text", "holds", "fails"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
def test_a_condition_in_feel_is_held_to_and_read_back(
    text: str, holds: dict[str, Any], fails: dict[str, Any]
) -> None:
    properties: dict[str, Any] = {
        "kind": {"type": "string"},
        "sum": {"type": "number"},
        "agreed": {"type": "boolean"},
        "ways": {"type": "array", "items": {"type": "string"}},
        "why": {"type": "string"},
    }
    form = {**EMPTY, "schema": {**EMPTY["schema"], "properties": properties}}
    (found,) = play((form, [["putCondition", "why", text], ["conditionOf", "why"]]))
    made = json.loads(found["text"])
    assert "why" in tasks.list_required(made, holds) and "why" in tasks.list_hidden(made, fails)
    assert found["given"][1] == {"text": text, "own": False, "required": True}
    assert "allOf" not in changed(made, ["putCondition", "why", ""])["schema"]


def test_what_is_no_condition_is_refused_and_changes_nothing() -> None:
    properties = {"kind": {"type": "string"}, "why": {"type": "string"}}
    form = {**EMPTY, "schema": {**EMPTY["schema"], "properties": properties}}
    wrong = ["kind", 'kind == "a"', 'other = "a"', 'kind > "a"', "why = 1", "kind = null"]
    steps = [["putCondition", "why", text] for text in wrong]
    (found,) = play((form, steps))
    assert [each["error"] for each in found["given"]] == ["SyntaxError"] * len(wrong)
    assert json.loads(found["text"]) == form


def test_a_field_that_goes_takes_its_condition_and_its_name_along() -> None:
    form = json.loads(FORMS["forms/propose-solution.form.json"])
    for name in form["schema"]["properties"]:
        made = changed(form, ["remove", name])
        assert name not in made["schema"]["properties"]
        assert name not in made["schema"].get("required", ())
        assert name not in made["uiSchema"] and name not in made["uiSchema"]["ui:order"]
