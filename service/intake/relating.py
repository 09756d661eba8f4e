"""New complaints get the marks by which alike ones are found: by one process for all, a moment
after registration."""

from __future__ import annotations

import logging
import os
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from service import cases, jobs
from service.cases import MARKED_AGAIN
from service.clock import Clock
from service.execution import Runtime

DUTY = "relations"
LEASE = timedelta(seconds=30)
PAUSE_SECONDS = 5
FIRST = datetime(1990, 1, 1, tzinfo=UTC)
log = logging.getLogger("redress.relations")


@dataclass(frozen=True, slots=True)
class Marker:
    """Gives complaints their marks. `owner` is this process."""

    runtime: Runtime
    clock: Clock
    owner: str = field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{token_hex(3)}"
    )

    def mark_once(self) -> int:
        """Every complaint that has no marks yet; how many there were. 0 while another process does
        it."""
        done = 0
        while count := self._batch():
            done += count
        return done

    def run_forever(self, stop: threading.Event) -> None:
        """Rounds until `stop` is set."""
        while not stop.is_set():
            try:
                self.mark_once()
            except Exception:  # the database may be away; the loop outlives it
                log.exception("new complaints were not marked")
            stop.wait(PAUSE_SECONDS)

    def _batch(self) -> int:
        now = self.clock.now()
        with self.runtime.database.transaction() as connection:
            if not jobs.claim_duty(connection, DUTY, owner=self.owner, now=now, until=now + LEASE):
                return 0
            duty = jobs.want_duty(connection, DUTY, now=now)
        since = duty.done_at - MARKED_AGAIN if duty.done_at else FIRST
        with self.runtime.database.read() as connection:
            found = cases.list_unmarked(connection, since=since)
        marks = cases.marks_for(found)
        with self.runtime.database.transaction() as connection:
            cases.write_marks(connection, marks, now=now)
            if not found:
                jobs.end_duty(connection, DUTY, owner=self.owner, now=now)
        return len(found)
