"""A database of the first schema that holds rows comes to the newest one, and loses none of
them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.cases import list_ledger, unbalanced
from service.db import Database, migrate
from service.db.migrate import FOLDER
from service.facts import derive_facts, list_facts
from tests.kit.postgres import Cluster

NAMED = {
    ("bundle", "state"): "released",
    ("complaint", "status"): "open",
    ("incident", "state"): "active",
    ("job", "state"): "created",
    ("letter", "audience"): "customer",
    ("outbox", "state"): "waiting",
    ("subscription", "kind"): "message",
    ("user_task", "state"): "open",
    ("process_instance", "state"): "active",
    ("start_subscription", "kind"): "timer",
}
"""Where the schema takes only some words."""
UNUSED = {"alembic_version", "message_delivery", "start_subscription"}
"""The first schema had the last two, but nothing wrote them; the third migration makes them
anew."""


@pytest.fixture(params=["sqlite", "postgresql"])
def first(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database at the first migration."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/first.db")
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        database = Database(cluster.url(cluster.create()))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    yield database
    database.dispose()


def _value(table: sa.Table, column: sa.Column[Any]) -> Any:
    if (table.name, column.name) in NAMED:
        return NAMED[table.name, column.name]
    for key in column.foreign_keys:
        return _value(key.column.table, key.column)
    match column.type:
        case sa.DateTime():
            return datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
        case sa.Boolean():
            return False
        case sa.Integer() | sa.Numeric():
            return 1
        case sa.LargeBinary():
            return b"x"
        case sa.JSON():
            return {}
    return "x"


def _fill(connection: sa.Connection) -> dict[str, int]:
    """One row in every table of the schema that is there, and what each holds then."""
    found = sa.MetaData()
    found.reflect(connection)
    counts = {}
    for table in found.sorted_tables:
        if table.name in UNUSED:
            continue
        count = sa.select(sa.func.count()).select_from(table)
        if not connection.execute(count).scalar_one():
            needed = [each for each in table.columns if not each.nullable]
            connection.execute(
                sa.insert(table), {each.name: _value(table, each) for each in needed}
            )
        counts[table.name] = int(connection.execute(count).scalar_one())
    return counts


def test_rows_of_the_first_schema_reach_the_newest(first: Database) -> None:
    with first.transaction() as connection:
        before = _fill(connection)
    assert len(before) > 20
    assert min(before.values()) == 1
    migrate(first)
    migrate(first)
    with first.read() as connection:
        after = {
            name: connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in before
        }
        content = connection.execute(sa.text("SELECT content FROM complaint")).scalar_one()
        facts = list_facts(connection)
        assert facts == derive_facts(connection)
    assert len(facts) == before["complaint"]
    assert after == before
    assert content == "x"


def test_decisions_and_payments_of_older_versions_reach_the_ledger(first: Database) -> None:
    """Three payments of the whole sum, as older versions made them: told as they were, and that
    they do not agree with the decision."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with first.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0022")
        found = sa.MetaData()
        found.reflect(connection)
        given, task = found.tables["compensation"], found.tables["user_task"]
        for root_key, amounts in {1: (5_000,), 2: (5_000, 8_000), 3: ()}.items():
            row = {each.name: _value(given, each) for each in given.columns}
            connection.execute(
                sa.insert(given), row | {"root_key": root_key, "amount": 8_000, "currency": "TWD"}
            )
            for key, amount in enumerate(amounts):
                row = {each.name: _value(task, each) for each in task.columns}
                more = {"root_key": root_key, "key": key, "element_id": "pay-compensation"}
                shown = {"compensationAmount": amount} if root_key == 2 else {}
                more |= {"state": "completed", "variables": shown, "completed_by": "clerk"}
                connection.execute(sa.insert(task), row | more)
    migrate(first)
    with first.read() as connection:
        entries = {
            root_key: [
                (row["entry"], int(row["amount"])) for row in list_ledger(connection, root_key)
            ]
            for root_key in (1, 2, 3)
        }
        problems = list(unbalanced(connection))
        assumed = {row["assumed"] for row in list_ledger(connection, 1)}
    decided = [("offered", 8_000), ("payable", 8_000)]
    assert entries == {
        1: [*decided, ("paid", 8_000)],
        2: [*decided, ("paid", 5_000), ("paid", 8_000)],
        3: decided,
    }
    assert [root_key for root_key, _ in problems] == [2] and "13000" in problems[0][1]
    assert "" not in assumed and len(assumed) == 2
