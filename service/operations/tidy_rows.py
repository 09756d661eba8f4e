"""Rows that have done their work go when they are old: nobody looks at them again, and whoever gets
hold of the database should not find the texts in them.

What is part of the record of a case is not among them: letters, evidence, history and the rest stay
until the case is erased.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from service import identity, jobs, migration_plans, notifications, tasks
from service.db import Connection, Database
from service.execution.idempotency import drop_answers

BATCH = 1_000
"""So many rows of a kind are dropped in one transaction."""
LONGEST = 20.0
"""Seconds after which no further batch is begun: the worker has other work."""
KEPT = timedelta(days=30)
Drop = Callable[[Connection, datetime, int], int]
AGES: dict[str, tuple[timedelta, Drop]] = {
    "task_draft": (KEPT, tasks.drop_stale_drafts),
    "migration_case": (KEPT, migration_plans.forget_undo),
    "idempotency_key": (KEPT, drop_answers),
    "attempt": (timedelta(0), identity.drop_attempts),
    "outbox": (timedelta(days=90), jobs.drop_delivered),
    "notice": (timedelta(days=180), notifications.drop_notices),
    "incident": (timedelta(days=400), jobs.drop_resolved),
    "account_link": (timedelta(days=30), identity.drop_links),
    "session": (timedelta(days=1), identity.drop_sessions),
}
"""How long rows of each table are kept once they are done with, and what drops them."""


def tidy_rows(
    database: Database, *, now: datetime, timer: Callable[[], float] = time.monotonic
) -> dict[str, int]:
    """Drop what is old, a batch of each table in turn so that none waits for another, until nothing
    is left or `LONGEST` is over; how many rows of each. Each batch is a transaction of its own:
    people write in between."""
    begun, gone, left = timer(), dict.fromkeys(AGES, 0), list(AGES)
    while left:
        for name in [*left]:
            if timer() - begun >= LONGEST:
                return gone
            dropped = _drop_batch(database, name, now=now)
            gone[name] += dropped
            if dropped < BATCH:
                left.remove(name)
    return gone


def _drop_batch(database: Database, name: str, *, now: datetime) -> int:
    age, drop = AGES[name]
    with database.transaction() as connection:
        return drop(connection, now - age, BATCH)
