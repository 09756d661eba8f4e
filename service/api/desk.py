"""How many requests of a process are worked on at once, and how many may only wait.

A request that waits for something to happen gives its place at the desk up meanwhile, so that those
who wait keep nobody from being served.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from service.config import AT_WORK, MAY_WAIT

Application = Callable[..., Iterable[bytes]]


class Desk:
    """The places of one process."""

    def __init__(self, at_work: int = AT_WORK, waiting: int = MAY_WAIT) -> None:
        self._places = threading.BoundedSemaphore(at_work)
        self._waiting = threading.BoundedSemaphore(waiting)

    def inside(self, application: Application, *, besides: Container[str] = ()) -> Application:
        """The application, with a place for each request that is worked on, but for the paths
        `besides`: they answer also when every place is taken."""

        def run(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            if environ.get("PATH_INFO") in besides:
                return application(environ, start)
            with self._places:
                return application(environ, start)

        return run

    @contextmanager
    def away(self) -> Iterator[bool]:
        """Give the place of this request up for a while. False, and it is kept, where too many wait
        already."""
        if not self._waiting.acquire(blocking=False):
            yield False
            return
        self._places.release()
        try:
            yield True
        finally:
            self._waiting.release()
            self._places.acquire()


DESK = Desk()
"""This process's own."""
