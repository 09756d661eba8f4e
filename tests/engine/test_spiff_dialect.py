"""SpiffWorkflow's own dialect: each extension means here what SpiffWorkflow makes of it."""

from __future__ import annotations

import orjson
import pytest

from service.engine import changes as c
from service.engine import check_bundle, load_bundle
from service.errors import Severity
from tests.engine.spiffs import Alone, diagram, ext, flows
from tests.kit.clock import NOON
from tests.kit.playing import Player

SENT = """<message id="m1" name="order"/><message id="m2" name="answer"/>
<correlationProperty id="number">
<correlationPropertyRetrievalExpression messageRef="m1"><messagePath>num</messagePath>
</correlationPropertyRetrievalExpression>
<correlationPropertyRetrievalExpression messageRef="m2"><messagePath>about</messagePath>
</correlationPropertyRetrievalExpression></correlationProperty>"""


def play(*files: bytes, **more: bytes) -> Player:
    named = {f"{at}.bpmn": data for at, data in enumerate(files)}
    return Player(load_bundle(named | {k.replace("_", "."): v for k, v in more.items()}))


def found(*files: bytes) -> list[tuple[str, str]]:
    """Code and element of every error."""
    named = {f"{at}.bpmn": data for at, data in enumerate(files)}
    return [(p.code, p.element) for p in check_bundle(named) if p.severity is Severity.ERROR]


def fixes(code: str, data: bytes) -> list[str]:
    return [str(p.fix) for p in check_bundle({"a.bpmn": data}) if p.code == code]


def task(name: str, extensions: str = "", kind: str = "userTask", more: str = "") -> str:
    return f'<{kind} id="{name}" name="{name}">{ext(extensions)}{more}</{kind}>'


def chain(*elements: str) -> str:
    """The elements one after the other, from a start to an end event."""
    names = [each.split('id="')[1].split('"')[0] for each in elements]
    ends = '<startEvent id="s"/><endEvent id="e"/>'
    return ends + "".join(elements) + flows("s", *names, "e")


def test_properties_are_kept_on_elements_and_on_the_process():
    own = """<spiffworkflow:properties><spiffworkflow:property name="a" value="1"/>
    </spiffworkflow:properties>"""
    told = (
        "<spiffworkflow:instructionsForEndUser>Look twice.</spiffworkflow:instructionsForEndUser>"
    )
    data = diagram(ext(own) + chain(task("t", own + told)))
    bundle = load_bundle({"a.bpmn": data})
    assert bundle.models["p"].properties == {"a": "1"}
    assert bundle.models["p"].elements["t"].properties == {
        "a": "1",
        "instructionsForEndUser": "Look twice.",
    }


def test_a_form_is_the_schema_that_the_properties_name():
    names = """<spiffworkflow:properties>
    <spiffworkflow:property name="formJsonSchemaFilename" value="pay-schema.json"/>
    <spiffworkflow:property name="formUiSchemaFilename" value="pay-uischema.json"/>
    </spiffworkflow:properties>"""
    data, schema, ui = diagram(chain(task("t", names))), {"type": "object"}, {"a": {"ui:help": "h"}}
    files = {
        "processes/a.bpmn": data,
        "forms/pay-schema.json": orjson.dumps(schema),
        "forms/pay-uischema.json": orjson.dumps(ui),
    }
    bundle = load_bundle(files)
    form = {"id": "pay-schema.json", "schema": schema, "uiSchema": ui}
    assert bundle.forms == {"pay-schema.json": form}
    assert Player(bundle).start().find("t").form_id == "pay-schema.json"
    files["forms/pay-schema.json"] = b"[1]"
    assert "form-unreadable" in {each.code for each in check_bundle(files)}
    del files["forms/pay-schema.json"]
    assert "form-missing" in {each.code for each in check_bundle(files)}


