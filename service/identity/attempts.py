"""Failed sign-ins, counted per process in a sliding window, so that passwords cannot be tried by
the thousand."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from service.errors import RedressError

WINDOW = timedelta(minutes=5)
MOST_KEYS = 10_000


class TooManyAttempts(RedressError):
    """Too many failed attempts; wait a few minutes and try again."""

    code = "too-many-attempts"


class Attempts:
    """Failures by key (an address, a name). Thread-safe; the oldest keys go when there are too
    many."""

    def __init__(self, *, limit: int = 10) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def check(self, key: str, *, now: datetime) -> None:
        """Raises TooManyAttempts while `key` has failed too often within the window."""
        with self._lock:
            times = self._failures.get(key)
            while times and times[0] <= now - WINDOW:
                times.popleft()
            if times is not None and len(times) >= self._limit:
                raise TooManyAttempts

    def failed(self, key: str, *, now: datetime) -> None:
        with self._lock:
            self._failures.setdefault(key, deque(maxlen=self._limit)).append(now)
            self._failures.move_to_end(key)
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)
