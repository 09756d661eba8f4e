"""Messages before, at and after their subscriptions, once per process, once per id; on both
databases."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service import jobs
from service.audit import list_history, verify
from service.db import Database, metadata
from service.errors import NotFound, StateConflict
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.operations import complete_task, correlate_message, publish_message, start_instance
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.waiting import files

AMY = Actor("amy", frozenset({"handler"}))
HOUR = timedelta(hours=1)


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(database, files())


def publish(runtime: Runtime, name: str = "answer", key: str = "k", **more: Any) -> Any:
    return publish_message(
        runtime,
        name,
        key,
        more.pop("variables", {}),
        actor=AMY,
        **{"now": NOW, "life": HOUR} | more,
    )


def start(runtime: Runtime, process_id: str, key: str = "k", **more: Any) -> int:
    return start_instance(
        runtime, process_id, {"ref": key, "n": 0}, actor=AMY, now=more.pop("now", NOW)
    ).root_key


def instance(runtime: Runtime, root_key: int) -> Any:
    table = metadata.tables["process_instance"]
    with runtime.database.read() as connection:
        return connection.execute(sa.select(table).where(table.c.root_key == root_key)).one()


def roots(runtime: Runtime, process_id: str) -> list[int]:
    instances, definitions = (
        metadata.tables["process_instance"],
        metadata.tables["process_definition"],
    )
    query = (
        sa.select(instances.c.root_key)
        .join(definitions)
        .where(definitions.c.process_id == process_id)
    )
    with runtime.database.read() as connection:
        return sorted(connection.execute(query).scalars())


def count(runtime: Runtime, name: str) -> int:
    with runtime.database.read() as connection:
        query = sa.select(sa.func.count()).select_from(metadata.tables[name])
        return int(connection.execute(query).scalar_one())


def test_a_message_meets_who_waits(small: Runtime) -> None:
    root = start(small, "waits")
    met = publish(small, variables={"n": 7}, life=timedelta(0)).met
    assert [(each.root_key, each.ended) for each in met] == [(root, True)]
    assert instance(small, root).final_variables["n"] == 7
    assert count(small, "message") == 0
    with small.database.read() as connection:
        assert verify(connection, root) is None


def test_without_life_a_message_that_meets_nobody_is_gone(small: Runtime) -> None:
    assert publish(small, life=timedelta(0)).met == ()
    assert instance(small, start(small, "waits")).state == "active"


def test_a_message_waits_for_its_subscription_until_it_expires(small: Runtime) -> None:
    publish(small, variables={"n": 1})
    publish(small, key="late", life=timedelta(minutes=1))
    early = start(small, "waits")
    assert instance(small, early).state == "completed"
    assert instance(small, start(small, "waits")).state == "active"
    assert (
        instance(small, start(small, "waits", "late", now=NOW + timedelta(minutes=1))).state
        == "active"
    )
    with small.database.read() as connection:
        events = [row.event for row in list_history(connection, early)]
    assert events == ["case:instance:started", "case:message:correlated"]


def test_each_process_gets_it_once_and_each_message_in_its_order(small: Runtime) -> None:
    for number in (1, 2):
        publish(small, variables={"n": number}, now=NOW + timedelta(seconds=number))
    found = [
        instance(small, start(small, name, now=NOW + HOUR / 2))
        for name in ("waits", "waits", "waits", "other")
    ]
    assert [row.state for row in found] == ["completed", "completed", "active", "completed"]
    assert [found[number].final_variables["n"] for number in (0, 1, 3)] == [1, 2, 1]


def test_the_instance_that_has_waited_longest_gets_it_in_each_process(small: Runtime) -> None:
    first, second, other = start(small, "waits"), start(small, "waits"), start(small, "other")
    met = publish(small).met
    assert {each.root_key for each in met} == {first, other}
    assert instance(small, second).state == "active"


def test_a_boundary_event_that_does_not_interrupt_catches_them_all(small: Runtime) -> None:
    for _ in range(3):
        publish(small, "again")
    root = start(small, "notes")
    publish(small, "again")
    with small.database.read() as connection:
        row = get_instance(connection, root)
        told = [each.event for each in list_history(connection, root)]
    assert row.state == "active"
    assert told.count("case:message:correlated") == 4


def test_an_id_is_taken_once_while_its_message_lives(small: Runtime) -> None:
    publish(small, message_id="one")
    with pytest.raises(StateConflict, match="is alive"):
        publish(small, message_id="one")
    publish(small, message_id="one", key="another key")
    publish(small, message_id="one", now=NOW + HOUR)
    assert count(small, "message") == 2


def test_correlation_meets_one_or_says_that_there_is_none(small: Runtime) -> None:
    with pytest.raises(NotFound, match="Nothing waits"):
        correlate_message(small, "answer", "k", {}, actor=AMY, now=NOW)
    root = start(small, "waits")
    assert correlate_message(small, "answer", "k", {}, actor=AMY, now=NOW).root_key == root
    assert correlate_message(small, "new order", "k", {}, actor=AMY, now=NOW).root_key in roots(
        small, "ordered"
    )


def test_one_instance_per_key_while_one_lives_and_the_next_when_it_ends(small: Runtime) -> None:
    for number in (1, 2):
        publish(small, "new order", variables={"n": number}, now=NOW + timedelta(seconds=number))
    publish(small, "new order", "other key")
    publish(small, "new order", "")
    publish(small, "new order", "")
    assert len(roots(small, "ordered")) == 4
    with small.database.read() as connection:
        (task, *_) = [t for t in list_tasks(connection, AMY)[0] if t.variables.get("n") == 1]
    complete_task(small, task.key, {}, actor=AMY, now=NOW + timedelta(minutes=1))
    with small.database.read() as connection:
        assert [t.variables["n"] for t in list_tasks(connection, AMY)[0] if "n" in t.variables] == [
            2
        ]
    assert len(roots(small, "ordered")) == 5


def test_expired_messages_are_forgotten(small: Runtime) -> None:
    publish(small)
    publish(small, life=2 * HOUR)
    start(small, "waits")
    with small.database.transaction() as connection:
        assert jobs.drop_expired(connection, now=NOW + HOUR) == 1
        assert jobs.drop_expired(connection, now=NOW + HOUR) == 0
    assert (count(small, "message"), count(small, "message_delivery")) == (1, 0)


@pytest.mark.parametrize("round_", range(4))
def test_publishing_and_waiting_at_the_same_instant_never_miss_each_other(
    small: Runtime, round_: int
) -> None:
    barrier, failures = threading.Barrier(8), []

    def run(number: int) -> None:
        barrier.wait()
        try:
            if number % 2:
                publish(small, key=f"k{number // 2}")
            else:
                start(small, "waits", f"k{number // 2}")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [instance(small, root).state for root in roots(small, "waits")] == ["completed"] * 4
    assert count(small, "message_delivery") == 4
