"""One writer at a time on SQLite: a queue for the threads of a process, and one for the processes
of a machine.

SQLite lets whoever comes while another writes sleep, longer each time, and look again; a writer
that is done finds nobody awake and takes the lock once more. Here the next one is woken at once. It
is only a queue: what guards the database is SQLite's own lock, and a program that does not queue is
stopped by that.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from service.errors import Unavailable

try:
    import fcntl
except ImportError:  # no such queue on this system: SQLite's own waiting is enough
    fcntl = None  # type: ignore[assignment]

BUSY_SECONDS = 30


class WriterTurns:
    """The queues of one database file; of a database in memory, those of this process only."""

    def __init__(self, database: str | None) -> None:
        self._threads = threading.Lock()
        on_disk = fcntl is not None and database not in (None, "", ":memory:")
        self._path = Path(f"{database}-turn") if on_disk else None
        self._file: int | None = None
        self._opened_by = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn, and have it. Raises Unavailable after a long wait for another
        thread."""
        if not self._threads.acquire(timeout=BUSY_SECONDS):
            raise Unavailable("The database is busy with other writes; try again.")
        try:
            queue = self._queue()
            try:
                yield
            finally:
                if queue is not None:
                    fcntl.flock(queue, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Leave the queue of the processes; a later turn joins it again."""
        with self._threads:
            if self._file is not None:
                os.close(self._file)
            self._file = None

    def _queue(self) -> int | None:
        """The open file that is locked for this turn; None where there can be none."""
        if self._path is None:
            return None
        with suppress(OSError):
            if (
                self._file is None or self._opened_by != os.getpid()
            ):  # a fork would share its parent's turn
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                self._opened_by = os.getpid()
            fcntl.flock(self._file, fcntl.LOCK_EX)
            return self._file
        return None
