"""Rows that have done their work go when they are old: nobody looks at them again, and whoever gets
hold of the database should not find the texts in them.

What is part of the record of a case is not among them: letters, evidence, history and the rest stay
until the case is erased.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from service import identity, jobs, notifications
from service.db import Connection

BATCH = 1_000
"""So many rows of a kind are dropped in one transaction."""
Drop = Callable[[Connection, datetime, int], int]
AGES: dict[str, tuple[timedelta, Drop]] = {
    "outbox": (timedelta(days=90), jobs.drop_delivered),
    "notice": (timedelta(days=180), notifications.drop_notices),
    "incident": (timedelta(days=400), jobs.drop_resolved),
    "account_link": (timedelta(days=30), identity.drop_links),
    "session": (timedelta(days=1), identity.drop_sessions),
}
"""How long rows of each table are kept once they are done with, and what drops them."""


def tidy_rows(connection: Connection, *, now: datetime) -> dict[str, int]:
    """Drop a batch of what is old in each table; how many rows of each."""
    return {name: drop(connection, now - age, BATCH) for name, (age, drop) in AGES.items()}
