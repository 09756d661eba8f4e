"""Copying the write-ahead log of a SQLite database back into it, beside the work instead of within
a commit.

By itself SQLite has the commit that makes the log a thousand pages long copy it, and every later
commit too as long as somebody reads: meanwhile whoever wants to write waits. Here a thread copies
most of it while others go on writing, and only for the rest takes the turn to write, so that the
log can begin again.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing

from service.errors import Unavailable

COMMITS = 32
"""That many commits of this process are copied at once: few, so that the disk is never busy for
long with what nobody waits for, and the log stays short and is written over. With longer logs the
slowest in a hundred waited twice as long."""
MOST_PAGES = 20_000
"""Where the log is as long as that, in spite of the thread, a commit copies it after all."""
BUSY_MS = 20
"""How long the rest waits for those who read; the next time will do as well."""
log = logging.getLogger("redress.checkpoints")


class Checkpoints:
    """Counts the commits of this process and copies the log after so many."""

    def __init__(self, path: str, turn: Callable[[], AbstractContextManager[None]]) -> None:
        self._path = path
        self._turn = turn
        self._commits = 0
        self._due = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def committed(self) -> None:
        """One more commit; the caller has given its turn up."""
        self._commits += 1  # two threads may count one: it is only a measure
        if self._commits < COMMITS:
            return
        self._commits = 0
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed:
                    self._thread = threading.Thread(
                        target=self._run, name="checkpoints", daemon=True
                    )
                    self._thread.start()
        self._due.set()

    def close(self) -> None:
        """Let the thread end; a later commit begins another."""
        with self._lock:
            thread, self._thread, self._closed = self._thread, None, True
        self._due.set()
        if thread is not None:
            thread.join(timeout=5)
        self._due.clear()
        self._closed = False

    def _run(self) -> None:
        with closing(
            sqlite3.connect(self._path, isolation_level=None, timeout=BUSY_MS / 1_000)
        ) as connection:
            while True:
                self._due.wait()
                if self._closed:
                    return
                self._due.clear()
                try:
                    self._copy(connection)
                except (sqlite3.Error, Unavailable) as error:
                    log.warning(
                        "the write-ahead log could not be copied, it will be the next time: %s",
                        error,
                    )

    def _copy(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        with self._turn():
            connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
