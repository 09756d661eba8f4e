"""The loop that does what is due: fires timers, delivers the outbox. Any number of them may run at once."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.clock import Clock
from service.db import Database
from service.jobs.claims import Due, claim_outbox, claim_timers, is_due

LEASE = timedelta(seconds=60)
PAUSE_SECONDS = 0.5
log = logging.getLogger("redress.worker")

Handler = Callable[[Due, datetime], None]
Chore = Callable[[datetime], int]
"""Something else that a round does; it answers how much there was to do, and claims its own rows."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Claims due rows and hands each to its handler. A handler ends or puts back the row it was given, and does not
    raise for anything that can be expected; what it raises is logged and the row is tried again after its lease."""

    database: Database
    clock: Clock
    fire_timer: Handler
    deliver: Handler
    chores: tuple[Chore, ...] = ()
    name: str = f"{socket.gethostname()}-{os.getpid()}"

    def run_once(self) -> int:
        """One round; how many rows were handled. With nothing due it is a look at two indexes."""
        timers, letters = self._claim(self.clock.now())
        for due in timers:
            self._handle(self.fire_timer, due)
        for due in letters:
            self._handle(self.deliver, due)
        return len(timers) + len(letters) + sum(self._chore(each) for each in self.chores)

    def _claim(self, now: datetime) -> tuple[list[Due], list[Due]]:
        with self.database.read() as connection:
            if not is_due(connection, now=now):
                return [], []
        with self.database.transaction() as connection:
            timers = claim_timers(connection, now=now, owner=self.name, lease=LEASE)
            return timers, claim_outbox(connection, now=now, owner=self.name, lease=LEASE)

    def run_forever(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set; a pause after one that found nothing."""
        while not stop.is_set():
            try:
                busy = self.run_once()
            except Exception:  # the database may be away; the loop outlives it
                log.exception("a background round failed")
                busy = 0
            if not busy:
                stop.wait(PAUSE_SECONDS)

    def _handle(self, handler: Handler, due: Due) -> None:
        try:
            handler(due, self.clock.now())
        except Exception:
            log.exception("background row %s failed", due.key)

    def _chore(self, chore: Chore) -> int:
        try:
            return chore(self.clock.now())
        except Exception:
            log.exception("a background chore failed")
            return 0
