"""The bell: a commit that leaves work behind wakes the workers, on PostgreSQL by NOTIFY and LISTEN.

It only saves waiting. Nothing depends on it: workers also look for themselves, and on SQLite, or
behind a pooler that loses what is heard, that is all they do. NOTIFY is sent after the commit, by
itself: within the transaction it would make all commits of the database queue for one lock.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from weakref import WeakSet

import psycopg
import sqlalchemy as sa

CHANNEL = "redress_work"
AWAY_SECONDS = 1.0
_left: WeakSet[sa.Connection] = WeakSet()
log = logging.getLogger("redress.bell")


def wake_after_commit(connection: sa.Connection) -> None:
    """Say that this transaction leaves work for a worker."""
    _left.add(connection)


def left_work(connection: sa.Connection) -> bool:
    """Whether the transaction that has ended said so."""
    return connection in _left


class Bell:
    """Rings without keeping anybody waiting: a thread sends one NOTIFY for all that was rung since
    the last."""

    def __init__(self, notify: Callable[[], None]) -> None:
        self._notify = notify
        self._rung = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ring(self) -> None:
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._closed:
                    self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                    self._thread.start()
        self._rung.set()

    def close(self) -> None:
        """Let the thread end; a later ring begins another."""
        with self._lock:
            thread, self._thread, self._closed = self._thread, None, True
        self._rung.set()
        if thread is not None:
            thread.join(timeout=5)
        self._rung.clear()
        self._closed = False

    def _run(self) -> None:
        while True:
            self._rung.wait()
            if self._closed:
                return
            self._rung.clear()
            try:
                self._notify()
            except (sa.exc.DBAPIError, psycopg.Error) as error:
                log.debug("the bell could not be rung: %s", error)


def listen(url: sa.URL, heard: Callable[[], None], stop: threading.Event) -> threading.Thread:
    """Call `heard` whenever the bell of that PostgreSQL database rings, until `stop`. Comes back
    after a lost connection, and then calls it once for what it may have missed."""
    thread = threading.Thread(target=_listen, args=(url, heard, stop), name="ear", daemon=True)
    thread.start()
    return thread


def _listen(url: sa.URL, heard: Callable[[], None], stop: threading.Event) -> None:
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    while not stop.is_set():
        try:
            with psycopg.connect(
                conninfo, autocommit=True, application_name="redress ear"
            ) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                heard()
                while not stop.is_set():
                    for _ in connection.notifies(timeout=AWAY_SECONDS, stop_after=1):
                        heard()
        except psycopg.Error as error:
            log.debug("the bell cannot be heard: %s", error)
            stop.wait(AWAY_SECONDS)
