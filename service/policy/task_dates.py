"""Until when a task of a case may take: no longer than the clocks of its severity allow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from service.policy.deadlines import Deadline
from service.policy.profiles import Profile


def held_to(
    profile: Profile, clocks: Iterable[Deadline], due_at: datetime | None, *, at: datetime
) -> datetime | None:
    """The date that a task asks for at an instant, or that of the severity's clock which runs out
    next where this is earlier.

    A clock that was met, is paused, or has run out holds nobody: what comes after a clock that was
    missed has a date of its own again.
    """
    names = {name for targets in profile.severity["targets"].values() for name in targets}
    running = [
        entry.due_at
        for entry in clocks
        if entry.clock in names
        and entry.met_at is None
        and entry.paused_at is None
        and entry.due_at > at
    ]
    return min([*running, *([] if due_at is None else [due_at])], default=None)
