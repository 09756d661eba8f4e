"""Who reads which case is noted, not while they wait for it.

Readings are kept in the process and written together: what was read in the last half minute before
a crash may be missing (`SECONDS`). What leaves the house as a file, and what somebody takes in an
emergency, is written before it is answered.
"""

from __future__ import annotations

import atexit
import logging
import threading
import weakref

import flask

from service import cases
from service.cases import CaseRead
from service.db import Database, element_of
from service.errors import RedressError
from service.operations import note_reads

SECONDS = 30.0
MOST_WAITING, MOST_KNOWN = 1_000, 20_000
"""So many readings wait at most, and of so many it is known that they are written."""
EXPORTS = (".zip", ".pdf", "/content")
log = logging.getLogger("redress.readings")


_every: weakref.WeakSet[Readings] = weakref.WeakSet()


class Readings:
    """The readings of one process that are not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: set[CaseRead] = set()
        self._known: set[CaseRead] = set()
        self._timer: threading.Timer | None = None
        _every.add(self)

    def note(self, read: CaseRead) -> None:
        """Keep a reading, to be written within half a minute."""
        with self._lock:
            if read in self._known or read in self._waiting:
                return
            self._waiting.add(read)
            full = len(self._waiting) >= MOST_WAITING
            if self._timer is None and not full:
                self._timer = threading.Timer(SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()
        if full:
            self.flush()

    def flush(self) -> None:
        """Write what waits; what cannot be written now waits on, up to a bound."""
        with self._lock:
            reads, self._waiting = self._waiting, set()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        if not reads:
            return
        try:
            note_reads(self._database, reads)
        except RedressError as error:
            log.warning("%d readings of cases cannot be written: %s", len(reads), error.message)
            with self._lock:
                room = max(0, 10 * MOST_WAITING - len(self._waiting))
                self._waiting |= set(list(reads)[:room])
            return
        with self._lock:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known |= reads


@atexit.register
def _flush() -> None:
    """Whoever ends in order loses nothing."""
    for each in list(_every):
        each.flush()


def note_reading(response: flask.Response) -> flask.Response:
    """Note who reads the case that was asked for, where it was answered; what leaves the house as a
    file is written before it does."""
    account, case = flask.g.get("account"), _case()
    if case is None or account is None or response.status_code >= 300:
        return response
    here = flask.current_app.extensions["redress"]
    if flask.request.path.endswith(EXPORTS):
        read = cases.read_at(case, account.name, here.clock.now(), how="export")
        note_reads(here.runtime.database, [read])
    elif flask.request.method == "GET":
        here.readings.note(cases.read_at(case, account.name, here.clock.now()))
    return response


def _case() -> int | str | None:
    """The case that the path of the request names."""
    given = flask.request.view_args or {}
    number = given.get("number")
    if number is not None:
        return str(number)
    for name, value in given.items():
        text = str(value)
        if name.lower().endswith("key") and text.isdecimal() and len(text) < 19:
            return element_of(int(text))[0]
    return None
