"""What follows from a step follows in its transaction, once, in bounds; what cannot be done is an
incident that loses nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import cases
from service.audit import list_history, verify
from service.db import Database
from service.engine import EngineError
from service.execution import cascade
from service.execution.cascade import LIMIT
from service.execution.read_case import get_instance
from service.execution.runtime import Runtime
from service.identity import Actor
from service.instances.tables import process_instance
from service.intake import parse_complaint
from service.jobs.tables import incident, message_start, timer
from service.letters.tables import letter
from service.operations import (
    complete_task,
    declare_emergency,
    fire_timer,
    publish_message,
    register_complaint,
    resolve_incident,
    start_instance,
)
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD
from tests.kit.waiting import MESSAGES

AMY = Actor("amy", frozenset({"handler", "admin"}))
LIFE = timedelta(days=1)
START = '<bpmn:messageEventDefinition messageRef="order"/>'
ORDER = '<bpmn:message id="order" name="order"/>'
TASK = """<bpmn:userTask id="t" name="T"><bpmn:extensionElements><zeebe:userTask/>
 <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements></bpmn:userTask>"""
SCRIPT = """<bpmn:scriptTask id="t"><bpmn:extensionElements>
 <zeebe:script expression="={script}" resultVariable="x"/></bpmn:extensionElements>
 </bpmn:scriptTask>"""


def process(identifier: str, middle: str, *, start: str = "", more: str = "") -> bytes:
    """start → t → e."""
    return f"""{HEAD.replace('id="d"', f'id="d-{identifier}"')}{MESSAGES}{ORDER}
<bpmn:process id="{identifier}" isExecutable="true">
 <bpmn:startEvent id="s">{start}</bpmn:startEvent>{middle}<bpmn:endEvent id="e"/>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>
 <bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/>{more}
