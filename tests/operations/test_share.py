"""Completed jobs of one case that wait for each other share one engine step and one write."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from service.audit import list_history, verify
from service.db import Database
from service.errors import StateConflict
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.jobs.tables import incident, message_delivery
from service.operations import activate_jobs, complete_job, publish_message, start_instance
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD

AMY = Actor("amy", frozenset({"admin"}))
HOUR = timedelta(hours=1)
MANY = (
    HEAD
    + """<bpmn:process id="many" name="Many" isExecutable="true">
 <bpmn:startEvent id="s"/><bpmn:endEvent id="e" name="done"/>
 <bpmn:subProcess id="body" name="Body"><bpmn:multiInstanceLoopCharacteristics>
  <bpmn:extensionElements>
  <zeebe:loopCharacteristics inputCollection="=items" inputElement="ref"/></bpmn:extensionElements>
  </bpmn:multiInstanceLoopCharacteristics>
  <bpmn:startEvent id="b1"/><bpmn:endEvent id="b2" name="through"/>
  <bpmn:serviceTask id="each" name="Each"><bpmn:extensionElements>
   <zeebe:taskDefinition type="each"/>
   </bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:exclusiveGateway id="g" name="Which?"/>
  <bpmn:receiveTask id="r" name="Wait" messageRef="m"/>
  <bpmn:sequenceFlow id="f3" sourceRef="b1" targetRef="each"/>
  <bpmn:sequenceFlow id="f4" sourceRef="each" targetRef="g"/>
  <bpmn:sequenceFlow id="f5" sourceRef="g" targetRef="r">
   <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"
   >=way = "wait"</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f6" sourceRef="g" targetRef="b2">
   <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression"
   >=way = "end"</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:sequenceFlow id="f7" sourceRef="r" targetRef="b2"/>
 </bpmn:subProcess>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="body"/>
  <bpmn:sequenceFlow id="f2" sourceRef="body" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
)


class Crowd:
    """An instance with a job for each item, and threads that complete jobs while its turn is
    taken."""

    def __init__(self, database: Database, count: int) -> None:
        self.runtime = release_files(database, {"many.bpmn": MANY.encode()})
        items = [f"r{number}" for number in range(count)]
        self.root = start_instance(
            self.runtime, "many", {"items": items}, actor=AMY, now=NOW
        ).root_key
        rows = activate_jobs(self.runtime, "each", worker="w", lease=HOUR, now=NOW, limit=count)
        self.jobs = [row["key"] for row in rows]

    def complete(self, jobs: Sequence[int], ways: Sequence[str]) -> list[BaseException | None]:
        """Each in a thread of its own, when all of them wait for the turn; what each was told."""
        told: list[BaseException | None] = [None] * len(jobs)

        def work(place: int) -> None:
            try:
                complete_job(self.runtime, jobs[place], {"way": ways[place]}, actor=AMY, now=NOW)
            except BaseException as error:
                told[place] = error

        threads = [threading.Thread(target=work, args=(place,)) for place in range(len(jobs))]
        with self.runtime.queue.wait_for(self.root):
            for thread in threads:
                thread.start()
            while len(self.runtime.queue._waiting.get(self.root, ())) < len(jobs):
                threading.Event().wait(0.001)
        for thread in threads:
            thread.join()
        return told

    def history(self) -> list[str]:
        with self.runtime.database.read() as connection:
            assert verify(connection, self.root) is None
            return [row.event for row in list_history(connection, self.root)]

    def version(self) -> int:
        with self.runtime.database.read() as connection:
            return get_instance(connection, self.root).version


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commands were in each attempt to do some together."""
    found: list[int] = []
    module = importlib.import_module("service.execution.share")

    def counted(
        together: Callable[..., Any], runtime: Runtime, group: Sequence[Any], *more: Any
    ) -> Any:
        found.append(len(group))
        return together(runtime, group, *more)

    monkeypatch.setattr(module, "_together", partial(counted, module._together))
    return found


def test_what_waits_is_one_step_one_write_and_a_row_of_the_history_each(
    database: Database, attempts: list[int]
) -> None:
    crowd = Crowd(database, 6)
    before = crowd.version()
    assert crowd.complete(crowd.jobs, ["end"] * 6) == [None] * 6
    assert (attempts, crowd.version()) == ([6], before + 1)
    assert crowd.history() == ["case:instance:started"] + ["case:job:completed"] * 6
    with crowd.runtime.database.read() as connection:
        rows = list_history(connection, crowd.root)[1:]
        assert get_instance(connection, crowd.root).state == "completed"
    assert {row.subject_key for row in rows} == set(crowd.jobs)
    assert [len(row.details["moved"]["completed"]) for row in rows[:-1]] == [
        4
    ] * 5  # its own elements, nobody else's
    assert "ended" in rows[-1].details["moved"]


def test_a_job_that_two_complete_is_completed_once(database: Database) -> None:
    crowd = Crowd(database, 3)
    told = crowd.complete([crowd.jobs[0], crowd.jobs[0], crowd.jobs[1]], ["end"] * 3)
    assert told[2] is None
    assert sorted(type(each) for each in told[:2] if each is not None) == [StateConflict]
    assert crowd.history().count("case:job:completed") == 2
    assert isinstance(crowd.complete([crowd.jobs[1], crowd.jobs[2]], ["end"] * 2)[0], StateConflict)
    assert crowd.history().count("case:job:completed") == 3


def test_one_that_cannot_go_on_does_not_hold_up_the_others(database: Database) -> None:
    crowd = Crowd(database, 4)
    told = crowd.complete(crowd.jobs, ["end", "nowhere", "end", "end"])
    assert told == [None] * 4
    assert crowd.history().count("case:job:completed") == 4
    assert crowd.history().count("case:incident:raised") == 1
    with crowd.runtime.database.read() as connection:
        [found] = connection.execute(sa.select(incident.c.element_id, incident.c.kind))
    assert tuple(found) == ("g", "no-flow")


def test_messages_that_came_before_are_delivered_together(database: Database) -> None:
    crowd = Crowd(database, 5)
    for number in range(5):
        publish_message(crowd.runtime, "answer", f"r{number}", {}, actor=AMY, now=NOW, life=HOUR)
    before = crowd.version()
    assert crowd.complete(crowd.jobs, ["wait"] * 5) == [None] * 5
    assert crowd.version() == before + 2
    assert crowd.history()[1:] == ["case:job:completed"] * 5 + ["case:message:correlated"] * 5
    with crowd.runtime.database.read() as connection:
        assert get_instance(connection, crowd.root).state == "completed"
        assert len(connection.execute(sa.select(message_delivery.c.message_key)).all()) == 5
