"""Signals that follow from one another have a budget: a storm stops with one incident that names
where it is thrown, and goes on only when somebody says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.clock import VirtualClock
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.instances.tables import process_instance
from service.jobs.causes import FREE, MEMORY
from service.jobs.tables import causation, incident, outbox
from service.operations import broadcast_signal, make_worker, resolve_incident, start_instance
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import HEAD

ADMIN = Actor("root", frozenset({"admin"}))
BUDGET = 12


def doubling() -> bytes:
    """A process that a signal starts, and that throws the same signal twice at its ends."""
    ends = "".join(
        f"""<bpmn:endEvent id="{each}"><bpmn:incoming>f-{each}</bpmn:incoming>
        <bpmn:signalEventDefinition signalRef="sig"/></bpmn:endEvent>
        <bpmn:sequenceFlow id="f-{each}" sourceRef="g" targetRef="{each}"/>"""
        for each in ("left", "right")
    )
    return (
        HEAD.replace('id="d"', 'id="d-doubling"')
        + f"""<bpmn:signal id="sig" name="double"/>
<bpmn:process id="doubling" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing>
  <bpmn:signalEventDefinition signalRef="sig"/></bpmn:startEvent>
 <bpmn:parallelGateway id="g"><bpmn:incoming>f1</bpmn:incoming>
  <bpmn:outgoing>f-left</bpmn:outgoing><bpmn:outgoing>f-right</bpmn:outgoing>
 </bpmn:parallelGateway>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="g"/>{ends}
</bpmn:process></bpmn:definitions>"""
    ).encode()


def echo(name: str, hears: str, says: str) -> bytes:
    """A process that hears one signal and says another, for ever."""
    return (
        HEAD.replace('id="d"', f'id="d-{name}"')
        + f"""<bpmn:signal id="hears" name="{hears}"/><bpmn:signal id="says" name="{says}"/>
<bpmn:process id="{name}" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:exclusiveGateway id="back"><bpmn:incoming>f1</bpmn:incoming>
  <bpmn:incoming>f4</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:exclusiveGateway>
 <bpmn:intermediateCatchEvent id="hear"><bpmn:incoming>f2</bpmn:incoming>
  <bpmn:outgoing>f3</bpmn:outgoing><bpmn:signalEventDefinition signalRef="hears"/>
 </bpmn:intermediateCatchEvent>
 <bpmn:intermediateThrowEvent id="say"><bpmn:incoming>f3</bpmn:incoming>
  <bpmn:outgoing>f4</bpmn:outgoing><bpmn:signalEventDefinition signalRef="says"/>
 </bpmn:intermediateThrowEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="back"/>
 <bpmn:sequenceFlow id="f2" sourceRef="back" targetRef="hear"/>
 <bpmn:sequenceFlow id="f3" sourceRef="hear" targetRef="say"/>
 <bpmn:sequenceFlow id="f4" sourceRef="say" targetRef="back"/>
</bpmn:process></bpmn:definitions>"""
    ).encode()


@pytest.fixture
def runtime(database: Database, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    monkeypatch.setattr("service.jobs.causes.MOST_SIGNALS", BUDGET)
    files = {
        "processes/doubling.bpmn": doubling(),
        "processes/ping.bpmn": echo("ping", "ping", "pong"),
        "processes/pong.bpmn": echo("pong", "pong", "ping"),
    }
    return release_files(database, files)


class _NoMail:
    def send(self, *_: object, **__: object) -> None:
        raise AssertionError("a signal is no mail")


def work(runtime: Runtime, clock: VirtualClock, *, rounds: int = 200) -> bool:
    """Whether the background work came to an end within so many rounds."""
    worker = make_worker(runtime, _NoMail(), clock)  # type: ignore[arg-type]
    return any(worker.run_once() == 0 for _ in range(rounds))


def count(runtime: Runtime, table: sa.Table, **values: object) -> int:
    where = [table.c[name] == value for name, value in values.items()]
    with runtime.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(table).where(*where)
        return int(connection.execute(query).scalar_one())


def active(runtime: Runtime) -> list[sa.Row]:  # type: ignore[type-arg]
    with runtime.database.read() as connection:
        return list(connection.execute(sa.select(incident).where(incident.c.state == "active")))


def test_a_storm_stops_with_one_incident_where_it_is_thrown(runtime: Runtime) -> None:
    assert broadcast_signal(runtime, "double", {}, actor=ADMIN, now=NOW) == 1
    assert work(runtime, VirtualClock(NOW))
    [told] = active(runtime)
    assert told.kind == "signal-storm"
    assert told.element_id in ("left", "right")
    assert "double" in told.message
    # the budget was spent while the signals still had none, and nothing left after that
    assert count(runtime, process_instance) == 2 ** (FREE + 1) - 1
    assert count(runtime, outbox, state="waiting") == 0


def test_cases_that_call_each_other_for_ever_are_stopped_too(runtime: Runtime) -> None:
    for name in ("ping", "pong"):
        start_instance(runtime, name, {}, actor=ADMIN, now=NOW)
    broadcast_signal(runtime, "ping", {}, actor=ADMIN, now=NOW)
    assert work(runtime, VirtualClock(NOW))
    [told] = active(runtime)
    assert (told.kind, told.element_id) == ("signal-storm", "say")
    assert count(runtime, outbox, state="delivered") == BUDGET


def test_resolving_lets_them_leave_with_a_new_budget(runtime: Runtime) -> None:
    for name in ("ping", "pong"):
        start_instance(runtime, name, {}, actor=ADMIN, now=NOW)
    broadcast_signal(runtime, "ping", {}, actor=ADMIN, now=NOW)
    clock = VirtualClock(NOW)
    assert work(runtime, clock)
    [told] = active(runtime)
    resolve_incident(runtime, told.key, actor=ADMIN, now=NOW)
    assert work(runtime, clock)
    [following] = active(runtime)
    assert following.key != told.key
    assert count(runtime, outbox, state="delivered") == 2 * BUDGET


def test_one_alarm_may_reach_any_number_and_each_may_answer(runtime: Runtime) -> None:
    for _ in range(2 * BUDGET):
        start_instance(runtime, "ping", {}, actor=ADMIN, now=NOW)
    assert broadcast_signal(runtime, "ping", {}, actor=ADMIN, now=NOW) == 2 * BUDGET
    assert work(runtime, VirtualClock(NOW))
    assert active(runtime) == []
    assert count(runtime, outbox, state="delivered") == 2 * BUDGET


def test_what_goes_round_slowly_goes_round_for_ever(runtime: Runtime) -> None:
    start_instance(runtime, "ping", {}, actor=ADMIN, now=NOW)
    clock = VirtualClock(NOW)
    for _ in range(BUDGET + FREE + 5):
        assert broadcast_signal(runtime, "ping", {}, actor=ADMIN, now=clock.now()) == 1
        assert work(runtime, clock)
        clock.advance(MEMORY + timedelta(seconds=1))
    assert active(runtime) == []
    assert count(runtime, causation) <= 1
