"""A database with a procedure in force, which is what most tests begin with."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.db import Database, KeyAllocator
from service.definitions import deploy, release
from service.execution import Runtime
from tests.kit.clock import NOW

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what is the same on either database: it is tested on the faster one."""


def release_files(database: Database, files: dict[str, bytes], *, now: datetime = NOW) -> Runtime:
    """Deploy and release a bundle; the runtime on top of it."""
    keys = KeyAllocator(
        database
    ).root_key  # takes its block in a transaction of its own, so before ours
    spare = [keys() for _ in range(40)]
    with database.transaction() as connection:
        deployed = deploy(
            connection, files, name="test", actor="admin", now=now, next_key=spare.pop
        )
        release(connection, deployed.bundle_key, actor="admin", now=now)
    return Runtime.open(database)
