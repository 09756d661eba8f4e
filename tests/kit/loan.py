"""A small process for the SDKs: a worker's job, a person's task, a message; and a decision."""

from __future__ import annotations

from tests.kit.small import HEAD

LOAN = (
    HEAD
    + """<bpmn:error id="no" name="no" errorCode="NO"/>
<bpmn:process id="loan" name="Loan" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:serviceTask id="score" name="Score"><bpmn:extensionElements>
   <zeebe:taskDefinition type="score" retries="3"/>
   <zeebe:taskHeaders><zeebe:header key="model" value="m1"/></zeebe:taskHeaders>
    </bpmn:extensionElements>
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:serviceTask>
 <bpmn:boundaryEvent id="refused" attachedToRef="score"><bpmn:outgoing>f5</bpmn:outgoing>
   <bpmn:errorEventDefinition id="ed" errorRef="no"/></bpmn:boundaryEvent>
 <bpmn:endEvent id="over"><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent>
 <bpmn:userTask id="check" name="Check"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
   <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:userTask>
 <bpmn:intermediateCatchEvent id="wait"><bpmn:incoming>f3</bpmn:incoming>
  <bpmn:outgoing>f4</bpmn:outgoing>
   <bpmn:messageEventDefinition id="md" messageRef="m"/></bpmn:intermediateCatchEvent>
 <bpmn:endEvent id="e"><bpmn:incoming>f4</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="score"/>
 <bpmn:sequenceFlow id="f2" sourceRef="score" targetRef="check"/>
 <bpmn:sequenceFlow id="f3" sourceRef="check" targetRef="wait"/>
 <bpmn:sequenceFlow id="f4" sourceRef="wait" targetRef="e"/>
 <bpmn:sequenceFlow id="f5" sourceRef="refused" targetRef="over"/>
</bpmn:process></bpmn:definitions>"""
)

RATE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
 id="rates" name="Rates" namespace="t">
 <decision id="rate" name="Rate"><variable name="Rate" typeRef="number"/>
  <decisionTable id="dt" hitPolicy="FIRST">
   <input id="i1" label="score"><inputExpression id="ie" typeRef="number"><text>score</text>
    </inputExpression></input>
   <output id="o1" name="Rate" typeRef="number"/>
   <rule id="r1"><inputEntry id="c1"><text>&gt;= 700</text></inputEntry><outputEntry id="v1">
    <text>2</text></outputEntry></rule>
   <rule id="r2"><inputEntry id="c2"><text>-</text></inputEntry><outputEntry id="v2">
    <text>5</text></outputEntry></rule>
  </decisionTable></decision></definitions>"""
