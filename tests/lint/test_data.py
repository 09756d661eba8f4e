"""What the check of the data finds in small diagrams, and what it leaves alone: each with the
finding on its element."""

from __future__ import annotations

import pytest

from service.engine.parts import read_parts
from service.lint import (
    Offered,
    Parameter,
    Service,
    World,
    analysis_of,
    bundle_of,
    check_data,
    known_at,
    nullable,
    of,
    text,
)
from service.lint.kinds import join
from tests.kit.drawing import draw

FORM = b"""{"id": "f", "schema": {"type": "object", "additionalProperties": false,
  "required": ["good"], "properties": {"good": {"type": "boolean"},
  "amount": {"type": "number"}, "how": {"type": "string", "enum": ["mail", "call"]}}}}"""
WORLD = World(
    functions={"time used": Offered((Parameter("clock", of("string")),), of("number"))},
    services={"redress.note": Service(reads={"what": of("string")})},
    groups=frozenset({"clerk", "handler"}),
    messages={"heard": {"word": of("string")}},
    starts={"p": {"number": of("string"), "round": of("number"), "maybe": nullable(of("string"))}},
)


def found(drawing: str, world: World = WORLD) -> list[tuple[str, str]]:
    files = {"a.bpmn": draw(f"process p {{\nstartEvent start\n{drawing}\n}}"), "f.form.json": FORM}
    parts, _ = read_parts(files)
    return [(each.element, each.code) for each in check_data(parts, world)]


def condition(text_: str) -> str:
    return f"""userTask t form=f
    exclusiveGateway g
    userTask a
    endEvent b
    start -> t -> g
    g -> a if {text_}
    g -> b default"""


FINE = (
    "good = true",
    "good",
    "good != null and amount > 3",
    'how = "mail" or how = "call"',
    "round + 1 > amount",
    'number + "-x" = "a"',
    "if maybe = null then false else string length(maybe) > 3",
    'list contains(["mail"], how)',
    "some x in [1, 2] satisfies x > round",
    'time used("x") > 0.5',
    'now() > date and time("2026-01-31T09:00:00Z")',
    'now() + duration("P1D") > now()',
    "count([1, 2][item > 1]) = 1",
    "amount between 1 and 5",
    "amount in [1..5]",
    "amount > 1 and amount < 3",
    "amount > 3 or amount < 2",
    'matches(number, "C-.*")',
    "max(amount, round) > 2",
    "is defined(maybe)",
)


@pytest.mark.parametrize("written", FINE)
def test_what_is_right_is_left_alone(written):
    assert found(condition(written)) == []


WRONG = {
    "goood = true": "data-unknown-variable",
    'good = "yes"': "feel-types",
    "good > 3": "feel-types",
    "amount": "feel-types",
    'amount + "x" = "y"': "feel-types",
    'how = "post"': "data-unknown-value",
    "amount > 3 and amount < 2": "data-impossible-condition",
    "amount > 3 and good and amount <= 3": "data-impossible-condition",
    "amount between 5 and 1": "data-impossible-condition",
    'number = "a" and number = "b"': "data-impossible-condition",
    "good = true and good = false": "data-impossible-condition",
    "count(1, 2) > 1": "feel-arity",
    "fount([1]) > 1": "feel-unknown-function",
    "string length(amount) > 1": "feel-types",
    'time used("x", 1) > 1': "feel-arity",
    "time used(amount) > 1": "feel-types",
    'duration("3 days") > duration("P1D")': "feel-always-null",
    "good and amount": "feel-types",
    "number.length > 3": "data-unknown-part",
    "now().days > 3 or now().dayz > 3": "data-unknown-part",
    '(if good then 1 else "x") = 1': "feel-mixed-kinds",
    'list contains(["a", "b"], amount)': "feel-types",
}


@pytest.mark.parametrize("written", WRONG)
def test_what_is_wrong_is_told_on_the_flow(written):
    codes = [(element, code) for element, code in found(condition(written))]
    assert [code for element, code in codes if element == "g.a"] == [WRONG[written]]


def test_a_variable_is_null_before_it_is_written():
    text_ = """exclusiveGateway g
    userTask t form=f
    endEvent e
    start -> g
    g -> e if good = true
    g -> t default
    t -> e"""
    assert ("g.e", "data-read-before-written") in found(text_)


def test_what_a_loop_wrote_is_there_the_next_time():
    text_ = """exclusiveGateway g
    userTask t form=f
    endEvent e
    start -> g
    g -> e if good = true
    g -> t default
    t -> g"""
    assert found(text_) == []


