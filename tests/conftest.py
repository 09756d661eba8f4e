"""Fixtures for everybody: a database of each kind, and a runtime with the shipped procedure released in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.db import Database, KeyAllocator, migrate
from service.definitions import deploy, release, shipped_files
from service.operations import Runtime
from tests.postgres import Cluster, find_binaries, migrated_template, running_cluster

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for this test process."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL binaries: install the test extra")
    with running_cluster(binaries) as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_template(cluster: Cluster) -> str:
    return migrated_template(cluster)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "redress.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.dispose()
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database of its own."""
    path = tmp_path / "redress.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql_database(cluster: Cluster, postgresql_template: str) -> Iterator[Database]:
    """A migrated PostgreSQL database of its own."""
    name = cluster.create(postgresql_template)
    database = Database(cluster.url(name), pool_size=20)
    yield database
    database.dispose()
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The same test on both databases."""
    chosen: Database = request.getfixturevalue(f"{request.param}_database")
    return chosen


@pytest.fixture
def runtime(database: Database) -> Runtime:
    """A runtime in which the shipped procedure is released."""
    return release_files(database, shipped_files())


def release_files(database: Database, files: dict[str, bytes], *, now: datetime = NOW) -> Runtime:
    """Deploy and release a bundle; the runtime on top of it."""
    keys = KeyAllocator(database).root_key  # takes its block in a transaction of its own, so before ours
    spare = [keys() for _ in range(40)]
    with database.transaction() as connection:
        deployed = deploy(connection, files, name="test", actor="admin", now=now, next_key=spare.pop)
        release(connection, deployed.bundle_key, actor="admin", now=now)
    return Runtime.open(database)
