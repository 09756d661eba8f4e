"""A small process to move in tests: one task after another, a timer on the first, a message, a
worker's job."""

from __future__ import annotations

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
<bpmn:message id="m" name="answer"><bpmn:extensionElements>
<zeebe:subscription correlationKey="=ref"/></bpmn:extensionElements></bpmn:message>
"""

SMALL = (
    HEAD
    + """
<bpmn:process id="small" name="Small" isExecutable="true">
 <bpmn:startEvent id="s" name="Begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:userTask id="first" name="First"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
 <bpmn:userTask id="second" name="Second"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="approver"/>
   <zeebe:properties><zeebe:property name="fourEyes" value="first"/></zeebe:properties>
    </bpmn:extensionElements>
   <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:userTask>
 <bpmn:endEvent id="e" name="Done"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
 <bpmn:boundaryEvent id="late" name="Late" attachedToRef="first" cancelActivity="false">
   <bpmn:outgoing>f4</bpmn:outgoing>
   <bpmn:timerEventDefinition id="t1">
    <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
   </bpmn:timerEventDefinition></bpmn:boundaryEvent>
 <bpmn:endEvent id="e2" name="Reminded"><bpmn:incoming>f4</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="first"/>
 <bpmn:sequenceFlow id="f2" sourceRef="first" targetRef="second"/>
 <bpmn:sequenceFlow id="f3" sourceRef="second" targetRef="e"/>
 <bpmn:sequenceFlow id="f4" sourceRef="late" targetRef="e2"/>
</bpmn:process></bpmn:definitions>"""
)

FILES = {"processes/small.bpmn": SMALL.encode()}
