"""Every form a diagram refers to is there, is a valid closed schema, and speaks both languages."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from lxml import etree

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / "forms").glob("*.form.json"))
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"


def test_the_diagrams_forms_are_all_there_and_none_is_left_over() -> None:
    asked = {
        node.get("formId")
        for path in (ROOT / "processes").glob("*.bpmn")
        for node in etree.parse(path).iter(f"{ZEEBE}formDefinition")
    }
    assert {path.name.removesuffix(".form.json") for path in FORMS} == asked | {"registration"}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_form(path: Path) -> None:
    form = json.loads(path.read_text(encoding="utf-8"))
    schema, ui = form["schema"], form["uiSchema"]
    jsonschema_rs.Draft202012Validator.check_schema(schema) if hasattr(
        jsonschema_rs.Draft202012Validator, "check_schema"
    ) else jsonschema_rs.Draft202012Validator(schema)
    assert path.name == f"{form['id']}.form.json"
    assert all(form["title"][language] for language in ("en", "zh-Hant", "zh-Hans"))
    assert schema["additionalProperties"] is False
    assert ui["ui:order"] == list(schema["properties"])
    assert set(schema["required"]) <= set(schema["properties"])
    for name, field in schema["properties"].items():
        assert field["title"] and ui[name]["ui:title:zh-Hant"] and ui[name]["ui:title:zh-Hans"]
        assert field["type"] != "string" or "maxLength" in field or "enum" in field
        options = field.get("enum") or field.get("items", {}).get("enum")
        if options:
            assert (
                len(options)
                == len(ui[name]["ui:enumNames"])
                == len(ui[name]["ui:enumNames:zh-Hant"])
                == len(ui[name]["ui:enumNames:zh-Hans"])
            )
