"""Files from elsewhere: what becomes of a diagram of Camunda 7 or Flowable, a decision, a form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from service.bpmn.names import b, z
from service.cli.converting import convert as command
from service.conversion import Converted, Fate, convert_file
from service.engine import check_bundle
from service.errors import Severity

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="NAMESPACE"
 targetNamespace="t" id="d">"""
SEVEN = "http://camunda.org/schema/1.0/bpmn"
ORDER = """<bpmn:message id="m" name="paid"/>
<bpmn:process id="order" name="Order" isExecutable="true" camunda:historyTimeToLive="30"
 camunda:versionTag="v1">
 <bpmn:startEvent id="s" camunda:initiator="who"/>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="check"/>
 <bpmn:userTask id="check" name="Check" camunda:assignee="${clerk}"
  camunda:candidateGroups="sales, ${unit}" camunda:dueDate="${dateTime().plusDays(2).toDate()}">
  <bpmn:extensionElements>
   <camunda:formData>
    <camunda:formField id="amount" label="Amount" type="long">
     <camunda:validation><camunda:constraint name="required"/>
      <camunda:constraint name="min" config="1"/></camunda:validation></camunda:formField>
    <camunda:formField id="kind" label="Kind" type="enum">
     <camunda:value id="a" name="First"/><camunda:value id="b" name="Second"/>
    </camunda:formField>
   </camunda:formData>
   <camunda:taskListener event="complete" delegateExpression="${veto}"/>
  </bpmn:extensionElements></bpmn:userTask>
 <bpmn:sequenceFlow id="f2" sourceRef="check" targetRef="g"/>
 <bpmn:exclusiveGateway id="g" name="Large?" default="f4"/>
 <bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="pay">
  <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"
   >${amount &gt; 1000 &amp;&amp; kind.equals('a')}</bpmn:conditionExpression></bpmn:sequenceFlow>
 <bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="work"/>
 <bpmn:serviceTask id="pay" name="Pay" camunda:type="external" camunda:topic="payment">
  <bpmn:extensionElements>
   <camunda:inputOutput>
    <camunda:inputParameter name="sum">${amount * 2}</camunda:inputParameter>
    <camunda:inputParameter name="fixed">text</camunda:inputParameter>
    <camunda:outputParameter name="done">${ok}</camunda:outputParameter>
   </camunda:inputOutput>
   <camunda:failedJobRetryTimeCycle>R5/PT10M</camunda:failedJobRetryTimeCycle>
   <camunda:properties><camunda:property name="owner" value="finance"/></camunda:properties>
  </bpmn:extensionElements></bpmn:serviceTask>
 <bpmn:boundaryEvent id="late" attachedToRef="pay"><bpmn:timerEventDefinition>
  <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">${patience}</bpmn:timeDuration>
 </bpmn:timerEventDefinition></bpmn:boundaryEvent>
 <bpmn:sequenceFlow id="f5" sourceRef="late" targetRef="work"/>
 <bpmn:sequenceFlow id="f6" sourceRef="pay" targetRef="work"/>
 <bpmn:serviceTask id="work" name="Work" camunda:class="com.acme.Worker"
  camunda:resultVariable="found" camunda:asyncBefore="true">
  <bpmn:extensionElements>
   <camunda:executionListener event="start" class="com.acme.Audit"/>
   <camunda:field name="url"><camunda:string>http://x</camunda:string></camunda:field>
  </bpmn:extensionElements></bpmn:serviceTask>
 <bpmn:sequenceFlow id="f7" sourceRef="work" targetRef="calc"/>
 <bpmn:scriptTask id="calc" name="Calc" scriptFormat="groovy">
  <bpmn:script>execution.setVariable("total", amount * 1.2)</bpmn:script></bpmn:scriptTask>
 <bpmn:sequenceFlow id="f8" sourceRef="calc" targetRef="hard"/>
 <bpmn:scriptTask id="hard" name="Hard" scriptFormat="groovy">
  <bpmn:script>items.each { println it }</bpmn:script></bpmn:scriptTask>
 <bpmn:sequenceFlow id="f9" sourceRef="hard" targetRef="decide"/>
 <bpmn:businessRuleTask id="decide" name="Decide" camunda:decisionRef="${table}"
  camunda:resultVariable="level" camunda:mapDecisionResult="collectEntries"/>
 <bpmn:sequenceFlow id="f10" sourceRef="decide" targetRef="each"/>
 <bpmn:callActivity id="each" name="Each" calledElement="${called}">
  <bpmn:extensionElements><camunda:in variables="all"/>
   <camunda:out source="r" target="result"/></bpmn:extensionElements>
  <bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="items"
   camunda:elementVariable="item"><bpmn:completionCondition xsi:type="bpmn:tFormalExpression"
   >${nrOfCompletedInstances/nrOfInstances &gt;= 0.5}</bpmn:completionCondition>
  </bpmn:multiInstanceLoopCharacteristics></bpmn:callActivity>
 <bpmn:sequenceFlow id="f11" sourceRef="each" targetRef="wait"/>
 <bpmn:intermediateCatchEvent id="wait" name="Paid">
  <bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>
 <bpmn:sequenceFlow id="f12" sourceRef="wait" targetRef="e"/>
 <bpmn:endEvent id="e"><bpmn:messageEventDefinition camunda:type="external"
  camunda:topic="tell"/></bpmn:endEvent>
</bpmn:process></bpmn:definitions>"""


