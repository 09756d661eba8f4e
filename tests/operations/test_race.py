"""Two people complete the same task at the same instant: exactly one wins, the other is told who
did."""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest

from service.audit import list_history, verify
from service.db import Database
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations import complete_task, start_instance
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES

AMY = Actor("amy", frozenset({"handler"}))
BEN = Actor("ben", frozenset({"handler"}))
ROUNDS = int(os.environ.get("REDRESS_TEST_RACES", "25"))


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(database, FILES)


def open_task(runtime: Runtime, root_key: int) -> int:
    with runtime.database.read() as connection:
        tasks, _total = list_tasks(connection, AMY)
    return next(task.key for task in tasks if task.root_key == root_key)


def race(runtime: Runtime, key: int) -> list[str]:
    """Both complete the task at once; what each was told."""
    barrier = threading.Barrier(2)
    told: list[str] = []

    def run(actor: Actor) -> None:
        barrier.wait()
        try:
            complete_task(runtime, key, {}, actor=actor, now=NOW + timedelta(minutes=1))
            told.append("won")
        except StateConflict as refusal:
            told.append(refusal.message)

    threads = [threading.Thread(target=run, args=(actor,)) for actor in (AMY, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told, reverse=True)


def test_exactly_one_wins(small: Runtime) -> None:
    """REDRESS_TEST_RACES=1000 runs the long version."""
    for _ in range(ROUNDS):
        started = start_instance(small, "small", {}, actor=AMY, now=NOW)
        told = race(small, open_task(small, started.root_key))
        assert told[0] == "won"
        assert len(told) == 2
        assert told[1].startswith("The task “First” is completed by ")
        with small.database.read() as connection:
            events = [row.event for row in list_history(connection, started.root_key)]
            assert events == ["case:instance:started", "case:task:completed"]
            assert verify(connection, started.root_key) is None
