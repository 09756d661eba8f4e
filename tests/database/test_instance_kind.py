"""Instances of a database that knew their kind by their number get it in a column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.db import Database, migrate
from service.db.migrate import FOLDER
from tests.database.test_upgrade import NAMED, _fill, _value
from tests.kit.postgres import Cluster

COMPLAINT, EMERGENCY, REVIEW, PROCESS = 1, 2, 3, 4


@pytest.fixture(params=["sqlite", "postgresql"])
def before(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database at the revision before the column, with a case from its first days."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/before.db")
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        database = Database(cluster.url(cluster.create()))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        _fill(connection)
        command.upgrade(config, "0019")
    yield database
    database.dispose()


def filled(table: sa.Table) -> dict[str, Any]:
    """The columns that must not be null."""
    return {
        each.name: NAMED.get((table.name, each.name), _value(table, each))
        for each in table.columns
        if not each.nullable and each.server_default is None
    }


def test_the_kind_of_running_cases_is_found_by_what_belongs_to_them(before: Database) -> None:
    with before.transaction() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        instance = found.tables["process_instance"]
        known = dict(connection.execute(sa.select(instance)).mappings().one())
        rows = [
            (EMERGENCY, "E-2026-0001"),
            (REVIEW, "R-procedure-2"),
            (PROCESS, "E-2026-0002"),  # somebody's own number, of a process by itself
        ]
        for root_key, number in rows:
            row = {**known, "root_key": root_key, "business_key": number}
            connection.execute(sa.insert(instance), row)
        for name, values in (
            ("emergency", {"root_key": EMERGENCY, "level": "I", "status": "open"}),
            ("bundle_review", {"root_key": REVIEW, "state": "released"}),
        ):
            connection.execute(sa.delete(found.tables[name]))
            connection.execute(sa.insert(found.tables[name]), filled(found.tables[name]) | values)
    migrate(before)
    with before.read() as connection:
        kinds = connection.execute(
            sa.text("SELECT root_key, kind FROM process_instance ORDER BY root_key")
        ).all()
    assert [tuple(row) for row in kinds] == [
        (COMPLAINT, "complaint"),
        (EMERGENCY, "emergency"),
        (REVIEW, "review"),
        (PROCESS, "process"),
    ]
