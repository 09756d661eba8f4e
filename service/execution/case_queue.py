"""Commands for the same case take turns in a process, instead of finding out at their write that
another was first.

Each finds the case as the one before left it, and its engine step is not thrown away. Those that
may be done together are: whoever has the turn does what all the others that wait want. Commands of
other processes are still found by the case's version: this is no lock of the database, and nothing
depends on it but the time it takes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from service.db import CHILD_BITS

STRIPES = 256
WAIT_SECONDS = 20.0
MOST = 32
"""Commands that are done together."""

T = TypeVar("T")


class Turns:
    """A queue for each case; cases whose numbers are the same modulo the stripes share one."""

    def __init__(self) -> None:
        self._queues = [threading.RLock() for _ in range(STRIPES)]
        self._guard = threading.Lock()
        self._waiting: dict[int, list[Any]] = {}

    @contextmanager
    def turn(self, root_key: int) -> Iterator[None]:
        """Wait until nobody else in this process moves the case. After a long wait it goes on
        without: the version guards the write."""
        queue = self._queues[(root_key >> CHILD_BITS) % STRIPES]
        taken = queue.acquire(timeout=WAIT_SECONDS)
        try:
            yield
        finally:
            if taken:
                queue.release()

    @contextmanager
    def share(self, root_key: int, mine: T) -> Iterator[list[T]]:
        """As `turn`, for what may be done together with what other threads want of the same case:
        what is now to be done here, `mine` first. Nothing when another thread has taken `mine`
        along."""
        with self._guard:
            self._waiting.setdefault(root_key, []).append(mine)
        with self.turn(root_key):
            yield self._take(root_key, mine)

    def _take(self, root_key: int, mine: Any) -> list[Any]:
        with self._guard:
            waiting = self._waiting.get(root_key, [])
            if not any(each is mine for each in waiting):
                return []
            together = [mine, *(each for each in waiting if each is not mine)][:MOST]
            left = [each for each in waiting if not any(each is taken for taken in together)]
            if left:
                self._waiting[root_key] = left
            else:
                del self._waiting[root_key]
            return together
