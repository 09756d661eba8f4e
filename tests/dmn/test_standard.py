"""What DMN 1.5 says of models beyond FEEL: hit policies, types, services, boxed expressions, in the
rarer cases."""

from __future__ import annotations

from typing import Any

import pytest

from service.dmn import DecisionResult, load_model
from tests.kit.dmn_samples import (
    decision,
    definitions,
    escape,
    input_data,
    knows,
    literal,
    needs,
    needs_decision,
    table,
)


def evaluate(body: str, name: str = "d1", inputs: dict[str, Any] | None = None) -> DecisionResult:
    return load_model(definitions(body), file="s.dmn").evaluate(name, inputs or {}, now=None)


def value(body: str, name: str = "d1", inputs: dict[str, Any] | None = None) -> Any:
    return evaluate(body, name, inputs).value


def outputs(
    policy: str,
    rows: list[list[str]],
    *columns: tuple[str, str],
    aggregation: str = "",
    extra: str = "",
) -> str:
    """A table without inputs that matter: every rule matches. `columns`: name and listed values."""
    clauses = "".join(
        f'<output id="o_{name}" name="{name}">'
        + (f"<outputValues><text>{escape(listed)}</text></outputValues>" if listed else "")
        + f"{extra}</output>"
        for name, listed in columns
    )
    rules = "".join(
        "<rule><inputEntry><text>-</text></inputEntry>"
        + "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in row)
        + "</rule>"
        for row in rows
    )
    aggregated = f' aggregation="{aggregation}"' if aggregation else ""
    return decision(
        "d1",
        "<decisionTable "
        f'hitPolicy="{policy}"{aggregated}><input><inputExpression><text>1</text></inputExpression>'
        f"</input>{clauses}{rules}</decisionTable>",
    )


LEVELS = '"high","middle","low"'


@pytest.mark.parametrize(
    ("policy", "aggregation", "rows", "expected"),
    [
        ("UNIQUE", "", [["1"], ["1"]], None),
        ("ANY", "", [["1"], ["1"]], 1),
        ("ANY", "", [["1"], ["2"]], None),
        ("ANY", "", [["[1, {a: 2}]"], ["[1, {a: 2}]"]], [1, {"a": 2}]),
        ("FIRST", "", [["2"], ["1"]], 2),
        ("RULE ORDER", "", [["2"], ["1"], ["2"]], [2, 1, 2]),
        ("COLLECT", "", [["2"], ["1"], ["2"]], [2, 1, 2]),
        ("COLLECT", "SUM", [["2"], ["1"], ["2"]], 5),
        ("COLLECT", "SUM", [["2"], ["null"]], None),
        ("COLLECT", "MIN", [["2"], ["1"], ["2"]], 1),
        ("COLLECT", "MAX", [['"a"'], ['"c"'], ['"b"']], "c"),
        ("COLLECT", "COUNT", [["2"], ["1"], ["2"]], 3),
    ],
)
def test_hit_policy_of_one_output(
    policy: str, aggregation: str, rows: list[list[str]], expected: Any
):
    assert value(outputs(policy, rows, ("a", ""), aggregation=aggregation)) == expected


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("", []), ("COUNT", 0), ("SUM", None), ("MIN", None), ("MAX", None)],
)
def test_collecting_nothing(aggregation: str, expected: Any):
    logic = table({"n": "number"}, [["> 100", "1"]], policy="COLLECT", aggregation=aggregation)
    assert (
        value(
            input_data("n", "number") + decision("d1", logic, requires=needs("n")), inputs={"n": 1}
        )
        == expected
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("PRIORITY", {"level": "high", "turn": "second"}),
        (
            "OUTPUT ORDER",
            [
                {"level": "high", "turn": "second"},
                {"level": "high", "turn": "first"},
                {"level": "low", "turn": "first"},
            ],
        ),
        (
            "RULE ORDER",
            [
                {"level": "low", "turn": "first"},
                {"level": "high", "turn": "first"},
                {"level": "high", "turn": "second"},
            ],
        ),
    ],
)
def test_the_first_output_weighs_most_and_values_count_in_their_listed_order(
    policy: str, expected: Any
):
    rows = [['"low"', '"first"'], ['"high"', '"first"'], ['"high"', '"second"']]
    assert value(outputs(policy, rows, ("level", LEVELS), ("turn", '"second","first"'))) == expected


