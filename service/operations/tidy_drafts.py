"""Forget old drafts of tasks that ended without them, what taking old migrations back would need,
answers that were kept to be given again, and attempts whose window is over.

A chore of the background worker, once an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from service import identity, migration_plans, tasks
from service.execution import Runtime
from service.execution.idempotency import drop_answers
from service.operations.tidy_rows import tidy_rows

KEPT = timedelta(days=30)
EVERY = timedelta(hours=1)


def make_tidy_chore(runtime: Runtime) -> Callable[[datetime], int]:
    """The chore: at most once an hour in this process."""
    last: list[datetime] = []

    def chore(now: datetime) -> int:
        if last and now - last[-1] < EVERY:
            return 0
        last[:] = [now]
        with runtime.database.transaction() as connection:
            tasks.drop_stale_drafts(connection, before=now - KEPT)
            migration_plans.forget_undo(connection, before=now - KEPT)
            drop_answers(connection, before=now - KEPT)
            identity.drop_attempts(connection, now=now)
            tidy_rows(connection, now=now)
        return 0

    return chore
