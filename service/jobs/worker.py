"""The loop that does what is due: fires timers, delivers the outbox. Any number of them may run at
once.

It looks for work when the bell rings and otherwise twice a second. Told to stop, it ends the row it
is at and gives the others back.
"""

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
from service.errors import RedressError
from service.jobs.claims import Due, Lane, claim_outbox, claim_timers, give_back, is_due

LEASE = timedelta(seconds=60)
PAUSE_SECONDS = 0.5
log = logging.getLogger("redress.worker")

Handler = Callable[[Due, datetime], None]
Chore = Callable[[datetime], int]
"""Something else that a round does; it answers how much there was to do, and claims its own
rows."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Claims due rows and hands each to its handler. A handler ends or puts back the row it was
    given, and does not raise for anything that can be expected; what it raises is logged and the
    row is tried again after its lease."""

    database: Database
    clock: Clock
    fire_timer: Handler
    deliver: Handler
    chores: tuple[Chore, ...] = ()
    name: str = f"{socket.gethostname()}-{os.getpid()}"
    pause_seconds: float = PAUSE_SECONDS
    lane: Lane = Lane.ALL
    lease: timedelta = LEASE

    def run_once(self, stop: threading.Event | None = None) -> int:
        """One round; how many rows were handled. With nothing due it is a look at two indexes."""
        now = self.clock.now()
        return self._do(self._claim(now), stop or threading.Event(), now + self.lease / 2) + sum(
            self._chore(each) for each in self.chores
        )

    def _claim(self, now: datetime) -> list[Due]:
        with self.database.read() as connection:
            if not is_due(connection, now=now, lane=self.lane):
                return []
        with self.database.transaction() as connection:
            taken: list[Due] = []
            if self.lane is not Lane.MAIL:
                taken = claim_timers(connection, now=now, owner=self.name, lease=self.lease)
            return taken + claim_outbox(
                connection, now=now, owner=self.name, lease=self.lease, lane=self.lane
            )

    def _do(self, claimed: list[Due], stop: threading.Event, until: datetime) -> int:
        """Handle them one by one; what is not begun `until` half of the lease is over goes back, so
        that what is begun is over before somebody else may claim it."""
        for done, due in enumerate(claimed):
            if stop.is_set() or self.clock.now() >= until:
                self._give_back(claimed[done:])
                return done
            self._handle(self.deliver if due.kind else self.fire_timer, due)
        return len(claimed)

    def run_forever(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set; after one that found nothing a pause, or until the bell
        rings."""
        heard = threading.Event()
        self.database.listen(heard, stop)
        while not stop.is_set():
            heard.clear()
            try:
                busy = self.run_once(stop)
            except RedressError as error:  # the database is away; the loop outlives it
                log.warning("a background round failed: %s", error.message)
                busy = 0
            except Exception:
                log.exception("a background round failed")
                busy = 0
            if not busy:
                heard.wait(self.pause_seconds)

    def _give_back(self, dues: list[Due]) -> None:
        with self.database.transaction() as connection:
            give_back(connection, dues, owner=self.name, now=self.clock.now())

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