def test_what_runs_beside_may_have_written():
    text_ = """parallelGateway s
    userTask t form=f
    exclusiveGateway g
    userTask u
    parallelGateway j
    endEvent e
    start -> s
    s -> t -> j
    s -> g
    g -> j if good = true
    g -> u default
    u -> j
    j -> e"""
    assert found(text_) == []


TIMERS = {
    "timer=PT1H": [],
    'timer==duration("PT1H")': [],
    "timer==now()": [("x", "data-timer-type")],
    "date==now()": [],
    'date==duration("PT1H")': [("x", "data-timer-type")],
    "date=PT1H": [("x", "data-timer-type")],
    "date==round": [("x", "data-timer-type")],
    "date==nowhen": [("x", "data-unknown-variable")],
}


@pytest.mark.parametrize("timer", TIMERS)
def test_a_timer_has_a_time_of_its_kind(timer):
    name, _, value = timer.partition("=")
    quoted = f"{name}='{value}'"
    text_ = f"intermediateCatchEvent x {quoted}\nendEvent e\nstart -> x -> e"
    assert found(text_) == TIMERS[timer]


def test_a_process_that_anybody_may_start_has_variables_that_nobody_here_knows():
    text_ = condition("goood = true and foo > 1")
    assert found(text_, World()) == []


def test_a_type_is_told_in_a_process_of_others_too():
    assert found(condition('good = "yes"'), World()) == [("g.a", "feel-types")]


def test_a_message_that_nobody_sends():
    sent = "intermediateCatchEvent x message=heard key==number\nendEvent e\nstart -> x -> e"
    assert found(sent) == []
    assert found(sent.replace("heard", "herd")) == [("x", "data-unsent-message")]


def test_groups_are_those_of_the_product():
    assert found("userTask t groups=clerk\nstart -> t") == []
    assert found("userTask t groups=clark\nstart -> t") == [("t", "data-unknown-group")]
    other = World()
    assert found("userTask t groups=sales\nstart -> t", other) == []


def test_an_editor_is_offered_what_the_check_knows():
    files = {
        "a.bpmn": draw("process p {\nstartEvent start\n" + condition("good") + "\n}"),
        "f.form.json": FORM,
    }
    analysis = analysis_of(bundle_of(read_parts(files)[0], WORLD))
    offers = {(each.what, each.name): each.detail for each in known_at(analysis, "p", "t")}
    assert offers["variable", "how"] == "call, mail"
    assert offers["variable", "good"] == "a boolean"
    assert offers["variable", "round"] == "a number"
    assert offers["function", "time used"] == "time used(clock)"
    assert "string length" in {name for what, name in offers if what == "function"}
    assert ("group", "clerk") in offers
    assert ("message", "heard") in offers
    assert ("form", "f") in offers
    at_start = {each.name for each in known_at(analysis, "p", "start") if each.what == "variable"}
    assert at_start == {"maybe", "number", "round"}
    assert known_at(analysis, "p", "nowhere")[0].what == "function"


def test_texts_of_a_kind_are_told_apart_only_while_they_are_few():
    many = text(*map(str, range(50)))
    assert join(many, text("x")).texts is not None
    assert join(many, text(*map(str, range(40, 200)))).texts is None


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="d"><decision id="risk" name="Risk"><decisionTable id="t" hitPolicy="UNIQUE">
 <input id="i"><inputExpression id="e" typeRef="number"><text>INPUT</text></inputExpression></input>
 <output id="o" name="risk" typeRef="string"/></decisionTable></decision></definitions>"""


@pytest.mark.parametrize(
    ("read", "codes"),
    [("amount", []), ("round", []), ("amuont", ["data-unknown-variable"])],
)
def test_a_table_without_declared_inputs_reads_what_the_step_knows(
    read: str, codes: list[str]
) -> None:
    """As Camunda has it: tables drawn alone declare no inputs. A start form gives its fields."""
    drawing = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
     xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="x" targetNamespace="x">
     <process id="p" isExecutable="true"><startEvent id="start"><extensionElements>
     <zeebe:formDefinition formId="f"/></extensionElements></startEvent>
     <sequenceFlow id="a" sourceRef="start" targetRef="ask"/>
     <businessRuleTask id="ask"><extensionElements>
     <zeebe:calledDecision decisionId="risk" resultVariable="risk"/></extensionElements>
     </businessRuleTask><sequenceFlow id="b" sourceRef="ask" targetRef="end"/>
     <endEvent id="end"/></process></definitions>"""
    table = TABLE.replace(b"INPUT", read.encode())
    parts, _ = read_parts({"a.bpmn": drawing, "d.dmn": table, "f.form.json": FORM})
    unknown = [each for each in check_data(parts, WORLD) if each.file == "d.dmn"]
    assert [each.code for each in unknown] == codes
