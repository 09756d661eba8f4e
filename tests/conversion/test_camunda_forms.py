"""Camunda forms come in and go out; what has no place is refused by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.conversion import FormRefused, export_form, import_form
from service.engine import check_bundle

FORM = {
    "type": "default",
    "id": "lost-card",
    "schemaVersion": 18,
    "components": [
        {"type": "text", "text": "# Lost card"},
        {
            "type": "group",
            "label": "Customer",
            "components": [
                {"type": "textfield", "key": "name", "label": "Name",
                 "validate": {"required": True, "maxLength": 80}},
                {"type": "textfield", "key": "mail", "validate": {"validationType": "email"}},
            ],
        },
        {"type": "textarea", "key": "story", "label": "What happened", "description": "In short"},
        {"type": "number", "key": "cards", "decimalDigits": 0, "validate": {"min": 1, "max": 9}},
        {"type": "checkbox", "key": "blocked", "label": "Blocked", "defaultValue": True},
        {"type": "radio", "key": "where", "values": [{"label": "Home", "value": "h"},
                                                     {"label": "Abroad", "value": "a"}]},
        {"type": "checklist", "key": "what", "values": [{"label": "Card", "value": "c"}]},
        {"type": "datetime", "subtype": "date", "key": "on", "dateLabel": "Day"},
        {"type": "button", "label": "Send", "action": "submit"},
    ],
}  # fmt: skip  # a row each


def test_a_form_comes_in_and_goes_out_the_same():
    found = import_form(FORM)
    assert not check_bundle({"forms/a.form.json": json.dumps(found).encode()})
    schema = found["schema"]
    assert schema["required"] == ["name"]
    assert list(schema["properties"]) == [
        "name", "mail", "story", "cards", "blocked", "where", "what", "on",
    ]  # fmt: skip  # a row
    assert schema["properties"]["cards"]["type"] == "integer"
    assert schema["properties"]["mail"]["format"] == "email"
    again = export_form(found)
    assert import_form(again)["schema"] == schema
    assert import_form(again)["uiSchema"] == found["uiSchema"]


@pytest.mark.parametrize(
    ("component", "named"),
    [
        ({"type": "iframe", "label": "Map", "key": "m"}, "Map"),
        ({"type": "dynamiclist", "label": "Rows", "path": "r"}, "Rows"),
        ({"type": "select", "key": "s", "valuesKey": "list"}, "valuesKey"),
        ({"type": "textfield", "key": "a", "conditional": {"hide": "=b"}}, "hidden"),
        ({"type": "textfield", "key": "a.b"}, "a.b"),
        ({"type": "number", "key": "n", "validate": {"min": "=least"}}, "=least"),
        ({"type": "group", "path": "inner", "label": "Inner", "components": []}, "Inner"),
    ],
)
def test_what_has_no_place_is_named(component, named):
    with pytest.raises(FormRefused) as refused:
        import_form({"id": "f", "components": [component]})
    assert named in refused.value.message


BROKEN = (
    None, [], {}, {"id": "x"}, {"components": []}, {"id": "x", "components": [1]},
    {"id": "x", "components": [{"type": "text"}] * 600},
)  # fmt: skip  # a table


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_form_is_refused(broken):
    with pytest.raises(FormRefused):
        import_form(broken)


def test_every_shipped_form_goes_out_and_back_or_says_why_not():
    carried = 0
    for path in sorted((Path(__file__).parents[2] / "forms").glob("*.form.json")):
        form = json.loads(path.read_text(encoding="utf-8"))
        try:
            out = export_form(form)
        except FormRefused as refused:
            assert len(refused.message) > 20
            continue
        carried += 1
        back = import_form(out)["schema"]
        for key, field in form["schema"]["properties"].items():
            assert back["properties"][key]["type"] == field["type"], path
    assert carried >= 3
