"""Holding tasks, four eyes, and that a write that breaks anywhere leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.db import Database, metadata, prepared
from service.errors import Forbidden, NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations import (
    cancel_instance,
    claim_task,
    complete_task,
    release_task,
    start_instance,
)
from service.tasks import list_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES

AMY = Actor("amy", frozenset({"handler", "approver"}))
BEN = Actor("ben", frozenset({"handler", "approver"}))
EVE = Actor("eve", frozenset({"clerk"}))
ADMIN = Actor("root", frozenset({"admin"}))


@pytest.fixture
def small(database: Database) -> Runtime:
    return release_files(database, FILES)


def begin(runtime: Runtime) -> int:
    start_instance(runtime, "small", {}, actor=AMY, now=NOW)
    with runtime.database.read() as connection:
        tasks, _total = list_tasks(connection, AMY)
    return tasks[0].key


def contents(database: Database) -> dict[str, list[Any]]:
    with database.read() as connection:
        return {
            table.name: sorted(connection.execute(sa.select(table)).all(), key=repr)
            for table in metadata.sorted_tables
        }


def test_only_the_holder_completes(small: Runtime) -> None:
    key = begin(small)
    held = claim_task(small, key, actor=AMY, now=NOW)
    assert held.assignee == "amy"
    with pytest.raises(StateConflict, match="held by amy"):
        claim_task(small, key, actor=BEN, now=NOW)
    with pytest.raises(Forbidden, match="held by amy"):
        complete_task(small, key, {}, actor=BEN, now=NOW)
    with pytest.raises(StateConflict, match="revision"):
        complete_task(small, key, {}, actor=AMY, now=NOW, revision=held.revision - 1)
    with pytest.raises(Forbidden, match="held by amy"):
        release_task(small, key, actor=BEN, now=NOW)
    release_task(small, key, actor=AMY, now=NOW)
    with pytest.raises(Forbidden):
        complete_task(small, key, {}, actor=EVE, now=NOW)
    assert complete_task(small, key, {}, actor=BEN, now=NOW).new_tasks


def test_four_eyes(small: Runtime) -> None:
    second = complete_task(small, begin(small), {}, actor=AMY, now=NOW).new_tasks[0]
    for refused in (
        claim_task,
        lambda *a, **k: complete_task(small, second, {}, actor=AMY, now=NOW),
    ):
        with pytest.raises(Forbidden, match="another pair of eyes"):
            refused(small, second, actor=AMY, now=NOW)
    assert complete_task(small, second, {}, actor=BEN, now=NOW).ended


def test_a_cancelled_case_says_so(small: Runtime) -> None:
    key = begin(small)
    cancel_instance(small, key & ~0xFFFF, reason="entered twice", actor=ADMIN, now=NOW)
    with pytest.raises(StateConflict, match="cancelled"):
        complete_task(small, key, {}, actor=AMY, now=NOW)
    with pytest.raises(NotFound):
        complete_task(small, key + 999, {}, actor=AMY, now=NOW)


def test_a_write_that_breaks_anywhere_leaves_nothing(small: Runtime) -> None:
    key = begin(small)
    before = contents(small.database)
    for fault_at in range(1, 60):
        seen = 0

        def count(*_: Any, limit: int = fault_at) -> None:
            nonlocal seen
            seen += 1
            if seen == limit:
                raise ZeroDivisionError

        prepared.watchers.append(count)
        try:
            complete_task(small, key, {}, actor=AMY, now=NOW + timedelta(minutes=1))
            break
        except ZeroDivisionError:
            pass
        finally:
            prepared.watchers.remove(count)
        assert contents(small.database) == before
    else:
        pytest.fail("never got through")
    assert fault_at > (
        5 if small.database.dialect == "sqlite" else 1
    )  # PostgreSQL gets the write as one statement
    assert contents(small.database) != before
