"""A loop through a timer of no length is stopped with an incident, and goes on when that is
resolved."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.clock import VirtualClock
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.jobs.tables import incident, timer
from service.operations import make_worker, resolve_incident, start_instance
from service.operations.timer_pace import REMEMBERED, WINDOW, TimerPace
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD

ADMIN = Actor("root", frozenset({"admin"}))
MOST = 10
LOOP = (
    HEAD
    + """<bpmn:process id="loop" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:exclusiveGateway id="back"><bpmn:incoming>f1</bpmn:incoming>
  <bpmn:incoming>f3</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:exclusiveGateway>
 <bpmn:intermediateCatchEvent id="tick"><bpmn:incoming>f2</bpmn:incoming>
  <bpmn:outgoing>f3</bpmn:outgoing><bpmn:timerEventDefinition>
   <bpmn:timeDuration>PT0S</bpmn:timeDuration></bpmn:timerEventDefinition>
 </bpmn:intermediateCatchEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="back"/>
 <bpmn:sequenceFlow id="f2" sourceRef="back" targetRef="tick"/>
 <bpmn:sequenceFlow id="f3" sourceRef="tick" targetRef="back"/>
</bpmn:process></bpmn:definitions>"""
)


@pytest.fixture
def looping(database: Database, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setattr("service.operations.timer_pace.MOST", MOST)
    runtime = release_files(database, {"processes/loop.bpmn": LOOP.encode()})
    start_instance(runtime, "loop", {}, actor=ADMIN, now=NOW)
    return runtime


def test_a_loop_of_timers_stops_until_somebody_lets_it_go_on(looping: Runtime) -> None:
    worker = make_worker(looping, None, VirtualClock(NOW))  # type: ignore[arg-type]
    assert any(worker.run_once() == 0 for _ in range(MOST + 5))
    with looping.database.read() as connection:
        [told] = connection.execute(sa.select(incident)).all()
        assert connection.execute(sa.select(timer.c.run_at)).scalar_one().year == 9999
    assert (told.kind, told.element_id, told.state) == ("timer-loop", "tick", "active")
    resolve_incident(looping, told.key, actor=ADMIN, now=NOW)
    assert any(worker.run_once() == 0 for _ in range(MOST + 5))
    with looping.database.read() as connection:
        states = connection.execute(sa.select(incident.c.state)).scalars().all()
    assert sorted(states) == ["active", "resolved"]


def test_a_window_begins_with_the_first_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.operations.timer_pace.MOST", 2)
    pace = TimerPace()
    times = [NOW, NOW + WINDOW / 2, NOW + WINDOW, NOW + WINDOW * 1.5]
    assert [pace.is_too_fast(1, "tick", now=now) for now in times] == [False] * 4
    assert pace.is_too_fast(1, "tick", now=NOW + WINDOW * 1.6)
    assert not pace.is_too_fast(1, "other", now=NOW + WINDOW * 1.6)


def test_what_is_remembered_is_bounded() -> None:
    pace = TimerPace()
    for number in range(REMEMBERED + 50):
        pace.is_too_fast(number, "tick", now=NOW + timedelta(seconds=number))
    assert len(pace._fired) == REMEMBERED
