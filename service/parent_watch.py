"""A process that another one started ends when that one does, also when it was killed and could not
say so."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """In a process that `multiprocessing` started: leave at once when the parent is gone. Whatever
    was under way is a transaction that was not committed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _watch(lambda: wait([parent.sentinel]), lambda: os._exit(1))


def when_input_ends(act: Callable[[], None]) -> None:
    """Do `act` when whoever holds the other end of this process's standard input is gone."""
    _watch(_read_to_the_end, act)


def _read_to_the_end() -> None:
    """Without the buffer around standard input: its lock, held by this thread when the interpreter
    ends, is a fatal error."""
    while os.read(sys.stdin.fileno(), 4096):
        pass


def _watch(until: Callable[[], object], act: Callable[[], None]) -> None:
    def run() -> None:
        until()
        act()

    threading.Thread(target=run, name="lifeline", daemon=True).start()
