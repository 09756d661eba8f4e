"""Imports: with a name they are a namespace, without one they belong to the model that imports
them."""

from __future__ import annotations

from typing import Any

import pytest

from service.dmn import check_models, load_models
from service.errors import DefinitionInvalid, Severity
from tests.kit.dmn_samples import (
    NAMESPACE,
    decision,
    input_data,
    knows,
    literal,
    needs,
    needs_decision,
)


def file(name: str, body: str, *imports: str) -> bytes:
    """A model in the namespace urn:NAME. An import is written `a` (without a name) or `alias=a`."""
    lines = ""
    for each in imports:
        alias, _, model = each.rpartition("=")
        lines += f'<import name="{alias}" namespace="urn:{model}" importType="{NAMESPACE}"/>'
    return (
        f'<definitions xmlns="{NAMESPACE}" id="d" name="d" '
        f'namespace="urn:{name}">{lines}{body}</definitions>'
    ).encode()


def value(files: dict[str, bytes], name: str, inputs: dict[str, Any] | None = None) -> Any:
    return load_models(files)["a.dmn"].evaluate(name, inputs or {}, now=None).value


TEXT = '<itemDefinition name="tText"><typeRef>string</typeRef></itemDefinition>'
TWICE = (
    '<businessKnowledgeModel id="twice" name="twice"><variable name="twice"/><encapsulatedLogic>'
    f'<formalParameter name="x"/>{literal("x + x")}</encapsulatedLogic></businessKnowledgeModel>'
)
LIBRARY = (
    TEXT
    + TWICE
    + input_data("given", "tText")
    + decision("theirs", literal('"theirs: " + given'), requires=needs("given"), type_ref="tText")
)


def test_without_a_name_everything_of_the_model_is_at_hand() -> None:
    body = (
        decision("uses decision", literal("theirs"), requires=needs_decision("theirs"))
        + decision("uses input", literal("given"), requires=needs("given"), type_ref="tText")
        + decision("uses function", literal("twice(4)"), requires=knows("twice"))
        + decision("uses type", literal("12"), type_ref="tText")
    )
    files = {"a.dmn": file("a", body, "b"), "b.dmn": file("b", LIBRARY)}
    assert value(files, "uses decision", {"given": "x"}) == "theirs: x"
    assert value(files, "uses input", {"given": "x"}) == "x"
    assert value(files, "uses input", {"given": 1}) is None
    assert value(files, "uses function") == 8
    assert value(files, "uses type") is None


def test_what_is_imported_without_a_name_can_be_asked_for_itself() -> None:
    files = {"a.dmn": file("a", "", "b"), "b.dmn": file("b", "", "c"), "c.dmn": file("c", LIBRARY)}
    assert value(files, "theirs", {"given": "x"}) == "theirs: x"
    model = load_models(files)["a.dmn"]
    assert model.evaluate_decision_service("twice", {"x": 5}, now=None).value == 10


def test_a_name_is_a_namespace() -> None:
    body = decision("here", literal('lib.theirs + "!"'), requires=needs_decision("theirs"))
    files = {"a.dmn": file("a", body, "lib=b"), "b.dmn": file("b", LIBRARY)}
    assert value(files, "here", {"lib": {"given": "x"}}) == "theirs: x!"


def test_the_importer_comes_first_where_names_are_alike() -> None:
    theirs = decision("shared", literal('"b"')) + decision(
        "asks", literal("shared"), requires=needs_decision("shared")
    )
    body = decision("shared", literal('"a"')) + decision(
        "here", literal("asks"), requires=needs_decision("asks")
    )
    files = {"a.dmn": file("a", body, "b"), "b.dmn": file("b", theirs)}
    assert value(files, "here") == "a"
    assert value(files, "shared") == "a"
    named = {
        "a.dmn": file("a", body.replace(">asks<", ">lib.asks<"), "lib=b"),
        "b.dmn": file("b", theirs),
    }
    assert value(named, "here") == "b"


def test_of_two_imports_the_first_counts_and_the_nearer_before_the_farther() -> None:
    def shared(text: str) -> str:
        return decision("shared", literal(f'"{text}"'))

    here = decision("here", literal("shared"), requires=needs_decision("shared"))
    files = {
        "a.dmn": file("a", here, "b", "c"),
        "b.dmn": file("b", shared("b"), "d"),
        "c.dmn": file("c", shared("c")),
        "d.dmn": file("d", shared("d")),
    }
    assert value(files, "here") == "b"
    assert value(files | {"b.dmn": file("b", "", "d")}, "here") == "d"


@pytest.mark.parametrize(
    "imports", [{"a": ("a",)}, {"a": ("b",), "b": ("a",)}, {"a": ("b",), "b": ("c",), "c": ("b",)}]
)
def test_imports_in_a_circle_do_no_harm_and_are_said(imports: dict[str, tuple[str, ...]]) -> None:
    here = decision("here", literal("theirs"), requires=needs_decision("theirs"))
    files = {
        f"{name}.dmn": file(name, here if name == "a" else "", *each)
        for name, each in imports.items()
    }
    last = sorted(files)[-1]
    files[last] = files[last].replace(
        b"</definitions>", decision("theirs", literal('"x"')).encode() + b"</definitions>"
    )
    assert value(files, "here") == "x"
    problems = check_models(files)
    assert [(each.code, each.severity) for each in problems] == [("dmn-cycle", Severity.WARNING)]


def test_what_only_the_circle_could_bring_is_refused() -> None:
    here = decision("here", literal("theirs"), requires=needs_decision("theirs"))
    back = decision("theirs", literal("here"), requires=needs_decision("here"))
    files = {"a.dmn": file("a", here, "b"), "b.dmn": file("b", back, "a")}
    with pytest.raises(DefinitionInvalid) as refused:
        load_models(files)
    assert "dmn-unknown-reference" in {each.code for each in refused.value.problems}