def converted(body: str, namespace: str = SEVEN) -> tuple[Converted, dict[str, etree._Element]]:
    content = (HEAD.replace("NAMESPACE", namespace) + body).encode()
    found = convert_file("order.bpmn20.xml", content)
    root = etree.fromstring(found.files["order.bpmn"])
    return found, {node.get("id"): node for node in root.iter(etree.Element) if node.get("id")}


def ext(node: etree._Element, tag: str) -> etree._Element:
    found = node.find(f"{b('extensionElements')}/{z(tag)}")
    assert found is not None, tag
    return found


def said(found: Converted, element: str, fate: Fate) -> str:
    lines = [each for each in found.lines if each.element == element and each.fate is fate]
    return "\n".join(each.message for each in lines)


def test_a_diagram_of_camunda_7_runs_here_but_for_what_is_told():
    found, at = converted(ORDER)
    assert found.dialect == "Camunda 7"
    assert dict(ext(at["check"], "assignmentDefinition").attrib) == {
        "assignee": "=clerk",
        "candidateGroups": '="sales, " + string(unit)',
    }
    assert ext(at["check"], "taskSchedule").get("dueDate") == '=now() + duration("P2D")'
    assert at["f3"][0].text == '=amount > 1000 and kind = "a"'
    assert dict(ext(at["pay"], "taskDefinition").attrib) == {"type": "payment", "retries": "5"}
    mapping = [(n.tag == z("input"), n.get("source"), n.get("target"))
               for n in ext(at["pay"], "ioMapping")]  # fmt: skip  # a row each
    assert mapping == [
        (True, "=amount * 2", "sum"), (True, '="text"', "fixed"), (False, "=ok", "done"),
    ]  # fmt: skip  # a row each
    assert ext(at["pay"], "properties")[0].get("value") == "finance"
    assert at["late"].findtext(f".//{b('timeDuration')}") == "=patience"
    assert ext(at["work"], "taskDefinition").get("type") == "Worker"
    assert ext(at["work"], "executionListeners")[0].get("type") == "Audit"
    assert ext(at["work"], "taskHeaders")[0].get("value") == "http://x"
    assert dict(ext(at["calc"], "script").attrib) == {
        "expression": "=amount * 1.2",
        "resultVariable": "total",
    }
    assert ext(at["hard"], "taskDefinition").get("type") == "Hard"
    assert dict(ext(at["decide"], "calledDecision").attrib) == {
        "decisionId": "=table",
        "resultVariable": "level",
    }
    assert ext(at["each"], "calledElement").get("propagateAllParentVariables") == "true"
    assert ext(at["each"], "calledElement").get("propagateAllChildVariables") == "false"
    loop = at["each"].find(b("multiInstanceLoopCharacteristics"))
    assert dict(ext(loop, "loopCharacteristics").attrib) == {
        "inputCollection": "=items",
        "inputElement": "item",
    }
    assert "numberOfCompletedInstances / numberOfInstances" in "".join(loop.itertext())
    assert ext(at["e"], "taskDefinition").get("type") == "tell"
    assert ext(at["order"], "versionTag").get("value") == "v1"