def test_aggregation_of_several_outputs_goes_column_by_column():
    rows = [["1", "10"], ["2", "20"]]
    assert value(outputs("COLLECT", rows, ("a", ""), ("b", ""), aggregation="SUM")) == {
        "a": 3,
        "b": 30,
    }


def test_defaults_of_several_outputs_make_one_row():
    default = "<defaultOutputEntry><text>0</text></defaultOutputEntry>"
    logic = outputs("UNIQUE", [], ("a", ""), ("b", ""), extra=default)
    assert value(logic) == {"a": 0, "b": 0}


def test_the_order_of_output_values_may_come_from_the_type():
    item = (
        "<itemDefinition "
        f'name="tLevel"><typeRef>string</typeRef><allowedValues><text>{escape(LEVELS)}</text>'
    )
    item += "</allowedValues></itemDefinition>"
    logic = outputs("PRIORITY", [['"low"'], ['"middle"']], ("level", "")).replace(
        'name="level"', 'name="level" typeRef="tLevel"'
    )
    assert value(item + logic) == "middle"


def item(name: str, inner: str, *, collection: bool = False) -> str:
    many = ' isCollection="true"' if collection else ""
    return f'<itemDefinition name="{name}"{many}>{inner}</itemDefinition>'


def allowed(text: str, kind: str = "allowedValues") -> str:
    return f"<{kind}><text>{escape(text)}</text></{kind}>"


NUMBER = "<typeRef>number</typeRef>"
PART = f'<itemComponent name="a">{NUMBER}</itemComponent>'
SHORT = item("t", NUMBER + allowed("count(?) < 3", "typeConstraint"), collection=True)
SMALL = item("t", NUMBER + allowed("[1..5]"), collection=True)


