"""Forget what nobody needs any more: drafts of tasks that ended without them, what taking old
migrations back would need, answers that were kept to be given again, attempts whose window is over,
and the rest of `AGES`.

A chore of the background worker, once an hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from service.execution import Runtime
from service.operations.at_most import Chore, at_most
from service.operations.tidy_rows import tidy_rows

EVERY = timedelta(hours=1)


def make_tidy_chore(runtime: Runtime) -> Chore:
    """The chore: at most once an hour in this process."""

    def tidy(now: datetime) -> None:
        tidy_rows(runtime.database, now=now)

    return at_most(EVERY, tidy)
