"""The tables of the cases can be split on PostgreSQL, and nobody notices but the planner."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from service.audit import list_history, verify
from service.bench.recording import new_complaint
from service.db import Connection, Database, partition, partitioned_tables
from service.definitions import shipped_files
from service.errors import InvalidInput
from service.identity import SYSTEM, Actor
from service.operations import complete_task, register_complaint
from service.tasks import list_open_tasks
from tests.kit.clock import NOW
from tests.kit.installation import release_files

CLERK = Actor("amy", frozenset({"clerk", "handler"}))
NAMES = sa.text("SELECT indexname FROM pg_indexes WHERE tablename = ANY(:tables) ORDER BY 1")
CHECKS = sa.text(
    "SELECT conname FROM pg_constraint WHERE conrelid = CAST(:table AS regclass) ORDER BY 1"
)


def shape(connection: Connection) -> tuple[list[str], list[list[str]]]:
    tables = partitioned_tables()
    names = list(connection.execute(NAMES, {"tables": tables}).scalars())
    return names, [list(connection.execute(CHECKS, {"table": table}).scalars()) for table in tables]


def test_a_case_goes_on_in_split_tables(postgresql_database: Database) -> None:
    runtime = release_files(postgresql_database, shipped_files())
    root_key = register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW).root_key
    with runtime.database.transaction() as connection:
        before = shape(connection)
        done = partition(connection, 4)
        assert shape(connection) == before
    assert {"process_instance", "user_task", "history", "timer"} <= set(done)
    assert "complaint" not in done  # its number is unique over all cases
    with runtime.database.read() as connection:
        task = list_open_tasks(connection, root_key)[0]
        plan = connection.execute(
            sa.text("EXPLAIN SELECT * FROM user_task WHERE root_key = :root AND key = :key"),
            {"root": root_key, "key": task.key},
        ).scalars()
        assert sum("user_task_part_" in line and "Scan" in line for line in plan) == 1
    others = [
        register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW).root_key
        for _ in range(5)
    ]
    complete_task(runtime, task.key, {}, actor=CLERK, now=NOW)
    with runtime.database.read() as connection:
        assert len(list_history(connection, root_key)) == 2
        assert [verify(connection, each) for each in [root_key, *others]] == [None] * 6
        used = connection.execute(
            sa.text("SELECT count(DISTINCT tableoid) FROM user_task")
        ).scalar_one()
    assert used > 1
    with runtime.database.transaction() as connection:
        assert partition(connection, 4) == []


def test_what_cannot_be_split_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        if database.dialect == "sqlite":
            with pytest.raises(InvalidInput, match="SQLite has no partitions"):
                partition(connection, 4)
        else:
            with pytest.raises(InvalidInput, match="2 to 1024"):
                partition(connection, 1)
