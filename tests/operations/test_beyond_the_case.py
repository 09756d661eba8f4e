"""What a message sets off beyond the case happens too: whether it met who waited, or was waiting
itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import cases
from service.db import Database
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import complete_task, publish_message, register_complaint
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES, SMALL

AMY = Actor("amy", frozenset({"handler"}))
GIVEN = {
    "content": "Charged twice.",
    "language": "en",
    "contact": {"email": "owen@customer.invalid"},
}
THEN = """<bpmn:intermediateCatchEvent id="catch"><bpmn:incoming>f2</bpmn:incoming>
 <bpmn:outgoing>f5</bpmn:outgoing>
 <bpmn:messageEventDefinition messageRef="m"/></bpmn:intermediateCatchEvent>
 <bpmn:serviceTask id="follow"><bpmn:extensionElements><zeebe:taskDefinition type="redress.follow"/>
 <zeebe:taskHeaders><zeebe:header key="process" value="small"/></zeebe:taskHeaders>
  </bpmn:extensionElements>
 <bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f6</bpmn:outgoing></bpmn:serviceTask>
 <bpmn:sequenceFlow id="f5" sourceRef="catch" targetRef="follow"/>
 <bpmn:sequenceFlow id="f6" sourceRef="follow" targetRef="second"/>
 <bpmn:userTask id="second" """
COMPLAINT = (
    SMALL.replace('process id="small"', 'process id="complaint"')
    .replace('correlationKey="=ref"', 'correlationKey="=string(1)"')
    .replace("<bpmn:incoming>f2<", "<bpmn:incoming>f6<")
    .replace('sourceRef="first" targetRef="second"', 'sourceRef="first" targetRef="catch"')
    .replace('<bpmn:userTask id="second" ', THEN)
)


@pytest.mark.parametrize("waiting", [True, False])
def test_a_message_starts_the_follower(database: Database, waiting: bool) -> None:
    runtime = release_files(database, {**FILES, "processes/complaint.bpmn": COMPLAINT.encode()})
    done = register_complaint(runtime, parse_complaint(GIVEN, now=NOW), actor=AMY, now=NOW)
    with database.read() as connection:
        (task,) = list_tasks(connection, AMY)[0]
    steps = [
        lambda: publish_message(
            runtime, "answer", "1", {}, actor=AMY, now=NOW, life=timedelta(hours=1)
        ),
        lambda: complete_task(runtime, task.key, {}, actor=AMY, now=NOW),
    ]
    for step in steps if waiting else reversed(steps):
        step()
    with database.read() as connection:
        assert [each["process_id"] for each in cases.list_followers(connection, done.root_key)] == [
            "small"
        ]
