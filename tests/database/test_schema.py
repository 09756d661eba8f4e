"""The migrations give exactly the tables that the code declares, on both databases, and may run at
every start."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import service
from service.db import Database, KeyAllocator, metadata, migrate, root_of, take
from tests.kit.postgres import Cluster


def declare_everything() -> None:
    for found in pkgutil.walk_packages(service.__path__, "service."):
        if found.name.endswith(".tables"):
            importlib.import_module(found.name)


def is_declared(name: str | None, kind: str, _parents: Any) -> bool:
    """The full-text index is of each database's own kind; `tests/cases/test_search.py` is about
    it."""
    return kind != "table" or not (name or "").startswith("case_text")


def test_migrated_schema_is_the_declared_one(database: Database) -> None:
    declare_everything()
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_declared})
        assert compare_metadata(context, metadata) == []


def test_many_may_migrate_an_empty_database_at_once(cluster: Cluster) -> None:
    name = cluster.create()
    failures: list[BaseException] = []

    def start() -> None:
        database = Database(cluster.url(name))
        try:
            migrate(database)
        except BaseException as error:
            failures.append(error)
        finally:
            database.dispose()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cluster.drop(name)
    assert failures == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    migrate(database)
    migrate(database)


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        take(connection, "things", 5)
        raise ZeroDivisionError
    with database.transaction() as connection:
        assert take(connection, "things", 5) == 1
        assert take(connection, "things") == 6


def test_keys_lead_back_to_their_root(database: Database) -> None:
    keys = KeyAllocator(database)
    roots = [keys.root_key() for _ in range(130)]
    assert len(set(roots)) == 130
    assert all(root_of(root + 65_535) == root for root in roots)


def test_a_sqlite_connection_is_set_up_as_it_is_said(sqlite_database: Database) -> None:
    """What was acknowledged survives a power cut; a reader keeps more pages than a writer."""
    names = ("journal_mode", "synchronous", "foreign_keys", "temp_store", "cache_size")
    found = []
    for opened in (sqlite_database.read, sqlite_database.transaction):
        with opened() as connection:
            found.append([connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names])
    assert found == [["wal", 2, 1, 2, -65_536], ["wal", 2, 1, 2, -8_192]]
