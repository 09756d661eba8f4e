"""Two clients complete the same task at the same instant through a real server of two processes:
exactly one wins.

REDRESS_TEST_RACES=1000 runs the long version.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from service import identity
from service.audit import list_history, verify
from service.db import Database
from service.identity import Actor
from service.operations import start_instance
from service.players.retrying_client import Caller
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.server_processes import Site, stop, until
from tests.kit.small import FILES

ROUNDS = int(os.environ.get("REDRESS_TEST_RACES", "10"))
NAMES = ("amy", "ben")


def test_exactly_one_client_wins(database: Database, tmp_path: Path) -> None:
    runtime = release_files(database, FILES)
    with database.transaction() as connection:
        for name in NAMES:
            identity.create_account(connection, name, None, ["handler"], now=NOW)
        tokens = [identity.create_token(connection, name, now=NOW) for name in NAMES]
    started = [
        start_instance(runtime, "small", {}, actor=Actor("amy", frozenset({"handler"})), now=NOW)
        for _ in range(ROUNDS)
    ]
    with database.read() as connection:
        query = "SELECT root_key, key FROM user_task ORDER BY root_key"
        tasks = [tuple(row) for row in connection.exec_driver_sql(query)]
    assert [root for root, _ in tasks] == [each.root_key for each in started]
    database.dispose()
    settings = {
        "REDRESS_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "REDRESS_SECRET_KEY": "k" * 40,
    }
    site = Site(tmp_path, settings)
    server = site.serve("--no-background", "--workers", "2")
    try:
        until(site.answers, "the server to answer")
        told = race(site.url, tokens, [key for _, key in tasks])
    finally:
        stop(server)
    assert told == Counter({(204, 409): ROUNDS}), site.log("serve")[-3000:]
    with database.read() as connection:
        for root_key, key in tasks:
            rows = [
                row
                for row in list_history(connection, root_key)
                if row.event == "case:task:completed"
            ]
            assert [row.subject_key for row in rows] == [key]
            assert rows[0].actor in NAMES
            assert verify(connection, root_key) is None
    print(f"\n{database.dialect}: {ROUNDS} races, {dict(told)}")


def race(url: str, tokens: list[str], keys: list[int]) -> Counter[tuple[int, ...]]:
    """How often the two were told what, lower status first."""
    told: Counter[tuple[int, ...]] = Counter()
    barrier = threading.Barrier(len(tokens))
    callers = [Caller(url, patience=10) for _ in tokens]

    def complete(caller: Caller, token: str, key: int) -> int:
        barrier.wait()
        return caller.call(
            token, "POST", f"/v2/user-tasks/{key}/completion", {"variables": {}}
        ).status

    with ThreadPoolExecutor(len(tokens)) as pool:
        for key in keys:
            told[tuple(sorted(pool.map(complete, callers, tokens, [key] * len(tokens))))] += 1
    for caller in callers:
        caller.close()
    return told
