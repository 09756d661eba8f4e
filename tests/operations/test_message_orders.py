"""Publish, wait, expire, in any order: who gets which message is what a model of five lines
says."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.db import Database
from service.identity import Actor
from service.jobs import drop_expired
from service.operations import publish_message, start_instance
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.waiting import files
from tests.operations.test_messages import instance

AMY = Actor("amy", frozenset({"handler"}))
ROUNDS = int(os.environ.get("REDRESS_ROUNDS", "25"))
KEYS, LIVES = st.sampled_from("ab"), st.sampled_from([0, 1, 2, 5])
MOVES = st.one_of(
    st.tuples(st.just("publish"), KEYS, LIVES),
    st.tuples(st.just("wait"), KEYS, st.sampled_from(["waits", "other"])),
    st.tuples(st.just("pass"), st.integers(1, 3), st.none()),
    st.tuples(st.just("sweep"), st.none(), st.none()),
)


class Model:
    """What ought to happen: messages by key in order, with the processes they have gone to; and who
    waits."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, int, int, set[str]]] = []
        self.waiting: list[tuple[int, str, str]] = []
        self.got: dict[int, int] = {}

    def publish(self, key: str, number: int, until: int) -> None:
        gone: set[str] = set()
        for waiting in list(self.waiting):
            root, process, wanted = waiting
            if wanted == key and process not in gone:
                self.got[root] = number
                self.waiting.remove(waiting)
                gone.add(process)
        self.messages.append((key, number, until, gone))

    def wait(self, root: int, key: str, process: str, now: int) -> None:
        for wanted, number, until, gone in self.messages:
            if wanted == key and until > now and process not in gone:
                gone.add(process)
                self.got[root] = number
                return
        self.waiting.append((root, process, key))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_order(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if kind == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        path = tmp_path / "orders.db"
        shutil.copy(template, path)
        database = Database(f"sqlite:///{path}")
    else:
        database = request.getfixturevalue("postgresql_database")
    runtime = release_files(database, files())
    plays = iter(range(10_000))

    @settings(
        max_examples=ROUNDS, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.lists(MOVES, max_size=12))
    def play(moves: list[tuple[str, object, object]]) -> None:
        play, model, clock = next(plays), Model(), 0
        for number, (what, one, two) in enumerate(moves):
            now = NOW + timedelta(hours=clock, seconds=number)
            if what == "publish":
                life = timedelta(hours=int(str(two)))
                publish_message(
                    runtime, "answer", f"{play}{one}", {"n": number}, actor=AMY, now=now, life=life
                )
                model.publish(str(one), number, clock + int(str(two)))
            elif what == "wait":
                started = start_instance(
                    runtime, str(two), {"ref": f"{play}{one}", "n": -1}, actor=AMY, now=now
                )
                model.wait(started.root_key, str(one), str(two), clock)
            elif what == "pass":
                clock += int(str(one))
            else:
                with runtime.database.transaction() as connection:
                    drop_expired(connection, now=now)
        waiting = {root for root, _, _ in model.waiting}
        for root, number in model.got.items():
            row = instance(runtime, root)
            assert (row.state, row.final_variables["n"]) == ("completed", number)
        assert all(instance(runtime, root).state == "active" for root in waiting)

    play()
    if kind == "sqlite":
        database.dispose()
