"""A browser's fields become a typed answer, and a form's schema becomes controls."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from service.web.answers import answer_of
from service.web.forms import Look, fields_of

TAIPEI = ZoneInfo("Asia/Taipei")
FORM: dict[str, Any] = {
    "schema": {
        "required": ["parts", "sure"],
        "properties": {
            "parts": {"type": "array", "items": {"enum": ["a", "b"]}},
            "sure": {"type": "boolean", "const": True},
            "open": {"type": "boolean"},
            "count": {"type": "integer"},
            "amount": {"type": "number"},
        },
    },
    "uiSchema": {"sure": {"ui:widget": "checkbox", "ui:title:zh-Hant": "確認"}},
}


def answer(**sent: str) -> dict[str, Any]:
    return answer_of(FORM, MultiDict(sent), zone=TAIPEI)


def test_what_was_left_empty_is_left_out_but_for_what_cannot_be_sent() -> None:
    assert answer(count="  ") == {"parts": [], "sure": False}


def test_values_get_their_types() -> None:
    typed = answer(parts="a", sure="true", open="false", count="3", amount="12.5")
    assert typed == {"parts": ["a"], "sure": True, "open": False, "count": 3, "amount": 12.5}


@pytest.mark.parametrize("text", ["many", "1e999", "nan", "9" * 5000, "-1e400"])
def test_what_is_no_number_is_left_for_the_schema_to_refuse(text: str) -> None:
    assert answer(count=text)["count"] == text
    assert answer(amount=text)["amount"] == text


def test_errors_and_labels_speak_the_language() -> None:
    fields = fields_of(FORM, Look({}, {"/sure": "true was expected"}, "zh-Hant", TAIPEI))
    sure = next(field for field in fields if field.name == "sure")
    assert (sure.label, sure.error, sure.widget) == ("確認", "須確認此項。", "tick")