</bpmn:process></bpmn:definitions>""".encode()


LOOP = process(
    "loop",
    """<bpmn:receiveTask id="t" messageRef="m"/><bpmn:exclusiveGateway id="g" default="f4"/>""",
    more="""<bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="t"/>
 <bpmn:sequenceFlow id="f5" sourceRef="g" targetRef="e"><bpmn:conditionExpression
  xsi:type="bpmn:tFormalExpression">=last = true</bpmn:conditionExpression></bpmn:sequenceFlow>""",
).replace(b'sourceRef="t" targetRef="e"', b'sourceRef="t" targetRef="g"')
"""Takes a message after the other until one says that it is the last."""


def waiting(runtime: Runtime) -> int:
    with runtime.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(process_instance)
        return int(
            connection.execute(query.where(process_instance.c.state == "active")).scalar_one()
        )


def incidents(runtime: Runtime) -> list[tuple[int, int, str]]:
    with runtime.database.read() as connection:
        rows = connection.execute(sa.select(incident).where(incident.c.state == "active"))
        return [(row.key, row.root_key, row.kind) for row in rows]


def publish(runtime: Runtime, name: str, key: str, count: int, **last: bool) -> None:
    for number in range(count):
        variables = {"n": number, **(last if number == count - 1 else {"last": False})}
        publish_message(runtime, name, key, variables, actor=AMY, now=NOW, life=LIFE)


def test_messages_of_one_key_start_one_instance_after_the_other_in_one_transaction(
    database: Database,
) -> None:
    """Each ends at once and makes room for the next: hundreds of them are no deeper than one."""
    count = 300
    held = process("ordered", TASK, start=START)
    runtime = release_files(database, {"ordered.bpmn": held})
    publish(runtime, "order", "k", count + 1)  # the first starts, the others wait for its end
    with database.read() as connection:
        (root,) = connection.execute(sa.select(process_instance.c.root_key)).scalars()
        (task,) = list_open_tasks(connection, root)
    ends_at_once = process("ordered", SCRIPT.format(script="1"), start=START)
    release_files(database, {"ordered.bpmn": ends_at_once})
    runtime = Runtime.open(database)
    complete_task(runtime, task.key, {}, actor=AMY, now=NOW)
    with database.read() as connection:
        states = list(connection.execute(sa.select(process_instance.c.state)).scalars())
        left = connection.execute(sa.select(message_start)).all()
        roots = list(connection.execute(sa.select(process_instance.c.root_key)).scalars())
        assert all(verify(connection, each) is None for each in roots)
    assert states == ["completed"] * (count + 1)
    assert left == []


@pytest.mark.parametrize("more", [0, 3])
def test_a_command_delivers_so_many_messages_and_says_when_more_are_left(
    database: Database, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    monkeypatch.setattr(cascade, "MOST", 10)
    runtime = release_files(database, {"loop.bpmn": LOOP})
    publish(runtime, "answer", "r", 10 + more, last=True)
    root = start_instance(runtime, "loop", {"ref": "r"}, actor=AMY, now=NOW).root_key
    found = incidents(runtime)
    assert [(root_key, kind) for _, root_key, kind in found] == [(root, LIMIT)] * bool(more)
    if more:
        assert waiting(runtime) == 1
        resolve_incident(runtime, found[0][0], actor=AMY, now=NOW)
    assert waiting(runtime) == 0
    assert incidents(runtime) == []
    with database.read() as connection:
        events = [row.event for row in list_history(connection, root)]
        assert verify(connection, root) is None
    assert events.count("case:message:correlated") == 10 + more


def test_starts_beyond_the_limit_wait_for_the_incident_to_be_resolved(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cascade, "MOST", 2)
    runtime = release_files(database, {"ordered.bpmn": process("ordered", TASK, start=START)})
    publish(runtime, "order", "k", 5)
    with database.read() as connection:
        (root,) = connection.execute(sa.select(process_instance.c.root_key)).scalars()
        (task,) = list_open_tasks(connection, root)
    release_files(
        database, {"ordered.bpmn": process("ordered", SCRIPT.format(script="1"), start=START)}
    )
    runtime = Runtime.open(database)
    complete_task(runtime, task.key, {}, actor=AMY, now=NOW)
    seen = []
    while found := incidents(runtime):
        ((key, _, kind),) = found
        seen.append(kind)
        resolve_incident(runtime, key, actor=AMY, now=NOW)
    assert seen == [LIMIT]  # two, and after the incident the last two
    with database.read() as connection:
        states = list(connection.execute(sa.select(process_instance.c.state)).scalars())
        assert connection.execute(sa.select(message_start)).all() == []
    assert states == ["completed"] * 5


def test_an_instance_ends_although_the_next_one_of_its_key_cannot_start(
    database: Database,
) -> None:
    runtime = release_files(database, {"ordered.bpmn": process("ordered", TASK, start=START)})
    publish(runtime, "order", "k", 2)
    with database.read() as connection:
        (root,) = connection.execute(sa.select(process_instance.c.root_key)).scalars()
        (task,) = list_open_tasks(connection, root)
    broken = process("ordered", '<bpmn:exclusiveGateway id="t"/>', start=START).replace(
        b'sourceRef="t" targetRef="e"/>',
        b"""sourceRef="t" targetRef="e"><bpmn:conditionExpression
 xsi:type="bpmn:tFormalExpression">=n = 99</bpmn:conditionExpression></bpmn:sequenceFlow>""",
    )
    release_files(database, {"ordered.bpmn": broken})
    runtime = Runtime.open(database)
    assert complete_task(runtime, task.key, {}, actor=AMY, now=NOW).ended
    ((key, root_key, _),) = incidents(runtime)
    assert root_key == root
    release_files(database, {"ordered.bpmn": process("ordered", TASK, start=START)})
    runtime = Runtime.open(database)
    resolve_incident(runtime, key, actor=AMY, now=NOW)
    assert incidents(runtime) == []
    assert waiting(runtime) == 1  # the message was kept, and has started it


def test_what_the_first_step_of_a_process_wants_is_done_too(runtime: Runtime) -> None:
    """The diagram of an emergency calls its teams before anybody has done anything."""
    admin = Actor("root", frozenset({"admin"}))
    found = declare_emergency(runtime, [], level="III", cause="Cards", actor=admin, now=NOW)
    with runtime.database.read() as connection:
        kinds = [row["kind"] for row in cases.list_actions(connection, found.root_key)]
        told = connection.execute(
            sa.select(sa.func.count())
            .select_from(letter)
            .where(letter.c.root_key == found.root_key, letter.c.template == "emergency")
        ).scalar_one()
        assert get_instance(connection, found.root_key).kind == "emergency"
        assert verify(connection, found.root_key) is None
    assert kinds.count("team") == 1
    assert told > 0


COMPLAINT = process(
    "complaint",
    TASK
    + """<bpmn:serviceTask id="follow"><bpmn:extensionElements>
 <zeebe:taskDefinition type="redress.follow"/><zeebe:taskHeaders>
 <zeebe:header key="process" value="nowhere"/></zeebe:taskHeaders></bpmn:extensionElements>
 </bpmn:serviceTask><bpmn:boundaryEvent id="late" attachedToRef="t"><bpmn:timerEventDefinition>
 <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
 </bpmn:timerEventDefinition></bpmn:boundaryEvent>""",
    more="""<bpmn:sequenceFlow id="f3" sourceRef="late" targetRef="follow"/>
 <bpmn:sequenceFlow id="f4" sourceRef="follow" targetRef="e"/>""",
).replace(b'sourceRef="t" targetRef="e"', b'sourceRef="t" targetRef="follow"')
"""Wants a process that nobody has deployed."""


@pytest.mark.parametrize("way", ["task", "timer"])
def test_a_process_that_is_not_there_stops_the_step_and_is_an_incident(
    database: Database, way: str
) -> None:
    runtime = release_files(database, {"complaint.bpmn": COMPLAINT})
    new = parse_complaint({"content": "Charged twice."}, now=NOW)
    root = register_complaint(runtime, new, actor=AMY, now=NOW).root_key
    with database.read() as connection:
        (task,) = list_open_tasks(connection, root)
        (due,) = connection.execute(sa.select(timer.c.key)).scalars()
    with pytest.raises(EngineError, match="'nowhere' is released"):
        if way == "task":
            complete_task(runtime, task.key, {}, actor=AMY, now=NOW)
        else:
            fire_timer(runtime, due, now=NOW + timedelta(hours=2))
    assert [(root_key, kind) for _, root_key, kind in incidents(runtime)] == [
        (root, "not-released")
    ]
    with database.read() as connection:
        assert [each.key for each in list_open_tasks(connection, root)] == [task.key]
        assert cases.list_followers(connection, root) == []
        assert verify(connection, root) is None
