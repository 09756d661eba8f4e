"""Forget old drafts of tasks that ended without them, what taking old migrations back would need,
answers that were kept to be given again, and attempts whose window is over.

A chore of the background worker, once an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from service import identity, migration_plans, tasks
from service.execution import Runtime
from service.execution.idempotency import drop_answers
from service.operations.at_most import Chore, at_most
from service.operations.tidy_rows import tidy_rows

KEPT = timedelta(days=30)
EVERY = timedelta(hours=1)


def make_tidy_chore(runtime: Runtime) -> Chore:
    """The chore: at most once an hour in this process."""

    def tidy(now: datetime) -> None:
        with runtime.database.transaction() as connection:
            tasks.drop_stale_drafts(connection, before=now - KEPT)
            migration_plans.forget_undo(connection, before=now - KEPT)
            drop_answers(connection, before=now - KEPT)
            identity.drop_attempts(connection, now=now)
            tidy_rows(connection, now=now)

    return at_most(EVERY, tidy)
