"""docs/api.md says what is served, and what is served is in the description with its bodies and
answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from service.api.operation import OPERATIONS
from service.api.reference import render
from service.identity import Actor, Role

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_is_what_the_operations_say() -> None:
    assert PAGE.read_text("utf-8") == render(), "run: python -m service.api.reference > docs/api.md"


def test_every_operation_is_described_with_its_body_and_answer(call: Any) -> None:
    document = call("", "GET", "/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    for each in OPERATIONS.values():
        described = document["paths"][each.path][each.method.lower()]
        assert ("requestBody" in described) == (each.takes is not None), each.name
        answer = described["responses"][str(each.status)]
        assert ("content" in answer) == (each.gives is not None), each.name
        for content in (described.get("requestBody", {}), answer):
            for media in content.get("content", {}).values():
                name = media["schema"].get("$ref", "").rpartition("/")[2]
                assert (
                    not name
                    or {"properties", "items"} & document["components"]["schemas"][name].keys()
                )


def test_no_route_is_served_that_is_not_described(application: Any, call: Any) -> None:
    paths = call("", "GET", "/openapi.json").get_json()["paths"]
    hidden = {"/v2/{path}", "/openapi.json", "/docs", "/docs.css", "/metrics"}
    for rule in application[0].url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            path = (
                rule.rule.replace("<path:rest>", "{path}")
                .replace("<int:", "{")
                .replace("<", "{")
                .replace(">", "}")
            )
            assert path in paths or path in hidden, path


def test_docs_are_a_page_of_our_own(call: Any) -> None:
    page = call("", "GET", "/docs")
    text = page.get_data(as_text=True)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert (
        "<script" not in text
        and " style=" not in text
        and "http://" not in text
        and "https://" not in text
    )
    assert "/v2/jobs/activation" in text and "maxJobsToActivate" in text
    assert call("", "GET", "/docs.css").mimetype == "text/css"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_refuses_who_has_no_permission(call: Any, name: str) -> None:
    one = OPERATIONS[name]
    if one.may is None:
        return
    path = one.path.replace("{number}", "C-2026-0000001-0")
    path = re.sub(r"\{\w+\}", "65536", path)
    assert call("", one.method, path).status_code == 401
    for role in Role:
        if not Actor(role.value, frozenset({role.value})).may(one.may):
            answer = call(role.value, one.method, path)
            assert (answer.status_code, answer.get_json()["code"]) == (403, "forbidden"), role