@pytest.mark.parametrize(
    ("types", "sent", "expected"),
    [
        (item("t", NUMBER + allowed("[1..5]")), 5, 5),
        (item("t", NUMBER + allowed("[1..5]")), 6, None),
        (item("t", NUMBER + allowed("? > 1 and odd(?)")), 3, 3),
        (item("t", NUMBER + allowed("? > 1 and odd(?)")), 4, None),
        # allowed values speak of each element, a constraint of the whole list
        (SMALL, [1, 5], [1, 5]),
        (SMALL, [1, 6], None),
        (SHORT, [1, 2], [1, 2]),
        (SHORT, [1, 2, 3], None),
        # one value is a list of one where a list is wanted, and the other way round
        (item("t", NUMBER, collection=True), 7, [7]),
        (item("t", NUMBER), [7], 7),
        (item("t", NUMBER), [7, 8], None),
        (item("t", "<typeRef>string</typeRef>"), 7, None),
        (item("t", PART), {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        (item("t", PART), {"b": 2}, None),
        (item("t", PART), {"a": "x"}, None),
        (item("t", PART), {"a": None}, {"a": None}),
        # a type by another, in any order, and one that speaks of itself
        (item("t", "<typeRef>u</typeRef>") + item("u", NUMBER + allowed("> 0")), -1, None),
        (
            item(
                "t",
                '<itemComponent name="v"><typeRef>number</typeRef></itemComponent>'
                '<itemComponent name="next" '
                'isCollection="true"><typeRef>t</typeRef></itemComponent>',
            ),
            {"v": 1, "next": [{"v": 2, "next": []}]},
            {"v": 1, "next": [{"v": 2, "next": []}]},
        ),
    ],
)
def test_item_definitions(types: str, sent: Any, expected: Any):
    body = (
        types
        + input_data("x", "t")
        + decision("d1", literal("x"), requires=needs("x"), type_ref="t")
    )
    assert value(body, inputs={"x": sent}) == expected


def test_a_date_becomes_a_date_and_time_where_one_is_wanted():
    assert (
        str(value(decision("d1", literal('@"2026-01-31"'), type_ref="date and time")))
        == "2026-01-31T00:00:00Z"
    )


SERVICE = (
    input_data("amount", "number")
    + decision("rate", literal("amount / 100"), requires=needs("amount"))
    + decision("fee", literal("rate * 2"), requires=needs_decision("rate"))
    + decision("note", literal('"at " + string(rate)'), requires=needs_decision("rate"))
)


def service(
    name: str,
    outputs_: tuple[str, ...],
    *,
    decisions: tuple[str, ...] = (),
    data: tuple[str, ...] = (),
) -> str:
    parts = "".join(f'<outputDecision href="#{each}"/>' for each in outputs_)
    parts += "".join(f'<inputDecision href="#{each}"/>' for each in decisions)
    parts += "".join(f'<inputData href="#i_{each}"/>' for each in data)
    return (
        f'<decisionService id="{name}" name="{name}"><variable '
        f'name="{name}"/>{parts}</decisionService>'
    )


def test_a_service_computes_what_it_holds_from_its_input_data():
    body = SERVICE + service("s", ("fee",), data=("amount",))
    body += decision("d1", literal("s(amount: 300)"), requires=knows("s"))
    assert value(body) == 6
    model = load_model(definitions(body), file="s.dmn")
    assert model.evaluate_decision_service("s", {"amount": 300}, now=None).value == 6


def test_a_service_takes_its_input_decisions_as_they_are_given():
    body = SERVICE + service("s", ("fee",), decisions=("rate",))
    body += decision("d1", literal("s(rate: 50)"), requires=knows("s"))
    assert value(body) == 100


def test_a_service_of_several_decisions_answers_a_context():
    body = SERVICE + service("s", ("fee", "note"), data=("amount",))
    body += decision("d1", literal("s(300)"), requires=knows("s"))
    assert value(body) == {"fee": 6, "note": "at 3"}


@pytest.mark.parametrize("call", ["s()", "s(1, 2)", "s(total: 1)", 's("x")'])
def test_a_service_that_is_called_wrongly_is_null(call: str):
    body = (
        SERVICE
        + service("s", ("fee",), data=("amount",))
        + decision("d1", literal(call), requires=knows("s"))
    )
    assert value(body) is None


def choose(test: str) -> str:
    return (
        f"<conditional><if>{literal(test)}</if><then>{literal('1')}</then>"
        f"<else>{literal('2')}</else></conditional>"
    )


def keep(source: str, match: str) -> str:
    return f"<filter><in>{literal(source)}</in><match>{literal(match)}</match></filter>"


def loop(kind: str, source: str, body: str) -> str:
    part = "return" if kind == "for" else "satisfies"
    return (
        f"<{kind} "
        f'iteratorVariable="n"><in>{literal(source)}</in><{part}>{literal(body)}</{part}></{kind}>'
    )


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        # what is no boolean chooses the other branch
        (choose("null"), 2),
        (choose('"yes"'), None),
        # a filter sees the entries of a context, and `item`
        (keep("[{a: 1}, {a: 2}]", "a = 2 and item.a = 2"), [{"a": 2}]),
        (keep("[1, 2]", "[]"), None),
        (keep("null", "true"), None),
        # `partial` holds what came before
        (loop("for", "[1, 2, 3]", "n + count(partial)"), [1, 3, 5]),
        (loop("for", "null", "n"), None),
        (loop("some", "[]", "true"), False),
        (loop("every", "[]", "false"), True),
        # a context's last entry without a name is its result
        (
            f'<context><contextEntry><variable name="a"/>{literal("2")}</contextEntry>'
            f"<contextEntry>{literal('a * a')}</contextEntry></context>",
            4,
        ),
        # a function sees the scope it was made in, and may call itself
        (
            '<context><contextEntry><variable name="fact"/><functionDefinition><formalParameter '
            'name="n"/>'
            f"{literal('if n = 0 then 1 else n * fact(n - 1)')}</functionDefinition></contextEntry>"
            f"<contextEntry>{literal('fact(5)')}</contextEntry></context>",
            120,
        ),
        ("<list/>", []),
        ('<relation><column name="a"/></relation>', []),
        (
            '<relation><column name="a" typeRef="number"/><row>'
            + literal('"x"')
            + "</row></relation>",
            [{"a": None}],
        ),
    ],
)
def test_boxed_expressions_in_the_rarer_cases(logic: str, expected: Any):
    assert value(decision("d1", logic)) == expected


def test_an_invocation_binds_by_name_and_what_is_not_bound_is_not_called():
    function = (
        '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>'
        f'<formalParameter name="a" typeRef="number"/><formalParameter name="b"/>{literal("a - b")}'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )

    def invoke(*bindings: tuple[str, str]) -> str:
        bound = "".join(
            f'<binding><parameter name="{name}"/>{literal(text)}</binding>'
            for name, text in bindings
        )
        return function + decision(
            "d1", f"<invocation>{literal('f')}{bound}</invocation>", requires=knows("f")
        )

    assert value(invoke(("b", "1"), ("a", "10"))) == 9
    assert value(invoke(("a", '"x"'), ("b", "1"))) is None
    assert value(invoke(("a", "1"), ("c", "1"))) is None
