"""Commands for the same case queue up within a process, instead of finding out at their write that
another was first.

Each finds the case as the one before left it, and its engine step is not thrown away. Those that
may share a step do: the first in the queue carries out what the others want. Commands of other
processes are still found by the case's version: this is no lock of the database, and nothing
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


class CaseQueues:
    """A queue for each case; cases whose numbers are the same modulo the stripes share one."""

    def __init__(self) -> None:
        self._locks = [threading.RLock() for _ in range(STRIPES)]
        self._guard = threading.Lock()
        self._waiting: dict[int, list[Any]] = {}

    @contextmanager
    def wait_for(self, root_key: int) -> Iterator[None]:
        """Wait until nobody else in this process moves the case. After a long wait it goes on
        without: the version guards the write."""
        lock = self._locks[(root_key >> CHILD_BITS) % STRIPES]
        taken = lock.acquire(timeout=WAIT_SECONDS)
        try:
            yield
        finally:
            if taken:
                lock.release()

    @contextmanager
    def share(self, root_key: int, mine: T) -> Iterator[list[T]]:
        """As `wait_for`, for what may share a step with what other threads want of the same case:
        all that is to be done here now, `mine` first. Nothing when another thread has done
        `mine`."""
        with self._guard:
            self._waiting.setdefault(root_key, []).append(mine)
        with self.wait_for(root_key):
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
