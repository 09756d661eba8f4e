"""Fixtures for everybody: a database of each kind, and a runtime with the shipped procedure
released in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from service.db import Database, migrate
from service.definitions import shipped_files
from service.engine import Bundle, load_bundle
from service.execution import Runtime
from service.identity import passwords
from tests.kit.installation import release_files
from tests.kit.postgres import Cluster, find_binaries, migrated_template, running_cluster


@pytest.fixture(scope="session", autouse=True)
def quick_hashing() -> Iterator[None]:
    """Passwords of accounts that only tests know are hashed at the least cost; what a hash costs
    otherwise is the library's default."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
        yield


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


@pytest.fixture(scope="session")
def sqlite_released(sqlite_template: Path) -> Path:
    """The same with the shipped procedure released."""
    path = sqlite_template.with_name("released.db")
    shutil.copy(sqlite_template, path)
    _release(Database(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql_released(cluster: Cluster, postgresql_template: str) -> str:
    """The same with the shipped procedure released."""
    name = cluster.create(postgresql_template)
    _release(Database(cluster.url(name)))
    return name


def _release(database: Database) -> None:
    release_files(database, shipped_files())
    database.dispose()


def _template(request: pytest.FixtureRequest, kind: str) -> Any:
    """What a test's database is copied from: releasing the procedure anew for each test took most
    of their time."""
    shipped = "runtime" in request.fixturenames and not _released_files(request)
    wanted = "released" if shipped else "template"
    return request.getfixturevalue(f"{kind}_{wanted}")


def _released_files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    mark = request.node.get_closest_marker("released")
    return dict(mark.args[0]) if mark else {}


@pytest.fixture(autouse=True, scope="session")
def _bundles_read_once() -> Iterator[None]:
    """The same files are the same bundle in every test of a process: a bundle never changes."""
    known: dict[tuple[tuple[str, bytes], ...], Bundle] = {}

    def load(files: Mapping[str, bytes]) -> Bundle:
        key = tuple(sorted(files.items()))
        if key not in known:
            known[key] = load_bundle(files)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.definitions.store.load_bundle", load)
        yield


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database of its own; with the shipped procedure for a test that wants a
    `runtime`."""
    path = tmp_path / "redress.db"
    shutil.copy(_template(request, "sqlite"), path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql_database(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[Database]:
    """A migrated PostgreSQL database of its own; with the shipped procedure for a test that wants a
    `runtime`."""
    name = cluster.create(_template(request, "postgresql"))
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
def runtime(request: pytest.FixtureRequest, database: Database) -> Runtime:
    """A runtime in which the shipped procedure is released, or the files of the mark `released`."""
    files = _released_files(request)
    return release_files(database, files) if files else Runtime.open(database)
