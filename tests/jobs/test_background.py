"""Timers, jobs, signals and incidents in the background, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import jobs
from service.audit import list_history, verify
from service.db import Database
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations import (
    activate_jobs,
    broadcast_signal,
    complete_job,
    fail_job,
    fire_timer,
    resolve_incident,
    start_instance,
)
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES, HEAD

ADMIN = Actor("root", frozenset({"admin"}))
MINUTE = timedelta(minutes=1)
WORK = (
    HEAD
    + """
<bpmn:signal id="g" name="go"/>
<bpmn:process id="work" name="Work" isExecutable="true">
 <bpmn:startEvent id="s" name="Begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:intermediateCatchEvent id="wait" name="Wait"><bpmn:incoming>f1</bpmn:incoming>
  <bpmn:outgoing>f2</bpmn:outgoing>
   <bpmn:signalEventDefinition id="sd" signalRef="g"/></bpmn:intermediateCatchEvent>
 <bpmn:serviceTask id="robot" name="Robot"><bpmn:extensionElements>
  <zeebe:taskDefinition type="robot" retries="2"/>
   </bpmn:extensionElements><bpmn:incoming>f2</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:serviceTask>
 <bpmn:endEvent id="e" name="Done"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="wait"/>
 <bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="robot"/>
 <bpmn:sequenceFlow id="f3" sourceRef="robot" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
)


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(
        database, {**FILES, "processes/work.bpmn": WORK.replace('id="d"', 'id="d2"').encode()}
    )


def activate(runtime: Runtime, now: object = NOW) -> list[int]:
    handed = activate_jobs(runtime, "robot", worker="w", lease=MINUTE, now=now)  # type: ignore[arg-type]
    return [row["key"] for row in handed]


def test_a_timer_is_claimed_once_and_fires_once(small: Runtime) -> None:
    start_instance(small, "small", {}, actor=ADMIN, now=NOW)
    late = NOW + timedelta(hours=2)
    with small.database.transaction() as connection:
        assert jobs.claim_timers(connection, now=NOW, owner="a", lease=MINUTE) == []
        [due] = jobs.claim_timers(connection, now=late, owner="a", lease=MINUTE)
        assert jobs.claim_timers(connection, now=late, owner="b", lease=MINUTE) == []
        assert (
            len(jobs.claim_timers(connection, now=late + 2 * MINUTE, owner="b", lease=MINUTE)) == 1
        )
    assert fire_timer(small, due.key, now=late) is not None
    assert fire_timer(small, due.key, now=late) is None


def test_a_job_is_leased_fails_and_is_mended(small: Runtime) -> None:
    root_key = start_instance(small, "work", {}, actor=ADMIN, now=NOW).root_key
    assert broadcast_signal(small, "other", {}, actor=ADMIN, now=NOW) == 0
    assert broadcast_signal(small, "go", {}, actor=ADMIN, now=NOW) == 1
    [key] = activate(small)
    assert activate(small) == []
    assert activate(small, NOW + 2 * MINUTE) == [key]
    fail_job(small, key, retries=0, message="no power", actor=ADMIN, now=NOW)
    assert activate(small, NOW + 9 * MINUTE) == []
    with pytest.raises(StateConflict, match="failed"):
        complete_job(small, key, {}, actor=ADMIN, now=NOW)
    with small.database.read() as connection:
        [incident] = jobs.list_incidents(connection)
    resolve_incident(small, incident["key"], actor=ADMIN, now=NOW)
    assert activate(small) == [key]
    assert complete_job(small, key, {}, actor=ADMIN, now=NOW).ended
    with pytest.raises(StateConflict):
        complete_job(small, key, {}, actor=ADMIN, now=NOW)
    with small.database.read() as connection:
        assert verify(connection, root_key) is None
        assert [row.event for row in list_history(connection, root_key)][-1] == "case:job:completed"
