"""A fault after any statement of a command leaves every table as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.cases import NewComplaint
from service.db import Database, metadata, prepared
from service.db.keys import counter
from service.execution import Runtime
from service.identity import Actor
from service.operations import (
    assign_task,
    cancel_instance,
    claim_task,
    complete_task,
    fire_timer,
    register_complaint,
    start_instance,
)
from service.reporting import get_standing
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.small import FILES

AMY = Actor("amy", frozenset({"handler", "approver", "clerk"}))
ROOT = Actor("root", frozenset({"admin"}))
LATER = NOW + timedelta(hours=2)


class Fault(Exception):
    """What breaks the command."""


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table, but the counter of root keys, which is taken in blocks beside the
    command."""
    with database.read() as connection:
        found = {
            table.name: list(connection.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }
    found[counter.name] = [row for row in found[counter.name] if row.name != "root"]
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def break_everywhere(database: Database, command: Callable[[], object]) -> int:
    """Break the command after its first statement, its second, …, until it gets through; how often
    it broke."""
    before = contents(database)
    for fault_at in range(1, 120):
        seen = 0

        def count(*_: Any, limit: int = fault_at) -> None:
            nonlocal seen
            seen += 1
            if seen == limit:
                raise Fault

        with watched(database, count):
            try:
                command()
                break
            except Fault:
                pass
        assert contents(database) == before, f"after statement {fault_at}"
    else:
        pytest.fail("never got through")
    assert contents(database) != before
    return fault_at - 1


class watched:
    """Call `after` after every statement, whichever road it takes to the database."""

    def __init__(self, database: Database, after: Callable[..., None]) -> None:
        self.engine, self.after = database._write_engine, after

    def __enter__(self) -> None:
        prepared.watchers.append(self.after)
        sa.event.listen(self.engine, "after_cursor_execute", self.after)

    def __exit__(self, *_: object) -> None:
        prepared.watchers.remove(self.after)
        sa.event.remove(self.engine, "after_cursor_execute", self.after)


def test_a_registration_that_breaks_anywhere_leaves_nothing(runtime: Runtime) -> None:
    """The shipped procedure: complaint, number, clocks, letter, outbox, process, task, history,
    idempotency key."""
    new = NewComplaint(
        customer_name="Lin",
        phone=None,
        email="lin@customer.invalid",
        address=None,
        channel="email",
        content="The card was charged twice.",
        received_at=NOW,
    )
    runtime.keys.root_key()  # its block is taken beside the command

    def command() -> object:
        return register_complaint(runtime, new, actor=AMY, now=NOW, idempotency_key="k")

    assert break_everywhere(runtime.database, command) > 8


def test_what_moves_a_case_leaves_nothing_when_it_breaks(database: Database) -> None:
    runtime = release_files(database, FILES)
    runtime.keys.root_key()
    assert (
        break_everywhere(database, lambda: start_instance(runtime, "small", {}, actor=AMY, now=NOW))
        > 2
    )
    root = start_instance(runtime, "small", {}, actor=AMY, now=NOW).root_key
    with database.read() as connection:
        [task], timer = (
            list_open_tasks(connection, root),
            get_standing(connection, root).timers[0][1],
        )
    for command in (
        lambda: claim_task(runtime, task.key, actor=AMY, now=NOW),
        lambda: assign_task(runtime, task.key, AMY, actor=ROOT, now=NOW),
        lambda: fire_timer(runtime, timer, now=LATER),
        lambda: complete_task(runtime, task.key, {}, actor=AMY, now=LATER, idempotency_key="k"),
        lambda: cancel_instance(runtime, root, reason="r", actor=ROOT, now=LATER),
    ):
        assert (
            break_everywhere(database, command) > 1
        )  # PostgreSQL is sent the whole write as one statement
