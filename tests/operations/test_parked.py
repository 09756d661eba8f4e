"""A job that is done stays done when what follows it cannot go on: the incident is on what follows,
and its resolution goes on from there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import jobs
from service.audit import list_history, verify
from service.db import Database
from service.engine import commands as q
from service.errors import StateConflict
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.operations import (
    activate_jobs,
    complete_job,
    modify_instance,
    resolve_incident,
    set_variables,
    start_instance,
    throw_job_error,
)
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD

ROOT = Actor("root", frozenset({"admin"}))
HOUR = timedelta(hours=1)
FILES = {
    "paid.bpmn": (
        HEAD
        + """<bpmn:error id="no" errorCode="no"/>
<bpmn:process id="paid" name="Paid" isExecutable="true">
 <bpmn:startEvent id="s"/>
 <bpmn:serviceTask id="pay" name="Pay"><bpmn:extensionElements>
  <zeebe:taskDefinition type="pay"/></bpmn:extensionElements></bpmn:serviceTask>
 <bpmn:boundaryEvent id="failed" attachedToRef="pay"><bpmn:errorEventDefinition errorRef="no"/>
 </bpmn:boundaryEvent>
 <bpmn:exclusiveGateway id="g" name="Which?" default="f5"/>
 <bpmn:userTask id="a" name="A"><bpmn:extensionElements><zeebe:userTask/>
  </bpmn:extensionElements></bpmn:userTask>
 <bpmn:userTask id="b" name="B"><bpmn:extensionElements><zeebe:userTask/>
  </bpmn:extensionElements></bpmn:userTask>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="pay"/>
 <bpmn:sequenceFlow id="f2" sourceRef="pay" targetRef="g"/>
 <bpmn:sequenceFlow id="f3" sourceRef="failed" targetRef="g"/>
 <bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="a">
  <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"
  >=amount &gt; 5</bpmn:conditionExpression>
 </bpmn:sequenceFlow>
 <bpmn:sequenceFlow id="f5" sourceRef="g" targetRef="b"/>
</bpmn:process></bpmn:definitions>"""
    ).encode()
}


class Case:
    """One case whose payment was made, and whose gateway then found no amount."""

    def __init__(self, database: Database, *, error: bool = False) -> None:
        self.runtime: Runtime = release_files(database, FILES)
        self.root = start_instance(self.runtime, "paid", {}, actor=ROOT, now=NOW).root_key
        [self.job] = self.take()
        if error:
            throw_job_error(self.runtime, self.job, "no", actor=ROOT, now=NOW)
        else:
            complete_job(self.runtime, self.job, {"paid": True}, actor=ROOT, now=NOW)

    def take(self) -> list[int]:
        rows = activate_jobs(self.runtime, "pay", worker="w", lease=HOUR, now=NOW + 9 * HOUR)
        return [row["key"] for row in rows]

    def incidents(self) -> list[tuple[str, str]]:
        with self.runtime.database.read() as connection:
            rows = jobs.list_incidents_of(connection, self.root)
        return [(row["element_id"], row["kind"]) for row in rows]

    def resolve(self) -> None:
        with self.runtime.database.read() as connection:
            [row] = jobs.list_incidents_of(connection, self.root)
        resolve_incident(self.runtime, row["key"], actor=ROOT, now=NOW, reason="mended")

    def tasks(self) -> list[str]:
        with self.runtime.database.read() as connection:
            return [task.element_id for task in list_open_tasks(connection, self.root)]

    def history(self) -> list[str]:
        with self.runtime.database.read() as connection:
            assert verify(connection, self.root) is None
            return [row.event for row in list_history(connection, self.root)]


@pytest.mark.parametrize("error", [False, True])
def test_a_job_is_not_handed_out_again_because_of_what_follows(
    database: Database, error: bool
) -> None:
    case = Case(database, error=error)
    assert case.take() == []
    assert case.incidents() == [("g", "expression-null")]
    done = "case:job:error-thrown" if error else "case:job:completed"
    assert case.history()[1:] == [done, "case:incident:raised"]
    with pytest.raises(StateConflict):
        complete_job(case.runtime, case.job, {}, actor=ROOT, now=NOW)


def test_its_resolution_goes_on_from_there(database: Database) -> None:
    case = Case(database)
    case.resolve()  # nothing was mended: the same again, once
    assert case.incidents() == [("g", "expression-null")]
    set_variables(
        case.runtime, case.root, "", {"amount": 9}, actor=ROOT, now=NOW, reason="it was missing"
    )
    case.resolve()
    assert case.incidents() == []
    assert case.tasks() == ["a"]
    events = case.history()
    assert events.count("case:incident:resolved") == 2
    assert events.count("case:job:completed") == 1


def test_its_incident_ends_with_the_token(database: Database) -> None:
    case = Case(database)
    move = q.Modify(move=(q.Move(q.Which(element_id="g"), q.Activate("b")),))
    modify_instance(case.runtime, case.root, move, reason="by hand", actor=ROOT, now=NOW)
    assert case.tasks() == ["b"]
    assert case.incidents() == []
    with case.runtime.database.read() as connection:
        assert get_instance(connection, case.root).state == "active"
