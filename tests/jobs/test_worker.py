"""The worker's loop: woken by the bell, deaf behind a pooler, told to stop, and with a database
that goes away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service.audit import list_history
from service.clock import VirtualClock
from service.db import Database
from service.execution import Runtime
from service.identity import Actor
from service.jobs import Due, Worker, insert_outbox
from service.jobs import worker as loop
from service.jobs.tables import outbox
from service.operations import start_instance
from service.operations.background import timer_handler
from tests.kit.clock import NOW, PATIENCE
from tests.kit.installation import release_files
from tests.kit.postgres import Cluster
from tests.kit.small import FILES

AMY = Actor("amy", frozenset({"handler"}))
"""Longer than any of these tests may take: a worker that pauses so long was woken, or was not."""


class Delivered:
    """A handler that notes what it was given."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.keys: list[int] = []
        self.came = threading.Event()

    def __call__(self, due: Due, now: datetime) -> None:
        with self.database.transaction() as connection:
            connection.execute(
                sa.update(outbox).where(outbox.c.key == due.key).values(state="delivered")
            )
        self.keys.append(due.key)
        self.came.set()


def post(database: Database, *keys: int) -> None:
    with database.transaction() as connection:
        insert_outbox(
            connection, 65536, [(key, {"to": "a@b.invalid"}) for key in keys], kind="mail", now=NOW
        )


def worker(database: Database, deliver: Delivered, pause: float = 2 * PATIENCE) -> Worker:
    return Worker(
        database, VirtualClock(NOW), lambda *_: None, deliver, name="w", pause_seconds=pause
    )


@contextmanager
def at_work(chosen: Worker) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=chosen.run_forever, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        chosen.database._bell.ring()
        thread.join(timeout=PATIENCE)
    assert not thread.is_alive()


def listening(database: Database) -> bool:
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN redress_work' AND "
        "datname = current_database()"
    )
    with database.read() as connection:
        return bool(connection.exec_driver_sql(query).scalar_one())


def until(condition: object, *arguments: object) -> None:
    assert callable(condition)
    for _ in range(600):
        if condition(*arguments):
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came about")


def test_a_commit_wakes_the_worker(postgresql_database: Database) -> None:
    deliver = Delivered(postgresql_database)
    with at_work(worker(postgresql_database, deliver)):
        until(listening, postgresql_database)
        post(postgresql_database, 65537)
        assert deliver.came.wait(PATIENCE)
    assert deliver.keys == [65537]


def test_a_deaf_worker_looks_for_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a transaction pooler LISTEN is taken and nothing is ever heard."""
    monkeypatch.setattr("service.db.bell.CHANNEL", "another_channel")
    deliver = Delivered(database)
    with at_work(worker(database, deliver, pause=0.05)):
        post(database, 65537)
        assert deliver.came.wait(PATIENCE)
    assert deliver.keys == [65537]


def test_what_was_not_begun_goes_back(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop in the middle of a batch, or with half of the lease over: the rest is free at
    once."""
    post(database, *range(65537, 65542))
    stop, deliver = threading.Event(), Delivered(database)
    first = worker(database, deliver)

    def one(due: Due, now: datetime) -> None:
        deliver(due, now)
        stop.set()

    stopped = Worker(database, VirtualClock(NOW), lambda *_: None, one, name="w")
    assert stopped.run_once(stop) == 1
    assert first.run_once() == 4
    assert deliver.keys == list(range(65537, 65542))

    post(database, 65542, 65543)
    clock = VirtualClock(NOW)

    def slow(due: Due, now: datetime) -> None:
        deliver(due, now)
        clock.advance(loop.LEASE / 2)

    assert Worker(database, clock, lambda *_: None, slow, name="slow").run_once() == 1
    with database.read() as connection:
        left = connection.execute(sa.select(outbox).where(outbox.c.state == "waiting")).one()
    assert (left.key, left.lease_owner, left.attempts) == (65543, None, 0)


def test_a_database_that_restarts_is_survived(
    cluster: Cluster, postgresql_database: Database
) -> None:
    runtime: Runtime = release_files(postgresql_database, FILES)
    deliver, later = Delivered(postgresql_database), NOW + timedelta(hours=2)
    chosen = Worker(
        postgresql_database,
        VirtualClock(later),
        timer_handler(runtime),
        deliver,
        name="w",
        pause_seconds=0.1,
    )
    with at_work(chosen):
        until(listening, postgresql_database)
        cluster.restart()
        root_key = start_instance(runtime, "small", {}, actor=AMY, now=NOW).root_key
        post(postgresql_database, 65537)
        assert deliver.came.wait(PATIENCE)
        until(listening, postgresql_database)

        def fired() -> bool:
            with postgresql_database.read() as connection:
                return "case:timer:fired" in [
                    row.event for row in list_history(connection, root_key)
                ]

        until(fired)
    assert deliver.keys == [65537]
