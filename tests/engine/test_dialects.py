"""Diagrams of other engines, and flows that end where no token can stand: one finding each."""

from __future__ import annotations

import pytest

from service.bpmn.dialects import DIALECTS
from service.engine import check_bundle, load_bundle
from service.errors import DefinitionInvalid, Severity
from tests.kit.drawing import draw

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" {more}>'
    '<process id="p" isExecutable="true"><startEvent id="s"/>{inside}</process></definitions>'
)
MANY = """<userTask id="t" name="t" {x}assignee="${{boss}}" {x}formKey="f" {x}dueDate="${{d}}"/>
<exclusiveGateway id="g" name="g"/>
<serviceTask id="a" name="a" {x}class="com.x.A"/>
<serviceTask id="b" name="b" {x}expression="${{y}}"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
<sequenceFlow id="f2" sourceRef="t" targetRef="g"/>
<sequenceFlow id="f3" sourceRef="g" targetRef="a"><conditionExpression>${{ok == true}}
</conditionExpression></sequenceFlow>
<sequenceFlow id="f4" sourceRef="g" targetRef="b"><conditionExpression>#{{not ok}}
</conditionExpression></sequenceFlow>"""


def check(inside: str, more: str = "") -> list[tuple[str, str, Severity]]:
    data = HEAD.format(inside=inside, more=more).encode()
    return [(each.code, each.element, each.severity) for each in check_bundle({"a.bpmn": data})]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.namespace)
def test_another_engine_is_one_finding_by_its_name(dialect):
    more = f'xmlns:x="{dialect.namespace}"'
    assert check(MANY.format(x="x:"), more) == [(dialect.code, "t", Severity.ERROR)]
    data = HEAD.format(inside=MANY.format(x="x:"), more=more).encode()
    with pytest.raises(DefinitionInvalid, match=dialect.name):
        load_bundle({"a.bpmn": data})


def test_java_expressions_alone_tell_camunda_7():
    assert check(MANY.format(x="")) == [("bpmn-camunda7", "f3", Severity.ERROR)]


USER = '<userTask id="t" name="t" {}/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>'
CAMUNDA = 'xmlns:x="http://camunda.org/schema/1.0/bpmn"'


def test_a_namespace_that_is_only_declared_is_nothing():
    assert check(USER.format(""), CAMUNDA) == []


def test_what_changes_nothing_is_a_warning():
    found = check(USER.format('x:asyncBefore="true"'), CAMUNDA)
    assert found == [("bpmn-camunda7", "t", Severity.WARNING)]


def test_what_is_left_over_beside_zeebe_is_a_warning():
    zeebe = """<userTask id="u" name="u" x:assignee="${a}"><extensionElements>
      <zeebe:assignmentDefinition assignee="=a"/></extensionElements></userTask>
      <sequenceFlow id="f2" sourceRef="t" targetRef="u"/>"""
    found = check(USER.format("") + zeebe, CAMUNDA)
    assert found == [("bpmn-camunda7", "u", Severity.WARNING)]


ENDS = {
    "a note": '<textAnnotation id="end"/>',
    "data": '<dataObject id="end"/>',
    "an association": '<association id="end" sourceRef="t" targetRef="s"/>',
    "a flow": '<sequenceFlow id="end" sourceRef="s" targetRef="t"/>',
    "the process": '<userTask id="end" name="end"/>',
    "nothing": "",
    "another scope": """<subProcess id="sub" name="sub"><startEvent id="in"/>
        <userTask id="end" name="end"/><sequenceFlow id="i" sourceRef="in" targetRef="end"/>
        </subProcess><sequenceFlow id="j" sourceRef="s" targetRef="sub"/>""",
}


@pytest.mark.parametrize("what", ENDS)
def test_a_flow_ends_at_a_flow_node_of_its_scope(what):
    target = {"the process": "p", "nothing": ""}.get(what, "end")
    found = check(
        USER.format("")
        + ENDS[what]
        + f'<sequenceFlow id="bad" sourceRef="t" targetRef="{target}"/>'
    )
    errors = [(code, element) for code, element, severity in found if severity == "error"]
    assert ("bpmn-dangling-flow", "bad") in errors
    drawn = HEAD.format(
        inside=USER.format("")
        + ENDS[what]
        + f'<sequenceFlow id="bad" sourceRef="{target}" targetRef="t"/>',
        more="",
    )
    assert ("bpmn-dangling-flow", "bad") in {
        (each.code, each.element) for each in check_bundle({"a.bpmn": drawn.encode()})
    }


def test_a_flow_between_nodes_of_one_scope_is_none():
    text = "process p {\nstartEvent s\nuserTask t name=t\nendEvent e\ns -> t -> e\n}"
    assert check_bundle({"a.bpmn": draw(text)}) == []
