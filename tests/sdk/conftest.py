"""A server with its background worker, and an account for programs, for clients that know nothing
of us."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from service import identity
from service.app import create_app
from service.clock import SystemClock
from service.config import Settings
from service.db import Database, migrate
from service.definitions import ReviewPolicy
from service.execution import Runtime
from service.operations import make_worker
from service.operations.background import Mailer  # type: ignore[attr-defined]
from tests.kit.installation import agree_review

ROLES = ("admin", "owner", "clerk", "handler", "worker")


@dataclass(frozen=True, slots=True)
class Server:
    """Where it listens, and who may ask."""

    url: str
    name: str
    token: str
    runtime: Runtime


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("sdk")
    settings = Settings(database_url=f"sqlite:///{folder}/redress.db", secret_key="k" * 40)
    database = Database(settings.database_url)
    migrate(database)
    agree_review(database, ReviewPolicy.NONE)
    runtime = Runtime.open(database, policy=settings.policy)
    now = datetime.now(UTC)
    with database.transaction() as connection:
        identity.create_account(connection, "robot", None, ROLES, now=now)
        token = identity.create_token(connection, "robot", now=now)
    listening = make_server("127.0.0.1", 0, create_app(settings, runtime=runtime), threaded=True)
    stop = threading.Event()
    worker = make_worker(runtime, Mailer(None, "bank@bank.invalid", folder / "mail"), SystemClock())
    threads = [
        threading.Thread(target=listening.serve_forever),
        threading.Thread(target=worker.run_forever, args=(stop,)),
    ]
    for thread in threads:
        thread.start()
    yield Server(f"http://127.0.0.1:{listening.server_port}", "robot", token, runtime)
    stop.set()
    listening.shutdown()
    for thread in threads:
        thread.join()
    listening.server_close()
    database.dispose()
