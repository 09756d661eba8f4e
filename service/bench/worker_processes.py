"""Background workers as processes of their own, each bound to a processor core, until nothing is
due any more."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.clock import SystemClock
from service.db import Database
from service.errors import RedressError
from service.execution import Runtime
from service.jobs import Due, Worker
from service.operations.background import timer_handler

READY_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Done:
    """What one worker did: how many rows, from when to when, with how many seconds of a
    processor."""

    handled: int
    began: float
    ended: float
    processor: float


def work_off(url: str, cores: Sequence[int]) -> list[Done]:
    """Start a worker per entry of `cores`, let them begin together, and wait until nothing is
    due."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(len(cores))
    found: Any = spawn.Queue()
    processes = [spawn.Process(target=_work, args=(url, core, together, found)) for core in cores]
    for process in processes:
        process.start()
    done = [found.get(timeout=3_600) for _ in processes]
    for process in processes:
        process.join(timeout=READY_SECONDS)
    if any(not isinstance(each, Done) for each in done):
        raise RedressError(
            "expected every worker to work, one stopped: {done}",
            done=next(e for e in done if isinstance(e, str)),
        )
    return done


def rate_of(done: Sequence[Done]) -> float:
    """Rows per second of all workers together."""
    return sum(each.handled for each in done) / (
        max(each.ended for each in done) - min(each.began for each in done)
    )


def core_rate_of(done: Sequence[Done]) -> float:
    """Rows per second of a processor that the workers had."""
    return sum(each.handled for each in done) / max(1e-9, sum(each.processor for each in done))


def cores_there_are() -> list[int]:
    """The processor cores this process may use."""
    return (
        sorted(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else list(range(os.cpu_count() or 1))
    )


def _work(url: str, core: int, together: Any, found: Any) -> None:
    try:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {core})
        database = Database(url)
        runtime = Runtime.open(database)
        runtime.warm_up()
        worker = Worker(
            database,
            SystemClock(),
            timer_handler(runtime),
            _nothing_else,
            name=f"bench-{os.getpid()}",
        )
        together.wait(READY_SECONDS)
        handled, began, processor = 0, time.time(), time.process_time()
        while count := worker.run_once():
            handled += count
        found.put(Done(handled, began, time.time(), time.process_time() - processor))
        database.dispose()
    except Exception as error:  # whatever stops it has to be told to who waits
        found.put(f"{type(error).__name__}: {error}")


def _nothing_else(due: Due, now: object) -> None:
    raise RedressError(
        "expected only timers to be due, found {kind} {key}", kind=due.kind, key=due.key
    )