def test_what_is_left_is_told_on_its_element_and_the_rest_passes_the_check():
    found, at = converted(ORDER)
    left = {each.element for each in found.lines if each.fate is Fate.TO_DO}
    assert left == {"s", "check", "work", "hard", "decide", "wait"}
    assert "items.each" in said(found, "hard", Fate.TO_DO)
    assert "veto" in said(found, "check", Fate.TO_DO)
    assert [each.get("name") for each in ext(at["hard"], "properties")] == ["todo"]
    assert "asyncBefore" in said(found, "work", Fate.NO_EFFECT)
    files = {
        name: content
        for name, content in found.files.items()
        if name.endswith((".bpmn", ".form.json"))
    }
    errors = [each for each in check_bundle(files) if each.severity is Severity.ERROR]
    assert not errors
    todos = [each for each in check_bundle(files) if each.code == "bpmn-todo"]
    assert {each.element for each in todos} == left
    form = json.loads(found.files["check.form.json"])
    assert form["schema"]["required"] == ["amount"]
    assert form["schema"]["properties"]["amount"]["minimum"] == 1
    assert form["uiSchema"]["kind"]["ui:enumNames"] == ["First", "Second"]


@pytest.mark.parametrize(
    ("namespace", "name"),
    [("http://flowable.org/bpmn", "Flowable"), ("http://activiti.org/bpmn", "Activiti")],
)
def test_relatives_are_named_and_read(namespace, name):
    body = """<bpmn:process id="order" isExecutable="true"><bpmn:startEvent id="s"/>
    <bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <bpmn:userTask id="t" name="T" camunda:candidateUsers="${a},b">
     <bpmn:extensionElements><camunda:formProperty id="x" name="X" type="boolean"
      required="true"/></bpmn:extensionElements>
     <bpmn:potentialOwner><bpmn:resourceAssignmentExpression><bpmn:formalExpression
      >user(kermit), group(staff)</bpmn:formalExpression></bpmn:resourceAssignmentExpression>
     </bpmn:potentialOwner></bpmn:userTask>
    <bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="m"/>
    <bpmn:serviceTask id="m" name="Mail" camunda:type="mail">
     <bpmn:extensionElements><camunda:field name="to" stringValue="a@b.c"/>
     <camunda:field name="text"><camunda:expression>Dear ${x}</camunda:expression></camunda:field>
     </bpmn:extensionElements></bpmn:serviceTask></bpmn:process></bpmn:definitions>"""
    found, at = converted(body, namespace)
    assert found.dialect == name
    who = ext(at["t"], "assignmentDefinition")
    assert who.get("candidateGroups") == "staff"
    assert "kermit" in who.get("candidateUsers")
    assert json.loads(found.files["t.form.json"])["schema"]["required"] == ["x"]
    assert ext(at["m"], "taskDefinition").get("type") == "mail"
    assert ext(at["m"], "ioMapping")[0].get("source") == '="Dear " + string(x)'
    assert "mail" in said(found, "m", Fate.TO_DO)


