"""Chores that are done once in a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

Chore = Callable[[datetime], int]


def at_most(every: timedelta, do: Callable[[datetime], object]) -> Chore:
    """A chore of the background worker that does this at most once in so long, in this process; it
    counts as no work done, so that nobody comes back for it at once."""
    last: list[datetime] = []

    def chore(now: datetime) -> int:
        if last and now - last[-1] < every:
            return 0
        last[:] = [now]
        do(now)
        return 0

    return chore