def test_a_form_that_two_tasks_show_differently_is_refused():
    def named(ui: str) -> str:
        return f"""<spiffworkflow:properties>
        <spiffworkflow:property name="formJsonSchemaFilename" value="pay-schema.json"/>
        <spiffworkflow:property name="formUiSchemaFilename" value="{ui}"/>
        </spiffworkflow:properties>"""

    data = diagram(chain(task("t", named("a-uischema.json")), task("u", named("b-uischema.json"))))
    assert found(data) == [("form-duplicate", "u")]


def test_the_answers_of_a_form_go_into_one_variable():
    named = "<spiffworkflow:variableName>answers</spiffworkflow:variableName>"
    data = diagram(chain(task("t", named), task("u")))
    ours = play(data).start().complete("t", a=1, b="x")
    alone = Alone(data).do("t", a=1, b="x")
    assert ours.variables == alone.data == {"answers": {"a": 1, "b": "x"}}


def test_an_operator_is_a_job_whose_parameters_are_inputs():
    operator = """<spiffworkflow:serviceTaskOperator id="rates/Get" resultVariable="rate">
    <spiffworkflow:parameters><spiffworkflow:parameter id="code" type="str" value="'EUR'"/>
    <spiffworkflow:parameter id="days" type="int" value="n + 1"/></spiffworkflow:parameters>
    <spiffworkflow:retry retries="5" backoff_base="2"/></spiffworkflow:serviceTaskOperator>"""
    ours = play(diagram(chain(task("t", operator, "serviceTask"), task("u")))).start(n=1)
    job = ours.find("t")
    assert (job.type, job.retries) == ("rates/Get", 5)
    assert job.variables == {"n": 1, "code": "EUR", "days": 2}
    assert ours.complete("t", value=3).variables == {"n": 1, "rate": {"value": 3}}


def test_the_result_of_an_operator_without_a_variable_has_the_name_that_spiffworkflow_gives_it():
    operator = '<spiffworkflow:serviceTaskOperator id="rates/Get"/>'
    ours = play(diagram(chain(task("t-1", operator, "serviceTask"), task("u"))))
    assert ours.start().complete("t-1", v=3).variables == {"spiff__t_1_result": {"v": 3}}


