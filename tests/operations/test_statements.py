"""What a completed task costs the database: few statements, one transaction, one commit; counted over a whole case."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import sqlalchemy as sa

from service import tasks
from service.cli.people import answer, performer
from service.db import Database, prepared
from service.identity import Actor
from service.intake import parse_complaint
from service.operations import Runtime, complete_task, register_complaint
from service.reporting import get_standing
from tests.conftest import NOW

CLERK = Actor("clerk", frozenset({"clerk"}))
GIVEN = {"content": "Charged twice.", "language": "en", "contact": {"email": "owen@customer.invalid"}}


@contextmanager
def counted(database: Database) -> Iterator[dict[str, int]]:
    """Statements and commits of the block."""
    found = {"statements": 0, "commits": 0}

    def statement(*_: object) -> None:
        found["statements"] += 1

    def commit(*_: object) -> None:
        found["commits"] += 1

    engines = {database._read_engine, database._write_engine}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", statement)
        sa.event.listen(engine, "commit", commit)
    prepared.watchers.append(statement)
    yield found
    prepared.watchers.remove(statement)
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", statement)
        sa.event.remove(engine, "commit", commit)


def test_a_completed_task_takes_ten_statements_and_one_commit(runtime: Runtime) -> None:
    root = register_complaint(runtime, parse_complaint(GIVEN, now=NOW), actor=CLERK, now=NOW).root_key
    chance, now, counts = random.Random(5), NOW, []
    for _ in range(60):
        with runtime.database.read() as connection:
            standing = get_standing(connection, root)
            if not standing.tasks:
                break
            task = standing.tasks[0]
            performers = tasks.list_performers(connection, root, task.excluded)
            form = runtime.bundles.get(connection, standing.bundle_key).forms.get(task.form_id or "")
        now += timedelta(minutes=1)
        filled, actor = answer(task, form, chance, now.date()), performer(task, performers, chance)
        with counted(runtime.database) as cost:
            complete_task(runtime, task.key, filled, actor=actor, now=now)
        assert cost["commits"] == 1
        counts.append(cost["statements"])
    assert len(counts) > 8
    assert statistics.median(counts) <= 10
    # one that also sends letters, meets clocks, ends timers, and looks for a message before it waits for it
    assert sorted(counts)[-3] <= 18
    assert max(counts) <= 30  # one that begins a process of its own beside: a promise, an improvement