def test_a_diagram_of_camunda_8_stays_as_it_is():
    body = """<bpmn:process id="order" isExecutable="true" xmlns:zeebe="ZEEBE">
    <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>
    <bpmn:serviceTask id="t" name="T" camunda:diagramRelationId="1"><bpmn:extensionElements>
    <zeebe:taskDefinition type="work"/></bpmn:extensionElements></bpmn:serviceTask>
    </bpmn:process></bpmn:definitions>""".replace("ZEEBE", z("")[1:-1])
    found, at = converted(body)
    assert found.dialect == "Camunda 8"
    assert [each.fate for each in found.lines if each.element] == [Fate.NO_EFFECT]
    assert len(at["t"].findall(f".//{z('taskDefinition')}")) == 1


def test_flows_without_an_id_and_a_flow_without_a_condition_are_taken():
    body = """<bpmn:process id="order" isExecutable="true"><bpmn:startEvent id="s"/>
    <bpmn:sequenceFlow sourceRef="s" targetRef="g"/><bpmn:exclusiveGateway id="g" name="?"/>
    <bpmn:sequenceFlow sourceRef="g" targetRef="t"><bpmn:conditionExpression><![CDATA[
     ${!ok}
    ]]></bpmn:conditionExpression></bpmn:sequenceFlow>
    <bpmn:sequenceFlow sourceRef="g" targetRef="e"/>
    <bpmn:serviceTask id="t" name="T"
     camunda:expression="${execution.setVariable('ok', true)}"/><bpmn:endEvent id="e"/>
    </bpmn:process></bpmn:definitions>"""
    found, at = converted(body)
    assert not [each for each in check_bundle(dict(found.files)) if each.severity is Severity.ERROR]
    assert at[at["g"].get("default")].get("targetRef") == "e"
    assert dict(ext(at["t"], "script").attrib) == {"expression": "=true", "resultVariable": "ok"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.bpmn", b"<definitions"),
        ("a.bpmn", b"\xff\xfe\x00"),
        ("a.bpmn", b"<?xml version='1.0' encoding='KOI8-R'?><a/>"),
        ("a.bpmn", b"<a>" + b" " * 21_000_000 + b"</a>"),
        ("a.xml", b"<html/>"),
        ("a.bpmn", b""),
        ("a.form", b"{"),
        ("a.form", b"[]"),
        ("a.form", json.dumps({"id": "f", "components": [{"type": "iframe"}]}).encode()),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(name, content):
    found = convert_file(name, content)
    assert not found.files
    [line] = found.lines
    assert line.fate is Fate.TO_DO
    assert 10 < len(line.message) < 400


def test_decisions_lose_what_is_of_camunda_7_and_their_inputs_are_read():
    text = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
     xmlns:camunda="http://camunda.org/schema/1.0/dmn" id="d" name="d" namespace="t">
     <decision id="x" name="X" camunda:historyTimeToLive="P5D"><decisionTable id="t">
     <input id="i"><inputExpression id="ie" typeRef="string" expressionLanguage="juel">
     <text>${order.kind}</text></inputExpression></input>
     <output id="o" name="r" typeRef="string"/></decisionTable></decision></definitions>"""
    found = convert_file("x.dmn", text.encode())
    made = found.files["x.dmn"].decode()
    assert "historyTimeToLive" not in made
    assert "<text>order.kind</text>" in made
    assert "juel" not in made


def test_the_command_writes_what_it_made_and_says_what_is_left(tmp_path: Path):
    source = tmp_path / "order.bpmn"
    source.write_text(HEAD.replace("NAMESPACE", SEVEN) + ORDER, encoding="utf-8")
    done = CliRunner().invoke(command, [str(source), "--into", str(tmp_path / "out")])
    assert done.exit_code == 1, done.output
    assert "Camunda 7" in done.output
    assert "! order.bpmn" in done.output
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "check.form.json",
        "order.bpmn",
    ]
    again = CliRunner().invoke(command, [str(tmp_path / "out" / "order.bpmn")])
    assert again.exit_code == 0, again.output
    missing = CliRunner().invoke(command, [str(tmp_path / "nothing")])
    assert missing.exit_code