def test_a_service_task_without_an_operator_is_refused_as_by_spiffworkflow():
    data = diagram(chain(task("t", "", "serviceTask")))
    assert found(data) == [("bpmn-no-job-type", "t")]
    with pytest.raises(Exception, match="must have an operator"):
        Alone(data)


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
namespace="d"><decision id="size" name="size"><decisionTable hitPolicy="UNIQUE" id="dt">
<input id="i" label="n"><inputExpression id="ie" typeRef="number"><text>n</text></inputExpression>
</input><output id="o1" name="word" typeRef="string"/><output id="o2" name="big" typeRef="boolean"/>
<rule id="r1"><inputEntry id="c1"><text>&lt; 10</text></inputEntry>
<outputEntry id="a1"><text>"few"</text></outputEntry>
<outputEntry id="b1"><text>false</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c2"><text>&gt;= 10</text></inputEntry>
<outputEntry id="a2"><text>"many"</text></outputEntry>
<outputEntry id="b2"><text>true</text></outputEntry></rule></decisionTable></decision>
</definitions>"""


def test_the_outputs_of_a_called_decision_are_variables():
    called = "<spiffworkflow:calledDecisionId>size</spiffworkflow:calledDecisionId>"
    data = diagram(chain(task("t", called, "businessRuleTask"), task("u")))
    assert play(data, d_dmn=TABLE).start(n=12).variables == {"n": 12, "word": "many", "big": True}


def test_one_output_of_a_called_decision_is_a_variable_and_a_list_of_rows_one_of_each():
    one = TABLE.replace(b'<output id="o2" name="big" typeRef="boolean"/>', b"")
    one = one.replace(b'<outputEntry id="b1"><text>false</text></outputEntry>', b"")
    one = one.replace(b'<outputEntry id="b2"><text>true</text></outputEntry>', b"")
    called = "<spiffworkflow:calledDecisionId>size</spiffworkflow:calledDecisionId>"
    data = diagram(chain(task("t", called, "businessRuleTask"), task("u")))
    assert play(data, d_dmn=one).start(n=1).variables == {"n": 1, "word": "few"}
    several = TABLE.replace(b'hitPolicy="UNIQUE"', b'hitPolicy="COLLECT"')
    ours = play(data, d_dmn=several).start(n=1)
    assert ours.variables == {"n": 1, "word": ["few"], "big": [False]}


IO = """<ioSpecification><dataInput id="i" name="i"/><dataOutput id="o" name="o"/>
<inputSet><dataInputRefs>i</dataInputRefs></inputSet>
<outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>"""
PYTHON = {
    "x = 1\ny = x + n": "={x: 1, y: x + n}",
    "n += 1": "={n: n + 1}",
    "word = 'a' if n > 1 else 'b'\npair = [n, {'k': n}]\n": (
        '={word: if n > 1 then "a" else "b", pair: [n, {k: n}]}'
    ),
    "a, b = 1, not True": "={a: 1, b: not(true)}",
    "doubles = [v * 2 for v in [1, n]]": "={doubles: for v in [1, n] return v * 2}",
    "who = f'no {n}'": '={who: "no " + string(n)}',
}


@pytest.mark.parametrize("python", PYTHON)
def test_a_script_is_refused_with_the_feel_that_does_the_same(python):
    data = diagram(
        chain(task("t", "", "scriptTask", f"<script>{_xml(python)}</script>"), task("u"))
    )
    assert found(data) == [("bpmn-python-script", "t")]
    assert fixes("bpmn-python-script", data) == [f"Write {PYTHON[python]} in its place."]
    feel = data.replace(_xml(python).encode(), _xml(PYTHON[python]).encode())
    assert dict(play(feel).start(n=3).variables) == Alone(data, n=3).data


@pytest.mark.parametrize(
    "python", ["import os", "print(n)", "for v in xs: pass", "x = len(xs)", "del n", "a, b = b, a"]
)
def test_a_script_that_does_more_is_refused_without_an_offer(python):
    data = diagram(chain(task("t", "", "scriptTask", f"<script>{python}</script>")))
    assert found(data) == [("bpmn-python-script", "t")]
    assert "={" not in fixes("bpmn-python-script", data)[0]


@pytest.mark.parametrize("name", ["preScript", "postScript"])
def test_scripts_before_and_after_are_refused_with_the_feel_that_does_the_same(name):
    script = f"<spiffworkflow:{name}>x = n + 1</spiffworkflow:{name}>"
    data = diagram(chain(task("t", script), task("u")))
    assert found(data) == [("bpmn-python-script", "t")]
    assert fixes("bpmn-python-script", data) == ["Write ={x: n + 1} in its place."]
    ours = play(data.replace(b"x = n + 1", b"={x: n + 1}")).start(n=1)
    alone = Alone(data, n=1)
    assert ours.variables == {**alone.data, "n": 1}
    assert ("x" in ours.variables) == (name == "preScript")
    assert ours.complete("t", n=5).variables == alone.do("t", n=5).data


@pytest.mark.parametrize("each", [False, True])
def test_scripts_of_a_loop_run_once_or_for_each_instance(each):
    marks = ' spiffworkflow:scriptsOnInstances="true"' if each else ""
    loop = f"""<multiInstanceLoopCharacteristics{marks}>
    <loopDataInputRef>xs</loopDataInputRef><inputDataItem id="x"/>
    </multiInstanceLoopCharacteristics>"""
    script = "<spiffworkflow:postScript>={count: count + 1}</spiffworkflow:postScript>"
    ours = play(diagram(chain(task("t", script, more=loop), task("u"))))
    ours.start(xs=[1, 2, 3], count=0)
    for _ in range(3):
        ours.complete("t")
    assert ours.variables["count"] == (3 if each else 1)


CONDITIONS = [
    ("kind == 'big'", {"kind": "big"}),
    ("n > 2 and not done", {"n": 3, "done": False}),
    ("1 < n <= 3", {"n": 3}),
    ("True", {}),
    ("kind in ['a', 'big']", {"kind": "big"}),
    ("d['k'] != None", {"d": {"k": 1}}),
    ("xs[0] == 4 and xs[-1] == 6", {"xs": [4, 5, 6]}),
    ("n % 2 == 1 or n // 2 == 7", {"n": 3}),
    ("name.startswith('a')", {"name": "abc"}),
    ("= n = 3", {"n": 3}),
]


@pytest.mark.parametrize(("condition", "data"), CONDITIONS, ids=[each[0] for each in CONDITIONS])
def test_a_condition_in_python_is_read_as_the_feel_that_means_the_same(condition, data):
    inside = (
        '<startEvent id="s"/><exclusiveGateway id="g" name="g" default="no"/>'
        + task("yes")
        + task("other")
        + f'<sequenceFlow id="s.g" sourceRef="s" targetRef="g"/>'
        '<sequenceFlow id="f" sourceRef="g" targetRef="yes"><conditionExpression>'
        f"{_xml(condition)}</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="no" sourceRef="g" targetRef="other"/>'
    )
    assert play(diagram(inside)).start(**data).waiting() == ["yes"]
    if not condition.startswith("="):
        assert Alone(diagram(inside), **data).open() == ["yes"]


def test_a_condition_without_a_plain_equivalent_is_refused():
    inside = (
        '<startEvent id="s"/><exclusiveGateway id="g" name="g" default="no"/>'
        + task("a")
        + '<sequenceFlow id="s.g" sourceRef="s" targetRef="g"/>'
        '<sequenceFlow id="f" sourceRef="g" targetRef="a"><conditionExpression>'
        "len(xs) == 2</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="no" sourceRef="g" targetRef="a"/>'
    )
    assert found(diagram(inside)) == [("bpmn-python-expression", "f")]


@pytest.mark.parametrize(
    ("text", "hours"), [('"PT1H"', 1), ("PT2H", 2), ("delay", 3), ("= duration(delay)", 3)]
)
def test_a_time_is_a_text_in_quotes_or_a_variable(text, hours):
    timer = (
        '<boundaryEvent id="late" attachedToRef="t"><timerEventDefinition>'
        f"<timeDuration>{text}</timeDuration></timerEventDefinition></boundaryEvent>"
    )
    ours = play(diagram(chain(task("t")) + timer + task("h") + flows("late", "h")))
    assert (ours.start(delay="PT3H").find("late").due_at - NOON).total_seconds() == hours * 3600


@pytest.mark.parametrize("kind", ["signal", "escalation", "error"])
def test_what_is_thrown_along_goes_into_the_variable_that_takes_it(kind):
    code = "" if kind == "signal" else f'{kind}Code="x"'
    payload = ext(
        "<spiffworkflow:payloadExpression>{'r1': v1, 'r2': 2}</spiffworkflow:payloadExpression>"
        "<spiffworkflow:variableName>result</spiffworkflow:variableName>"
    )
    root = f'<{kind} id="it" name="it" {code}>{payload}</{kind}>'
    thrown = f'<{kind}EventDefinition {kind}Ref="it"/>'
    inner = f'<startEvent id="i"/><endEvent id="x" name="x">{thrown}</endEvent>{flows("i", "x")}'
    caught = f'<boundaryEvent id="b" attachedToRef="sub">{thrown}</boundaryEvent>'
    sub = f'<subProcess id="sub" name="sub">{inner}</subProcess>'
    inside = chain(sub) + caught + task("h") + flows("b", "h")
    ours = play(diagram(inside, root)).start(v1=1)
    assert ours.waiting() == ["h"]
    assert ours.variables["result"] == {"r1": 1, "r2": 2}
    if kind != "signal":  # SpiffWorkflow throws no signal at an end
        alone = Alone(diagram(inside, root), v1=1)
        assert alone.data["result"] == ours.variables["result"]


def _send(name: str, ref: str, payload: str) -> str:
    return (
        f'<sendTask id="{name}" name="{name}" messageRef="{ref}">'
        + ext(f"<spiffworkflow:messagePayload>{payload}</spiffworkflow:messagePayload>")
        + "</sendTask>"
    )


def _take(name: str, ref: str, variable: str) -> str:
    return (
        f'<receiveTask id="{name}" name="{name}" messageRef="{ref}">'
        + ext(f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>")
        + "</receiveTask>"
    )


def test_a_message_of_the_same_case_finds_the_conversation_it_belongs_to():
    loop = """<multiInstanceLoopCharacteristics><loopDataInputRef>nums</loopDataInputRef>
    <inputDataItem id="n"/></multiInstanceLoopCharacteristics>"""
    inner = (
        '<startEvent id="i"/><endEvent id="x"/>'
        + _send("ask", "m1", "{'num': n}")
        + _take("hear", "m2", "reply")
        + task("see")
        + flows("i", "ask", "hear", "see", "x")
    )
    sub = f'<subProcess id="sub" name="sub">{loop}{inner}</subProcess>'
    ours = play(diagram(chain(task("go"), sub), SENT)).start(nums=[4, 7]).complete("go")
    keys = [each.correlation_key for each in ours.of(c.SubscriptionOpened)]
    assert keys == ["4", "7"]
    ours.deliver("hear", about=7, word="yes")
    assert ours.find("see").variables["reply"] == {"about": 7, "word": "yes"}


def test_a_message_thrown_reaches_who_waits_in_the_same_case_with_its_key_and_nobody_else():
    inside = (
        '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="f"/>'
        + task("go")
        + _send("ask", "m1", "{'num': n}")
        + _take("one", "m1", "got")
        + flows("s", "f", "go", "ask", "e")
        + flows("f", "one", "e")
    )
    ours = play(diagram(inside, SENT)).start(n=5)
    assert ours.waiting() == ["go", "one"]
    assert ours.complete("go").ended
    assert ours.of(c.VariablesSet)[-1].variables["got"] == {"num": 5}
    process_side = (
        "<spiffworkflow:processVariableCorrelation><spiffworkflow:propertyId>number"
        "</spiffworkflow:propertyId><spiffworkflow:expression>mine</spiffworkflow:expression>"
        "</spiffworkflow:processVariableCorrelation>"
    )
    keyed = inside.replace(
        "<spiffworkflow:messageVariable>", process_side + "<spiffworkflow:messageVariable>"
    )
    other = play(diagram(keyed, SENT)).start(n=5, mine=6)
    assert other.find("one").correlation_key == "6"
    assert other.complete("go").waiting() == ["one"]


def test_several_properties_of_one_message_make_one_key():
    second = SENT[SENT.index("<correlationProperty ") :].replace('"number"', '"alone"')
    second = second.replace(
        "<messagePath>num</messagePath>", "<formalExpression>no</formalExpression>"
    )
    inside = (
        '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="f"/>'
        + task("go")
        + _send("ask", "m1", "{'num': n, 'no': 2}")
        + _take("hear", "m2", "reply")
        + flows("s", "f", "go", "ask", "hear", "e")
    )
    ours = play(diagram(inside, SENT + second)).start(n=5).complete("go")
    assert ours.find("hear").correlation_key == "2,5"


@pytest.mark.parametrize("sequential", ["false", "true"])
def test_a_loop_over_data_by_reference_collects_what_its_item_gives(sequential):
    loop = f"""<multiInstanceLoopCharacteristics isSequential="{sequential}">
    <loopDataInputRef>xs</loopDataInputRef><loopDataOutputRef>ys</loopDataOutputRef>
    <inputDataItem id="x"/><outputDataItem id="y"/>
    <completionCondition>y == 0</completionCondition></multiInstanceLoopCharacteristics>"""
    data = diagram(chain(task("t", more=loop), task("u")))
    ours, alone = play(data).start(xs=[1, 2, 3]), Alone(data, xs=[1, 2, 3])
    for value in (5, 6, 7):
        assert ours.waiting() == alone.open()
        ours.complete("t", y=value)
        alone.do("t", y=value)
    assert ours.variables["ys"] == alone.data["ys"] == [5, 6, 7]
    ended = play(data).start(xs=[1, 2, 3]).complete("t", y=0)
    assert ended.waiting() == Alone(data, xs=[1, 2, 3]).do("t", y=0).open() == ["u"]


@pytest.mark.parametrize("number", ["2", "n - 1", "0"])
def test_a_loop_runs_as_often_as_its_number_says(number):
    loop = f"""<multiInstanceLoopCharacteristics>
    <loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics>"""
    data = diagram(chain(task("t", more=loop), task("u")))
    assert play(data).start(n=3).waiting() == Alone(data, n=3).open()


def test_a_call_takes_in_and_gives_out_what_the_called_process_says():
    called = f'<process id="q" isExecutable="true">{IO}{chain(task("a"))}</process>'
    called = called.replace('id="s"', 'id="qs"').replace('id="e"', 'id="qe"')
    called = called.replace('"s.a"', '"qs.a"').replace('sourceRef="s"', 'sourceRef="qs"')
    called = called.replace('"a.e"', '"a.qe"').replace('targetRef="e"', 'targetRef="qe"')
    call = '<callActivity id="c" name="c" calledElement="q"/>'
    data = diagram(chain(call, task("u")), others=called)
    ours, alone = play(data).start(i=1, j=2), Alone(data, i=1, j=2)
    assert ours.find("a").variables == alone.data == {"i": 1}
    ours.complete("a", o=3, more=4)
    assert ours.variables == alone.do("a", o=3, more=4).data == {"i": 1, "j": 2, "o": 3}


def test_an_activity_takes_in_and_gives_out_what_it_says():
    data = diagram(chain(task("t", more=IO), task("u")))
    ours = play(data).start(i=1, j=2).complete("t", o=3, more=4)
    assert ours.variables == {"i": 1, "j": 2, "o": 3}
    alone = Alone(data, i=1, j=2).do("t", o=3, more=4)
    assert alone.data == {"o": 3}  # SpiffWorkflow forgets all else


def test_a_data_object_is_a_variable_of_the_scope_it_is_drawn_in():
    inner = (
        '<dataObject id="own"/><startEvent id="i"/><endEvent id="x"/>'
        + task("write")
        + flows("i", "write", "x")
    )
    sub = f'<subProcess id="sub" name="sub">{inner}</subProcess>'
    ours = play(diagram('<dataObject id="all"/>' + chain(sub, task("u")))).start()
    assert ours.complete("write", own=1, all=2).variables == {"all": 2}


def test_both_dialects_on_one_element_are_refused():
    both = """<spiffworkflow:allowGuest>true</spiffworkflow:allowGuest>
    <zeebe:userTask xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"/>"""
    assert found(diagram(chain(task("t", both)))) == [("bpmn-two-dialects", "t")]


def test_both_dialects_in_one_file_are_not():
    zeebe = '<zeebe:userTask xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"/>'
    named = "<spiffworkflow:variableName>answers</spiffworkflow:variableName>"
    ours = play(diagram(chain(task("t", zeebe), task("u", named), task("v"))))
    assert ours.start().complete("t").complete("u", a=1).variables == {"answers": {"a": 1}}


def test_a_manual_task_is_passed_and_that_is_told():
    data = diagram(
        chain(
            task("m", "<spiffworkflow:allowGuest>true</spiffworkflow:allowGuest>", "manualTask"),
            task("u"),
        )
    )
    assert ("bpmn-task-passed", "m") in {
        (p.code, p.element) for p in check_bundle({"a.bpmn": data})
    }
    assert play(data).start().waiting() == ["u"]


def test_what_has_an_inside_that_nobody_knows_is_told():
    data = diagram(
        chain(task("t", "<spiffworkflow:wide><spiffworkflow:deep/></spiffworkflow:wide>"))
    )
    assert [p.code for p in check_bundle({"a.bpmn": data})] == ["bpmn-unknown-extension"]


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
