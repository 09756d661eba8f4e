"""The database of a measurement: one of its own on SQLite, or an empty one that is named."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa

from service.bench.recording import prepare_runtime
from service.clock import SystemClock
from service.db import Database, migrate
from service.errors import InvalidInput
from service.execution import Runtime
from service.instances.tables import process_instance

SQLITE = "sqlite"


@contextmanager
def opened(where: str, more: Mapping[str, bytes] = MappingProxyType({})) -> Iterator[Runtime]:
    """A runtime with the shipped procedure and `more` files released, in a temporary SQLite file or
    in the empty database named."""
    if where != SQLITE:
        yield from _fill(where, more)
        return
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        yield from _fill(f"sqlite:///{Path(folder) / 'bench.db'}", more)


def _fill(url: str, more: Mapping[str, bytes]) -> Iterator[Runtime]:
    database = Database(url, pool_size=20)
    try:
        migrate(database)
        with database.read() as connection:
            used = connection.execute(sa.select(process_instance.c.root_key).limit(1)).first()
        if used is not None:
            raise InvalidInput(
                "expected an empty database to measure in, found one with cases; nothing was "
                "changed"
            )
        yield prepare_runtime(database, SystemClock().now(), more)
    finally:
        database.dispose()


def name_of(where: str) -> str:
    """How a measurement calls its database."""
    return "SQLite" if where.startswith("sqlite") else "PostgreSQL"
