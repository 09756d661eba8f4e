"""A live server on a free port with the demo's accounts and the shipped procedure."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from service.app import create_app
from service.cli import demo
from service.config import Settings
from service.db import Database, migrate
from service.execution import Runtime
from service.vault import Vault, open_vault
from tests.kit.clock import PATIENCE

PASSWORD = "a password for the demo"


@dataclass(frozen=True, slots=True)
class Site:
    """Where the server listens, and the runtime behind it."""

    url: str
    runtime: Runtime

    @property
    def vault(self) -> Vault:
        return open_vault("", self.runtime.database, limit=26_214_400)


@contextmanager
def served(folder: Path, *, living: bool = False) -> Iterator[Site]:
    """A site with a database of its own: with three complaints, or with none and the promise of a
    whole bank."""
    settings = Settings(
        database_url=f"sqlite:///{folder}/redress.db",
        secret_key="k" * 40,
        demo_password=PASSWORD,
        demo=True,
    )
    database = Database(settings.database_url)
    migrate(database)
    demo.prepare(database, settings, now=datetime.now(UTC), say=lambda _: None, living=living)
    runtime = Runtime.open(database, policy=settings.policy)
    server = make_server("127.0.0.1", 0, create_app(settings, runtime=runtime), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", runtime)
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


def fetch(url: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
    """One plain request, as it was answered."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.netloc, timeout=PATIENCE
    )  # the first PDF finds the fonts of the machine
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()
