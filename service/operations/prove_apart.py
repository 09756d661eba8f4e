"""Proofs in a process of their own, with caps on time and memory: whatever a diagram makes of the
prover, the page that shows the findings is not hurt.

A worker process is kept for the next proof and ends by itself when it is idle. One that goes beyond
a cap is killed, and nothing is said to be proved.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from threading import BoundedSemaphore, Lock

from service.policy import Profile
from service.proof import NOT_PROVED, Proofs, nothing_proved
from service.sentence import Sentence

WORKER = "service.operations.proof_worker"
MOST_WORKERS = 2
"""Proofs at the same time, in one process of the web."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What one proof may take: seconds of processor time, bytes of memory beyond the program
    itself, and seconds until an answer is given up, however busy the machine is."""

    processor: int = 20
    memory: int = 512 << 20
    answer: float = 90.0

    def memory_gone(self) -> Sentence:
        """What is said where no more is known than that the process ended, or lacked memory."""
        return Sentence(
            "it takes more than {megabytes} MB of memory, or broke off",
            megabytes=self.memory >> 20,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker is asked. The profile is named: the worker reads the same policy files."""

    files: Mapping[str, bytes]
    profile: str
    folder: Path | None
    now: datetime
    process: str
    caps: Caps


CAPS = Caps()


def prove_apart(
    files: Mapping[str, bytes],
    *,
    profile: Profile,
    now: datetime,
    process: str,
    caps: Caps = CAPS,
) -> Proofs:
    """The proofs of a bundle, made in another process. Raises nothing: what goes beyond a cap is
    not proved, with the reason."""
    if not _FREE.acquire(timeout=caps.answer):
        return nothing_proved("other proofs are still under way; ask again in a while")
    try:
        return _ask(Request(dict(files), profile.id, profile.folder, now, process, caps))
    finally:
        _FREE.release()


def _ask(request: Request) -> Proofs:
    worker = _take()
    try:
        answer = worker.ask(request)
    except (EOFError, OSError):
        status = worker.end()
        return nothing_proved(_why(status, request.caps))
    if answer is None:
        worker.end()
        return nothing_proved(
            Sentence("no answer within {seconds:g} seconds", seconds=request.caps.answer)
        )
    if any(problem.code == NOT_PROVED for problem in answer.problems):
        worker.end()  # it may still hold much memory
    else:
        _put_back(worker)
    return answer


def _why(status: int, caps: Caps) -> str:
    if status == -signal.SIGXCPU:
        return Sentence("it takes more than {seconds} seconds", seconds=caps.processor)
    return caps.memory_gone()


class _Worker:
    """A process that proves what it is sent, one after the other."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            path = os.pathsep.join(part for part in sys.path if part)
            self.process = subprocess.Popen(  # noqa: S603 - this program, started once more
                [sys.executable, "-m", WORKER, str(theirs.fileno())],
                env={**os.environ, "PYTHONPATH": path},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.connection = Connection(ours.detach())

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: Request) -> Proofs | None:
        """Its answer, None where it gives none in time. Raises EOFError or OSError when it is
        gone."""
        self.connection.send(request)
        if not self.connection.poll(request.caps.answer):
            return None
        answer = self.connection.recv()
        if not isinstance(answer, Proofs):
            raise EOFError
        return answer

    def end(self) -> int:
        """Make sure that it is gone; its exit status."""
        self.connection.close()
        try:
            return self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


_FREE = BoundedSemaphore(MOST_WORKERS)
_LOCK = Lock()
_IDLE: list[_Worker] = []


def _take() -> _Worker:
    with _LOCK:
        while _IDLE:
            worker = _IDLE.pop()
            if worker.alive:
                return worker
            worker.end()
    return _Worker()


def _put_back(worker: _Worker) -> None:
    with _LOCK:
        _IDLE.append(worker)


@atexit.register
def end_workers() -> None:
    """End the workers that wait for the next proof."""
    with _LOCK:
        while _IDLE:
            _IDLE.pop().end()
