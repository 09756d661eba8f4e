"""Retrying a command after a conflict, and after a lost connection where that cannot do it
twice."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from service.db import is_conflict
from service.errors import Disconnected, OutcomeUnknown, Unavailable
from service.metrics import GAVE_UP, RETRIES

ATTEMPTS = 12
BUSY_SECONDS, AWAY_SECONDS = 0.002, 0.05
"""The first pause after a conflict, and after a lost connection; each further one is up to twice as
long."""

T = TypeVar("T")


def retry(command: Callable[[], T], *, once: bool, conflicts: tuple[type[Exception], ...]) -> T:
    """The command's answer. It reads and writes everything anew each time, a bounded number of
    times.

    `once` says that it carries an idempotency key: then it is also retried when the connection was
    lost while committing, for it finds its own answer. Raises Unavailable when the case stays busy
    or the database stays away.
    """
    return retry_locked(lambda _locked: command(), once=once, conflicts=conflicts)


def retry_locked(
    command: Callable[[bool], T], *, once: bool, conflicts: tuple[type[Exception], ...]
) -> T:
    """As `retry`, for a command that can lock what it moves: it is told to when others were first.
    A case that many move at once would have somebody lose every time."""
    lost = False
    for attempt in range(ATTEMPTS):
        try:
            return command(lost)
        except conflicts:
            lost = True
            why = "version"
            most = BUSY_SECONDS * 2 ** min(attempt, 6)
        except Unavailable as error:
            repeatable = isinstance(error, Disconnected) or (
                once and isinstance(error, OutcomeUnknown)
            )
            if not repeatable or attempt == ATTEMPTS - 1:
                raise
            why = "away"
            most = AWAY_SECONDS * 2 ** min(attempt, 4)
        except sa.exc.DBAPIError as error:
            if not is_conflict(error):
                raise
            why = "busy"
            most = BUSY_SECONDS * 2 ** min(attempt, 6)
        RETRIES.labels(why).inc()
        time.sleep(random.uniform(0, most))  # noqa: S311 - jitter, no secret
    GAVE_UP.inc()
    raise Unavailable("The case was busy with other commands; try again.")
