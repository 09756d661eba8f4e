"""The graph: requirements, functions, services, imports, types, and what is refused."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.dmn import check_model, check_models, load_model, load_models
from service.dmn.read import NAMESPACES
from service.errors import DefinitionInvalid, NotFound, RedressError
from service.feel import FeelFunction, FeelLimitExceeded
from tests.kit.dmn_samples import (
    decision,
    definitions,
    input_data,
    knows,
    literal,
    needs,
    needs_decision,
)


def value(body: str, name: str, inputs: dict[str, Any] | None = None) -> Any:
    return load_model(definitions(body), file="m.dmn").evaluate(name, inputs or {}, now=None).value


def bkm(name: str, parameters: dict[str, str], logic: str) -> str:
    slots = "".join(
        f'<formalParameter name="{each}" typeRef="{kind}"/>' for each, kind in parameters.items()
    )
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{slots}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_version_of_the_format_is_read(namespace: str):
    model = load_model(
        definitions(decision("a", literal("1 + 1")), namespace=namespace), file="m.dmn"
    )
    assert model.evaluate("a", {}, now=None).value == 2


def test_decisions_see_what_they_require_and_nothing_else():
    body = (
        input_data("amount", "number")
        + decision("half", literal("amount / 2"), requires=needs("amount"))
        + decision("both", literal("half + 1"), requires=needs_decision("half"))
        + decision("blind", literal("amount"))
    )
    assert value(body, "both", {"amount": 10}) == 6
    assert value(body, "blind", {"amount": 10}) is None


def test_a_decision_without_logic_is_what_people_decided():
    body = decision("judgement", "", type_ref="string") + decision(
        "letter", literal('"We find: " + judgement'), requires=needs_decision("judgement")
    )
    assert value(body, "letter", {"judgement": "fair"}) == "We find: fair"
    assert value(body, "judgement", {"judgement": 7}) is None
    assert value(body, "judgement") is None


def test_the_decisions_of_a_model_are_listed_with_all_inputs_they_need():
    body = (
        input_data("amount", "number")
        + decision("half", literal("amount / 2"), requires=needs("amount"))
        + decision("both", literal("half + 1"), requires=needs_decision("half"), type_ref="number")
    )
    info = load_model(definitions(body), file="m.dmn").decisions["both"]
    assert (info.type_ref, [each.name for each in info.inputs]) == ("number", ["amount"])


def test_business_knowledge_is_a_function_that_checks_its_arguments():
    body = (
        bkm("twice", {"x": "number"}, literal("x * 2"))
        + decision("good", literal("twice(21)"), requires=knows("twice"))
        + decision("bad", literal('twice("a")'), requires=knows("twice"))
    )
    assert value(body, "good") == 42
    assert value(body, "bad") is None


def test_recursion_without_end_stops_at_the_budget():
    body = bkm("loop", {"x": "number"}, literal("loop(x + 1)")) + decision(
        "d1", literal("loop(1)"), requires=knows("loop")
    )
    model = load_model(definitions(body), file="m.dmn")
    with pytest.raises(FeelLimitExceeded):
        model.evaluate("d1", {}, now=None)


BOXED = {
    "context": (
        '<context><contextEntry><variable name="a"/>{one}</contextEntry>'
        '<contextEntry><variable name="b c"/>{sum}</contextEntry></context>',
        {"a": 1, "b c": 3},
    ),
    "list": ("<list>{one}{two}</list>", [1, 2]),
    "relation": (
        '<relation><column name="a"/><row>{one}</row><row>{two}</row></relation>',
        [{"a": 1}, {"a": 2}],
    ),
    "conditional": (
        "<conditional><if>{yes}</if><then>{one}</then><else>{two}</else></conditional>",
        1,
    ),
    "filter": ("<filter><in>{numbers}</in><match>{big}</match></filter>", [2, 3]),
    "for": (
        '<for iteratorVariable="x"><in>{numbers}</in><return>{square}</return></for>',
        [1, 4, 9],
    ),
    "some": (
        '<some iteratorVariable="x"><in>{numbers}</in><satisfies>{two?}</satisfies></some>',
        True,
    ),
    "every": (
        '<every iteratorVariable="x"><in>{numbers}</in><satisfies>{two?}</satisfies></every>',
        False,
    ),
    "invocation": (
        '<invocation>{abs}<binding><parameter name="n"/>{minus}</binding></invocation>',
        4,
    ),
}
TEXTS = {
    "one": "1",
    "two": "2",
    "sum": "a + 2",
    "yes": "1 < 2",
    "numbers": "[1, 2, 3]",
    "big": "item > 1",
    "square": "x * x",
    "two?": "x = 2",
    "abs": "abs",
    "minus": "-4",
}


@pytest.mark.parametrize("kind", BOXED)
def test_boxed_expressions(kind: str):
    template, expected = BOXED[kind]
    for key, text in TEXTS.items():
        template = template.replace(f"{{{key}}}", literal(text))
    assert value(decision("d1", template), "d1") == expected


def test_types_are_checked_and_a_list_of_one_is_its_element():
    assert value(decision("a", literal('"x"'), type_ref="number"), "a") is None
    assert value(decision("a", literal("[1]"), type_ref="number"), "a") == 1
    allowed = '<allowedValues><text>"S","M"</text></allowedValues>'
    item = f'<itemDefinition name="tSize"><typeRef>string</typeRef>{allowed}</itemDefinition>'
    body = (
        item + input_data("size", "tSize") + decision("a", literal("size"), requires=needs("size"))
    )
    assert value(body, "a", {"size": "M"}) == "M"
    assert value(body, "a", {"size": "XL"}) is None


def test_a_decision_service_is_a_function_of_its_inputs():
    body = (
        input_data("x", "number")
        + decision("rate", literal("0.5"))
        + decision("fee", literal("x * rate"), requires=needs("x") + needs_decision("rate"))
        + '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#fee"/>'
        '<inputDecision href="#rate"/><inputData href="#i_x"/></decisionService>'
        + decision("called", literal("s(10, 2)"), requires=knows("s"))
    )
    model = load_model(definitions(body), file="m.dmn")
    assert model.evaluate("called", {}, now=None).value == 20
    assert model.evaluate_decision_service("s", {"x": 4, "rate": 3}, now=None).value == 12


def test_imports_are_known_by_their_name():
    inner = definitions(bkm("Say It", {"n": "string"}, literal('"Hello " + n'))).replace(
        b"urn:test", b"urn:inner"
    )
    outer = definitions(
        '<import name="inner" namespace="urn:inner" importType="x"/>'
        + decision(
            "d1",
            literal('inner.Say It("you")'),
            requires=knows("x").replace("#x", "urn:inner#Say It"),
        )
    )
    models = load_models({"outer.dmn": outer, "inner.dmn": inner})
    assert models["outer.dmn"].evaluate("d1", {}, now=None).value == "Hello you"
    assert check_models({"outer.dmn": outer, "inner.dmn": inner}) == []
    alone = check_models({"outer.dmn": outer, "broken.dmn": b"<a>"})
    assert [each.code for each in alone] == ["xml-syntax", "dmn-unknown-reference"]


def test_functions_of_the_host_can_be_called():
    double = FeelFunction("double", ("n",), lambda n: n * 2)
    model = load_model(definitions(decision("a", literal("double(4)"))), file="m.dmn")
    assert model.evaluate("a", {}, now=None, functions={"double": double}).value == 8


def test_what_no_input_declares_is_seen_also_under_the_name_of_a_function_of_feel():
    given = {"count": 3, "rate": 2, "other": 1}
    assert value(decision("a", literal("count * rate")), "a", given) == 6
    texts = {
        "rule": literal("[1, 2, 3][item < limit]"),
        "context": "<list>" + literal("{a: rate}.a") + "</list>",
    }
    assert value(decision("a", texts["rule"]), "a", {"limit": 3}) == [1, 2]
    assert value(decision("a", texts["context"]), "a", given) == [2]


def test_external_functions_are_refused_with_a_reason():
    logic = (
        '<context><contextEntry><variable name="f"/><functionDefinition kind="Java">'
        f'<formalParameter name="x"/>{literal("1")}</functionDefinition></contextEntry>'
        f"<contextEntry>{literal('f(1)')}</contextEntry></context>"
    )
    result = load_model(definitions(decision("a", logic)), file="m.dmn").evaluate("a", {}, now=None)
    assert result.value is None
    assert any("External Java functions are not run" in each.message for each in result.reasons)


def test_what_is_wrong_is_refused_with_place_and_code():
    for body, code in [
        (decision("a", literal("1 +")), "feel-syntax"),
        (decision("a", literal("1"), type_ref="tNone"), "dmn-unknown-type"),
        (decision("a", literal("1"), requires=needs("none")), "dmn-unknown-reference"),
        (decision("a", literal("a"), requires=needs_decision("a")), "dmn-cycle"),
    ]:
        with pytest.raises(DefinitionInvalid) as caught:
            load_model(definitions(body), file="m.dmn")
        assert code in {each.code for each in caught.value.problems}
        assert code in {each.code for each in check_model(definitions(body), file="m.dmn")}


def test_an_unknown_decision_names_those_there_are():
    model = load_model(definitions(decision("a", literal("1"))), file="m.dmn")
    with pytest.raises(NotFound, match="known: 'a'"):
        model.evaluate("b", {}, now=None)


def test_an_import_without_a_name_adds_its_names_and_inputs_of_imports_stand_under_theirs():
    inner = definitions(
        input_data("who", "string")
        + decision("greeting", literal('"Hello " + who'), requires=needs("who"))
    ).replace(b"urn:test", b"urn:inner")
    ref = needs_decision("x").replace("#x", "urn:inner#greeting")
    for name, text, inputs in [
        ("", "greeting", {"who": "A"}),
        ("m", "m.greeting", {"m": {"who": "A"}}),
    ]:
        outer = definitions(
            f'<import name="{name}" namespace="urn:inner" importType="x"/>'
            + decision("d1", literal(text), requires=ref)
        )
        model = load_models({"outer.dmn": outer, "inner.dmn": inner})["outer.dmn"]
        assert model.evaluate("d1", inputs, now=None).value == "Hello A"


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.just(literal("1")),
        lambda inner: st.lists(inner).map(lambda each: f"<list>{''.join(each)}</list>"),
    )
)
def test_any_nesting_of_lists_evaluates(logic: str):
    assert value(decision("d1", logic), "d1") is not None


def test_deep_nesting_is_refused_or_evaluated_but_never_breaks():
    for depth in (50, 150, 190):
        body = decision("d1", "<list>" * depth + "</list>" * depth)
        with contextlib.suppress(RedressError):
            load_model(definitions(body), file="m.dmn").evaluate("d1", {}, now=None)


@pytest.mark.parametrize(
    ("kind", "sent", "text", "expected"),
    [
        ("date", "2026-03-01", "amount.month", 3),
        ("number", 1.5, "amount * 2", 3),
        ("days and time duration", "PT36H", "amount.days", 1),
        ("date", "soon", "amount", None),
    ],
)
def test_inputs_may_be_json(kind: str, sent: Any, text: str, expected: Any):
    body = input_data("amount", kind) + decision("d1", literal(text), requires=needs("amount"))
    assert value(body, "d1", {"amount": sent}) == expected


def test_variables_that_the_model_does_not_declare_are_in_scope_as_camunda_has_it():
    assert value(decision("d1", literal("amount + 1")), "d1", {"amount": 1}) == 2
