"""Registration is all or nothing, its key answers twice alike; a due timer fires once; the chain
shows tampering."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from service.audit import list_history, verify
from service.cases import get_complaint
from service.clock import VirtualClock
from service.db import Database, metadata
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint
from service.jobs import Worker
from service.operations import complete_task, fire_timer, register_complaint, start_instance
from service.operations.background import timer_handler
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES, SMALL

AMY = Actor("amy", frozenset({"handler"}))
LATER = NOW + timedelta(hours=2)
GIVEN = {
    "content": "Charged twice.",
    "language": "en",
    "contact": {"email": "owen@customer.invalid"},
}

LETTER = """<bpmn:serviceTask id="thank" name="Acknowledge"><bpmn:extensionElements>
   <zeebe:taskDefinition type="redress.letter"/>
   <zeebe:taskHeaders><zeebe:header key="template" value="acknowledgement"/></zeebe:taskHeaders>
   </bpmn:extensionElements>
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f0</bpmn:outgoing></bpmn:serviceTask>
 <bpmn:sequenceFlow id="f0" sourceRef="thank" targetRef="first"/>
 <bpmn:userTask id="first" """
COMPLAINT = (
    SMALL.replace('process id="small"', 'process id="complaint"')
    .replace("<bpmn:incoming>f1<", "<bpmn:incoming>f0<")
    .replace('sourceRef="s" targetRef="first"', 'sourceRef="s" targetRef="thank"')
    .replace('<bpmn:userTask id="first" ', LETTER)
)


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(database, {**FILES, "processes/complaint.bpmn": COMPLAINT.encode()})


def rows(runtime: Runtime, *names: str) -> dict[str, int]:
    with runtime.database.read() as connection:
        return {
            name: connection.execute(
                sa.select(sa.func.count()).select_from(metadata.tables[name])
            ).scalar_one()
            for name in names
        }


WRITTEN = (
    "complaint",
    "deadline",
    "letter",
    "outbox",
    "history",
    "process_instance",
    "user_task",
    "timer",
)


def test_registration_writes_everything(small: Runtime) -> None:
    done = register_complaint(small, parse_complaint(GIVEN, now=NOW), actor=AMY, now=NOW)
    found = rows(small, *WRITTEN)
    assert found.pop("deadline") == len(done.deadlines) > 0
    assert set(found.values()) == {1}
    with small.database.read() as connection:
        assert get_complaint(connection, done.number).root_key == done.root_key
        assert verify(connection, done.root_key) is None


def test_cents_are_kept_to_the_digit(small: Runtime) -> None:
    new = parse_complaint({**GIVEN, "amount": "1234567.89"}, now=NOW)
    done = register_complaint(small, new, actor=AMY, now=NOW)
    with small.database.read() as connection:
        task = list_tasks(connection, AMY)[0][0]
        assert get_complaint(connection, done.number).amount == Decimal("1234567.89")
    assert task.variables["amount"] == 1234567.89


def test_registration_that_breaks_writes_nothing(
    small: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("service.execution.apply.entry_of", broken)
    with pytest.raises(ZeroDivisionError):
        register_complaint(small, parse_complaint(GIVEN, now=NOW), actor=AMY, now=NOW)
    assert set(rows(small, *WRITTEN).values()) == {0}


def test_an_idempotency_key_registers_once(small: Runtime) -> None:
    new = parse_complaint(GIVEN, now=NOW)
    one = register_complaint(small, new, actor=AMY, now=NOW, idempotency_key="k")
    two = register_complaint(small, new, actor=AMY, now=NOW, idempotency_key="k")
    assert (two.number, two.root_key, two.repeated) == (one.number, one.root_key, True)
    other = parse_complaint({**GIVEN, "content": "Something else."}, now=NOW)
    with pytest.raises(StateConflict, match="idempotency"):
        register_complaint(small, other, actor=AMY, now=NOW, idempotency_key="k")
    assert rows(small, "complaint") == {"complaint": 1}


def test_the_same_request_twice_at_once_registers_once(small: Runtime) -> None:
    new = parse_complaint(GIVEN, now=NOW)
    barrier = threading.Barrier(2)
    numbers: list[str] = []

    def run() -> None:
        barrier.wait()
        numbers.append(
            register_complaint(small, new, actor=AMY, now=NOW, idempotency_key="k").number
        )

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers) == 2
    assert len(set(numbers)) == 1


def test_two_workers_fire_a_timer_once(small: Runtime) -> None:
    roots = [start_instance(small, "small", {}, actor=AMY, now=NOW).root_key for _ in range(8)]
    workers = [
        Worker(
            small.database, VirtualClock(LATER), timer_handler(small), lambda *_: None, name=name
        )
        for name in "ab"
    ]
    barrier = threading.Barrier(2)
    counts: list[int] = []

    def run(worker: Worker) -> None:
        barrier.wait()
        counts.append(worker.run_once())

    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == len(roots)
    with small.database.read() as connection:
        for root in roots:
            events = [row.event for row in list_history(connection, root)]
            assert events == ["case:instance:started", "case:timer:fired"]
    assert fire_timer(small, roots[0] + 2, now=LATER) is None


def test_a_changed_row_breaks_the_chain(small: Runtime) -> None:
    root = start_instance(small, "small", {}, actor=AMY, now=NOW).root_key
    with small.database.read() as connection:
        key = list_tasks(connection, AMY)[0][0].key
    complete_task(small, key, {}, actor=AMY, now=NOW)
    history = metadata.tables["history"]
    with small.database.transaction() as connection:
        assert verify(connection, root) is None
        connection.execute(
            sa.update(history)
            .where(history.c.root_key == root, history.c.seq == 1)
            .values(actor="eve")
        )
        assert verify(connection, root) == 1
