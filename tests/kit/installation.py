"""A database with a procedure in force, which is what most tests begin with."""

from __future__ import annotations

from datetime import datetime

import pytest

from service.db import Database, KeyAllocator
from service.definitions import ALL, ReviewPolicy, deploy, put_policy, release
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


def agree_review(database: Database, policy: ReviewPolicy) -> None:
    """Say who reviews every procedure but that of complaints."""
    with database.transaction() as connection:
        for by in ("compliance-1", "compliance-2"):
            put_policy(connection, ALL, policy, reason="as agreed", by=by, now=NOW)


@pytest.fixture
def unreviewed(runtime: Runtime) -> None:
    """The policy of a bank that develops: what is deployed is in force at once."""
    agree_review(runtime.database, ReviewPolicy.NONE)


@pytest.fixture
def reviewed_by_compliance(request: pytest.FixtureRequest) -> None:
    """Compliance reviews every procedure."""
    agree_review(request.getfixturevalue("database"), ReviewPolicy.COMPLIANCE)
