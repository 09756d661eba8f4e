"""Behind a pooler, and over a restart of the database: what a server in a crowd of servers has to
live with."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from service.audit import list_history, verify
from service.bench.recording import new_complaint
from service.db import Database
from service.definitions import shipped_files
from service.execution import Runtime
from service.identity import SYSTEM, Actor
from service.operations import complete_task, register_complaint
from service.tasks import list_open_tasks
from tests.kit.clock import NOW, PATIENCE
from tests.kit.installation import release_files
from tests.kit.postgres import Cluster

CLERK = Actor("amy", frozenset({"clerk", "handler"}))


@contextmanager
def pooler(cluster: Cluster, name: str, folder: Path) -> Iterator[str]:
    """PgBouncer in transaction mode with two connections to the database; the URL to go through
    it."""
    program = shutil.which("pgbouncer")
    if program is None:
        pytest.skip("no pgbouncer: apt-get install pgbouncer")
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    folder.chmod(0o777)
    (folder / "users.txt").write_text('"redress" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{name} = host={cluster.folder} dbname={name} "
        "pool_size=2\n[pgbouncer]\npool_mode = transaction\n"
        f"listen_addr =\nunix_socket_dir = {folder}\nlisten_port = 6432\nauth_type = trust\n"
        f"auth_file = {folder / 'users.txt'}\nmax_client_conn = 100\n"
    )
    process = subprocess.Popen(
        [program, "-q", str(folder / "pgbouncer.ini")],
        user=account.pw_uid if account else None,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _reach(str(folder), name, 6432)
        yield f"postgresql+psycopg://redress@/{name}?host={folder}&port=6432"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _reach(host: str, name: str, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(host=host, port=port, user="redress", dbname=name).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            threading.Event().wait(0.05)


def test_cases_move_behind_a_pooler_in_transaction_mode(
    cluster: Cluster, postgresql_template: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = cluster.create(postgresql_template)
    folder = Path("/tmp") / f"rdpb{os.getpid()}"
    folder.mkdir()
    try:
        with pooler(cluster, name, folder) as url:
            database = Database(url, pool_size=8)
            runtime = release_files(database, shipped_files())
            _move_in_threads(runtime, threads=8)
            database.dispose()
    finally:
        shutil.rmtree(folder)
    cluster.drop(name)


def _move_in_threads(runtime: Runtime, *, threads: int) -> None:
    """Each thread registers cases and completes their first task: eight clients on two
    connections."""
    roots: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                root_key = register_complaint(
                    runtime, new_complaint(NOW), actor=SYSTEM, now=NOW
                ).root_key
                with runtime.database.read() as connection:
                    task = list_open_tasks(connection, root_key)[0]
                complete_task(runtime, task.key, {}, actor=CLERK, now=NOW)
                roots.append(root_key)
        except BaseException as error:
            failures.append(error)

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert failures == []
    with runtime.database.read() as connection:
        assert len(set(roots)) == 3 * threads
        assert all(
            verify(connection, root) is None and len(list_history(connection, root)) >= 2
            for root in roots
        )


def test_connections_that_the_server_closed_are_not_used_again(
    postgresql_database: Database,
) -> None:
    runtime = release_files(postgresql_database, shipped_files())
    roots = [
        register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW).root_key
        for _ in range(3)
    ]
    others = sa.text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    for root_key in roots:
        held = [runtime.database._write_engine.connect() for _ in range(4)]
        for connection in held[1:]:
            connection.close()
        held[0].execute(others)
        held[0].close()
        with runtime.database.read() as connection:
            task = list_open_tasks(connection, root_key)[0]
        assert len(complete_task(runtime, task.key, {}, actor=CLERK, now=NOW).new_tasks) == 1
