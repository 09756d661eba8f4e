"""Statements are prepared on a PostgreSQL server that answers itself, and not behind a pooler."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import operations, tasks
from service.bench.recording import new_complaint
from service.db import Connection, Database
from service.db.preparing import MOST
from service.definitions import shipped_files
from service.errors import InvalidInput
from service.identity import SYSTEM, Actor
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.postgres import Cluster

CLERK = Actor("amy", frozenset({"clerk", "handler"}))
KEY_DATA = b"K\x00\x00\x00\x0c"
"""BackendKeyData: the process that answers, and the secret to cancel by (PostgreSQL, 54.7)."""
PORT = ".s.PGSQL.5432"


def held(connection: Connection) -> int:
    """How many statements the server has prepared for this connection."""
    return int(
        connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar_one()
    )


def worked(url: str) -> int:
    """Cases are moved; how many statements the last connection then has prepared."""
    database = Database(url, pool_size=1)
    runtime = release_files(database, shipped_files())
    for _ in range(4):
        root = operations.register_complaint(
            runtime, new_complaint(NOW), actor=SYSTEM, now=NOW
        ).root_key
        with database.read() as connection:
            task = tasks.list_open_tasks(connection, root)[0]
        operations.complete_task(runtime, task.key, {}, actor=CLERK, now=NOW)
    with database.read() as connection:
        count = held(connection)
    database.dispose()
    return count


@pytest.fixture
def url(cluster: Cluster, postgresql_template: str) -> Iterator[str]:
    name = cluster.create(postgresql_template)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.mark.parametrize(
    ("setting", "prepared"),
    [("", True), ("&prepared=auto", True), ("&prepared=on", True), ("&prepared=off", False)],
)
def test_statements_are_prepared_unless_the_address_says_not_to(
    url: str, setting: str, prepared: bool
) -> None:
    assert (worked(url + setting) > 5) is prepared


@contextmanager
def between(folder: Path) -> Iterator[Path]:
    """Something that hands on what it hears, and names another process as the one that answers, as
    PgBouncer does; the folder to connect to."""
    own = Path("/tmp") / f"rdmid{os.getpid()}"
    own.mkdir()
    own.chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(own / PORT))
    listener.listen()
    threading.Thread(target=_accept, args=(listener, folder / PORT), daemon=True).start()
    try:
        yield own
    finally:
        listener.close()
        shutil.rmtree(own)


def _accept(listener: socket.socket, behind: Path) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(behind))
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=_copy, args=(source, sink), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Until either side hangs up, whichever does so first."""
    with suppress(OSError):
        while heard := source.recv(65_536):
            place = heard.find(KEY_DATA)
            if place >= 0:
                start = place + len(KEY_DATA)
                heard = heard[:start] + (7).to_bytes(4, "big") + heard[start + 4 :]
            sink.sendall(heard)
    sink.close()


@pytest.mark.parametrize(("setting", "prepared"), [("", False), ("&prepared=on", True)])
def test_behind_a_pooler_none_are_prepared_unless_it_can(
    cluster: Cluster, url: str, setting: str, prepared: bool
) -> None:
    with between(cluster.folder) as folder:
        through = url.replace(str(cluster.folder), str(folder))
        assert (worked(through + setting) > 5) is prepared


def test_what_the_address_says_of_it_is_checked() -> None:
    with pytest.raises(InvalidInput, match="prepared=auto"):
        Database("postgresql+psycopg://redress@host/name?prepared=maybe")


def test_a_connection_holds_no_more_than_its_share(url: str) -> None:
    database = Database(url, pool_size=1)
    with database.read() as connection:
        for number in range(230):
            for _ in range(4):
                connection.execute(sa.text(f"SELECT {number}"))
        assert 150 < held(connection) <= MOST + 1  # the driver lets the last one go a step later
    database.dispose()
