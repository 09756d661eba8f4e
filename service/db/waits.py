"""Threads of this process that wait for work to be left behind, and are woken when it is: nobody
asks the database time and again.

What this process commits wakes them at once. What others commit is heard: on PostgreSQL by the
bell, on SQLite by one thread that looks, while somebody waits, whether the file has changed, which
reads a number in shared memory.
"""

from __future__ import annotations

import sqlite3
import threading

import sqlalchemy as sa

from service.db.bell import listen

LOOK_SECONDS = 0.05
IDLE_SECONDS = 5.0


class Waits:
    """`mark()`, look for work, and if there is none `wait(mark)`: what comes in between is not
    missed."""

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        self._changed = threading.Condition()
        self._count = 0
        self._waiting = 0
        self._ear: threading.Thread | None = None
        self._stop = threading.Event()

    def mark(self) -> int:
        """Where things stand now."""
        return self._count

    def wake(self) -> None:
        """Work was left behind."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, mark: int, seconds: float) -> bool:
        """Wait until there has been a wake since `mark`, or so long; whether there has been one."""
        with self._changed:
            self._listen()
            self._waiting += 1
            try:
                return self._changed.wait_for(lambda: self._count != mark, seconds)
            finally:
                self._waiting -= 1

    def close(self) -> None:
        """End the ear; a later wait opens another."""
        with self._changed:
            ear, self._ear = self._ear, None
            self._stop.set()
            self._stop = threading.Event()
            self._count += 1
            self._changed.notify_all()
        if ear is not None and self._url.get_backend_name() == "sqlite":
            ear.join(timeout=5)  # it holds the file; the other ends within its own pause

    def _listen(self) -> None:
        if self._ear is not None and self._ear.is_alive():
            return
        if self._url.get_backend_name() == "postgresql":
            self._ear = listen(self._url, self.wake, self._stop)
        else:
            self._ear = threading.Thread(
                target=self._watch, args=(self._stop,), name="ear", daemon=True
            )
            self._ear.start()

    def _watch(self, stop: threading.Event) -> None:
        """Look whether another connection has committed, for as long as anybody waits."""
        connection = sqlite3.connect(self._url.database or "", check_same_thread=False, timeout=1)
        idle = 0.0
        try:
            seen = _version(connection)
            while idle < IDLE_SECONDS and not stop.wait(LOOK_SECONDS):
                idle = 0.0 if self._waiting else idle + LOOK_SECONDS
                version = _version(connection)
                if version != seen:
                    seen = version
                    self.wake()
        except sqlite3.Error:
            self.wake()  # whoever waits looks for themselves, and is told what is wrong
        finally:
            connection.close()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
