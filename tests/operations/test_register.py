"""A complaint is registered whole or not at all, and the same request twice is one complaint."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from service.audit import list_history, verify
from service.audit.tables import history
from service.cases import NewComplaint
from service.cases.tables import complaint
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations import Registered, register_complaint
from tests.kit.clock import NOW

CLERK = Actor("chen", frozenset({"clerk"}))


def new(content: str = "The card was charged twice.") -> NewComplaint:
    return NewComplaint(
        customer_name="Lin",
        phone=None,
        email="lin@example.org",
        address=None,
        channel="email",
        content=content,
        received_at=NOW,
    )


def test_the_same_key_is_one_complaint(runtime: Runtime) -> None:
    first = register_complaint(runtime, new(), actor=CLERK, now=NOW, idempotency_key="k1")
    again = register_complaint(runtime, new(), actor=CLERK, now=NOW, idempotency_key="k1")
    assert (again.number, again.repeated) == (first.number, True)
    with pytest.raises(StateConflict, match="different request"):
        register_complaint(runtime, new("Another."), actor=CLERK, now=NOW, idempotency_key="k1")
    with runtime.database.read() as connection:
        assert (
            connection.execute(sa.select(sa.func.count()).select_from(complaint)).scalar_one() == 1
        )
        assert list_history(connection, first.root_key)[0].event == "case:complaint:registered"


def test_the_same_key_at_the_same_instant(runtime: Runtime) -> None:
    barrier = threading.Barrier(4)
    answers: list[Registered] = []

    def run() -> None:
        barrier.wait()
        answers.append(
            register_complaint(runtime, new(), actor=CLERK, now=NOW, idempotency_key="k2")
        )

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert len({answer.number for answer in answers}) == 1


def test_a_changed_history_is_found(runtime: Runtime) -> None:
    root_key = register_complaint(runtime, new(), actor=CLERK, now=NOW).root_key
    with runtime.database.transaction() as connection:
        assert verify(connection, root_key) is None
        connection.execute(
            sa.update(history).where(history.c.root_key == root_key).values(actor="somebody else")
        )
        assert verify(connection, root_key) == 1
