"""Taking an override away, so that SpiffWorkflow's own method runs in its place."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from service.engine import overrides

LONGEST = 20.0
"""Seconds after which what runs without an override counts as failed: it may go round for ever."""


class TooLong(BaseException):
    """It does not end."""


@contextmanager
def without(name: str) -> Iterator[None]:
    """Without `Class.method`, wherever a class of that name has it itself."""
    overrides.check_library()
    owner, method = _find(name)
    ours: Any = vars(owner)[method]
    delattr(owner, method)
    try:
        yield
    finally:
        setattr(owner, method, ours)


def _find(name: str) -> tuple[type, str]:
    owner, _, method = name.partition(".")
    for module in overrides.MODULES:
        found = vars(module).get(owner)
        if isinstance(found, type) and method in vars(found):
            return found, method
    raise LookupError(name)


def fails(work: Callable[[], object]) -> bool:
    """Whether it raises anything, or does not end."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        work()
    except (Exception, TooLong):
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return False
