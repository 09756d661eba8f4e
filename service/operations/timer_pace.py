"""How fast the timers of one element of one case fire: a loop that goes round through a timer of no
length would otherwise go round for ever, and nobody would know."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
MOST = 12_000
"""Timers of one element of one case within `WINDOW`: more than there can be instances of it at
once."""
REMEMBERED = 10_000
"""Elements of cases that are counted at a time; the one that fired longest ago is forgotten."""


class TimerPace:
    """What this process has fired of late. Each process counts for itself: it costs the database
    nothing, and two processes let pass twice as many at most."""

    def __init__(self) -> None:
        self._fired: OrderedDict[tuple[int, str], tuple[datetime, int]] = OrderedDict()

    def is_too_fast(self, root_key: int, element_id: str, *, now: datetime) -> bool:
        """Count one more; whether it is one too many. Then the count begins anew: what is let go on
        has a window of its own."""
        key = (root_key, element_id)
        since, count = self._fired.pop(key, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        if count >= MOST:
            return True
        self._fired[key] = (since, count + 1)
        if len(self._fired) > REMEMBERED:
            self._fired.popitem(last=False)
        return False
