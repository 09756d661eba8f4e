"""A command with an idempotency key is carried out once, whatever becomes of its answer or of the
connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.audit import list_history, verify
from service.db import Database, prepared
from service.errors import NotFound, OutcomeUnknown, StateConflict
from service.execution import Outcome, Runtime
from service.identity import Actor
from service.operations import complete_task, correlate_message, start_instance
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES, HEAD

AMY = Actor("amy", frozenset({"handler"}))
WAITING = (
    HEAD
    + """
<bpmn:process id="waiting" name="Waiting" isExecutable="true">
 <bpmn:startEvent id="s" name="Begin"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
 <bpmn:intermediateCatchEvent id="wait" name="Wait"><bpmn:incoming>f1</bpmn:incoming>
  <bpmn:outgoing>f2</bpmn:outgoing>
   <bpmn:messageEventDefinition id="md" messageRef="m"/></bpmn:intermediateCatchEvent>
 <bpmn:endEvent id="e" name="Done"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="wait"/>
 <bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="e"/>
</bpmn:process></bpmn:definitions>"""
)


def begin(database: Database) -> tuple[Runtime, int]:
    runtime = release_files(database, FILES)
    start_instance(runtime, "small", {}, actor=AMY, now=NOW)
    with database.read() as connection:
        return runtime, list_tasks(connection, AMY)[0][0].key


def events(runtime: Runtime, key: int) -> list[str]:
    with runtime.database.read() as connection:
        root_key = key & ~0xFFFF
        assert verify(connection, root_key) is None
        return [row.event for row in list_history(connection, root_key)]


def complete(runtime: Runtime, key: int, answer: dict[str, Any], once: str | None) -> Outcome:
    return complete_task(
        runtime, key, answer, actor=AMY, now=NOW + timedelta(minutes=1), idempotency_key=once
    )


def test_a_completion_sent_twice_has_one_outcome(database: Database) -> None:
    runtime, key = begin(database)
    first = complete(runtime, key, {"a": 1}, "k")
    assert complete(runtime, key, {"a": 1}, "k") == first
    with pytest.raises(StateConflict, match="different request"):
        complete(runtime, key, {"a": 2}, "k")
    with pytest.raises(StateConflict, match="completed by amy"):
        complete(runtime, key, {"a": 1}, None)
    assert events(runtime, key) == ["case:instance:started", "case:task:completed"]


def test_a_message_sent_twice_is_caught_once(database: Database) -> None:
    runtime = release_files(database, {"processes/waiting.bpmn": WAITING.encode()})
    root_key = start_instance(runtime, "waiting", {"ref": "r1"}, actor=AMY, now=NOW).root_key

    def send(once: str) -> Outcome:
        return correlate_message(
            runtime, "answer", "r1", {}, actor=AMY, now=NOW, idempotency_key=once
        )

    assert send("k") == send("k") == Outcome(root_key, (), True)
    with pytest.raises(NotFound):
        send("another")
    assert events(runtime, root_key).count("case:message:correlated") == 1


@contextmanager
def lost(database: Database, event: str, when: int) -> Iterator[None]:
    """The server ends the connection after the `when`-th statement, or at the `when`-th commit."""
    seen = 0

    def cut(connection: sa.Connection, *_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == when:
            pid = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
            with database._write_engine.connect() as other:
                other.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    if event == "statement":
        prepared.watchers.append(cut)
    else:
        sa.event.listen(database._write_engine, event, cut)
    try:
        yield
    finally:
        if event == "statement":
            prepared.watchers.remove(cut)
        else:
            sa.event.remove(database._write_engine, event, cut)
    assert seen >= when


@pytest.mark.parametrize(("event", "when"), [("statement", 1), ("begin", 1)])
def test_a_connection_lost_in_the_middle_is_made_up_for(
    postgresql_database: Database, event: str, when: int
) -> None:
    runtime, key = begin(postgresql_database)
    with lost(postgresql_database, event, when):
        assert len(complete(runtime, key, {}, None).new_tasks) == 1
    assert events(runtime, key) == ["case:instance:started", "case:task:completed"]


def test_a_connection_lost_at_the_commit_is_told_or_made_up_for(
    postgresql_database: Database,
) -> None:
    runtime, key = begin(postgresql_database)
    with (
        lost(postgresql_database, "commit", 1),
        pytest.raises(OutcomeUnknown, match="carried out, or it was not"),
    ):
        complete(runtime, key, {}, None)
    with lost(postgresql_database, "commit", 1):
        assert len(complete(runtime, key, {}, "k").new_tasks) == 1
    assert events(runtime, key) == ["case:instance:started", "case:task:completed"]


def test_an_answer_lost_after_the_commit_is_found_again(
    postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, key = begin(postgresql_database)
    commit: Callable[[Any], None] = sa.engine.RootTransaction.commit
    lost_once = iter([True])

    def committed_and_lost(transaction: Any) -> None:
        commit(transaction)
        if next(lost_once, False):
            raise OutcomeUnknown

    monkeypatch.setattr(sa.engine.RootTransaction, "commit", committed_and_lost)
    assert len(complete(runtime, key, {}, "k").new_tasks) == 1
    assert events(runtime, key) == ["case:instance:started", "case:task:completed"]
