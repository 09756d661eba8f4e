"""A case that goes round and round does not grow: neither its state nor what it waits for."""

from __future__ import annotations

from service.db import Database
from service.identity import Actor
from service.operations import complete_task, start_instance
from service.reporting import get_standing
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD

AMY = Actor("amy", frozenset({"handler"}))
ROUNDS = 100
LOOP = (
    HEAD
    + """
<bpmn:process id="loop" name="Follow up" isExecutable="true">
 <bpmn:startEvent id="s" name="Begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:exclusiveGateway id="join" name="Ask"><bpmn:incoming>f1</bpmn:incoming>
  <bpmn:incoming>back</bpmn:incoming>
   <bpmn:outgoing>f2</bpmn:outgoing></bpmn:exclusiveGateway>
 <bpmn:userTask id="ask" name="Ask the customer"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
   <bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:userTask>
 <bpmn:boundaryEvent id="late" name="Late" attachedToRef="ask" cancelActivity="false">
   <bpmn:outgoing>f4</bpmn:outgoing>
   <bpmn:timerEventDefinition id="t1">
    <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
   </bpmn:timerEventDefinition></bpmn:boundaryEvent>
 <bpmn:endEvent id="e2" name="Reminded"><bpmn:incoming>f4</bpmn:incoming></bpmn:endEvent>
 <bpmn:exclusiveGateway id="again" name="Again?" default="end"><bpmn:incoming>f3</bpmn:incoming>
   <bpmn:outgoing>back</bpmn:outgoing><bpmn:outgoing>end</bpmn:outgoing></bpmn:exclusiveGateway>
 <bpmn:endEvent id="e" name="Done"><bpmn:incoming>end</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="join"/>
 <bpmn:sequenceFlow id="f2" sourceRef="join" targetRef="ask"/>
 <bpmn:sequenceFlow id="f3" sourceRef="ask" targetRef="again"/>
 <bpmn:sequenceFlow id="f4" sourceRef="late" targetRef="e2"/>
 <bpmn:sequenceFlow id="back" name="Yes" sourceRef="again" targetRef="join">
   <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=more</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
 <bpmn:sequenceFlow id="end" name="No" sourceRef="again" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
)


def test_a_hundred_rounds_are_no_larger_than_one(database: Database) -> None:
    runtime = release_files(database, {"processes/loop.bpmn": LOOP.encode()})
    root_key = start_instance(runtime, "loop", {}, actor=AMY, now=NOW).root_key
    sizes = []
    for number in range(ROUNDS + 1):
        with database.read() as connection:
            standing = get_standing(connection, root_key)
        sizes.append(standing.state_bytes)
        assert (len(standing.tasks), len(standing.timers)) == (1, 1)
        complete_task(runtime, standing.tasks[0].key, {"more": number < ROUNDS}, actor=AMY, now=NOW)
    with database.read() as connection:
        assert get_standing(connection, root_key).state == "completed"
    print(f"\nstate bytes: {sizes[1]} after round 1, {sizes[ROUNDS]} after round {ROUNDS}")
    assert sizes[ROUNDS] - sizes[1] <= 16  # its counters have more digits
