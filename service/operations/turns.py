"""Commands for the same case take turns in a process, instead of finding out at their write that another was first.

Each finds the case as the one before left it, and its engine step is not thrown away. Commands of other processes are
still found by the case's version: this is no lock of the database, and nothing depends on it but the time it takes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from service.db import CHILD_BITS

STRIPES = 256
WAIT_SECONDS = 20.0


class Turns:
    """A queue for each case; cases whose numbers are the same modulo the stripes share one."""

    def __init__(self) -> None:
        self._queues = [threading.RLock() for _ in range(STRIPES)]

    @contextmanager
    def turn(self, root_key: int) -> Iterator[None]:
        """Wait until nobody else in this process moves the case. After a long wait it goes on without: the version
        guards the write."""
        queue = self._queues[(root_key >> CHILD_BITS) % STRIPES]
        taken = queue.acquire(timeout=WAIT_SECONDS)
        try:
            yield
        finally:
            if taken:
                queue.release()
