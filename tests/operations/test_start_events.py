"""Processes that start by a time or a signal: each firing once, whoever works, and moved with a new
version."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from service import definitions
from service.clock import VirtualClock
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.jobs import Cause
from service.operations import broadcast_signal, fire_due_starts, make_worker
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.waiting import files
from tests.operations.test_messages import roots

ADMIN = Actor("root", frozenset({"admin"}))
HOUR = timedelta(hours=1)


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(database, files())


def test_a_cycle_starts_as_often_as_it_says(small: Runtime) -> None:
    assert fire_due_starts(small, now=NOW + HOUR - timedelta(seconds=1)) == 0
    for hours in (1, 2, 3, 4, 5):
        fire_due_starts(small, now=NOW + hours * HOUR)
    assert len(roots(small, "hourly")) == 3


def test_what_was_missed_is_made_up_for(small: Runtime) -> None:
    late = NOW + 10 * HOUR
    while fire_due_starts(small, now=late):
        pass
    assert len(roots(small, "hourly")) == 3


def test_a_new_version_takes_over_and_counts_from_its_release(small: Runtime) -> None:
    fire_due_starts(small, now=NOW + HOUR)
    release_files(small.database, files("R/PT2H"), now=NOW + HOUR)
    assert fire_due_starts(small, now=NOW + 2 * HOUR) == 0
    assert fire_due_starts(small, now=NOW + 3 * HOUR) == 1
    for hours in range(4, 10):
        fire_due_starts(small, now=NOW + hours * HOUR)
    assert len(roots(small, "hourly")) == 1 + 4


def test_a_process_that_is_left_out_starts_no_more(small: Runtime) -> None:
    rest = {
        name: content
        for name, content in files().items()
        if name not in ("hourly.bpmn", "alarmed.bpmn")
    }
    release_files(small.database, rest)
    assert fire_due_starts(small, now=NOW + 5 * HOUR) == 0
    assert broadcast_signal(small, "alarm", {}, actor=ADMIN, now=NOW) == 0


def test_two_workers_fire_it_once(small: Runtime) -> None:
    barrier, clock = threading.Barrier(2), VirtualClock(NOW + HOUR)
    workers = [make_worker(small, None, clock) for _ in range(2)]  # type: ignore[arg-type]

    def run(number: int) -> None:
        barrier.wait()
        workers[number].run_once()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(roots(small, "hourly")) == 1


def test_a_claim_that_was_lost_comes_back_and_fires_once(small: Runtime) -> None:
    with small.database.transaction() as connection:
        [claimed] = definitions.claim_start_timers(
            connection, now=NOW + HOUR, lease=timedelta(minutes=1)
        )
    assert fire_due_starts(small, now=NOW + HOUR) == 0
    assert fire_due_starts(small, now=NOW + HOUR + timedelta(minutes=1)) == 1
    from service.operations.start_events import fire_start

    assert fire_start(small, claimed, now=NOW + HOUR) is None
    assert len(roots(small, "hourly")) == 1


def test_a_signal_starts_once_per_cause(small: Runtime) -> None:
    assert broadcast_signal(small, "alarm", {"level": 3}, actor=ADMIN, now=NOW) == 1
    assert broadcast_signal(small, "alarm", {}, actor=ADMIN, now=NOW, cause=Cause(77, 77, 0)) == 1
    assert broadcast_signal(small, "alarm", {}, actor=ADMIN, now=NOW, cause=Cause(77, 77, 0)) == 0
    assert len(roots(small, "alarmed")) == 2
