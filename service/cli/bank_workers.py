"""Threads that do the work of `redress bench bank`, in this process or in processes of their own."""

from __future__ import annotations

import multiprocessing
import resource
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from service.cli.bank_hands import TYPES, Hands, OwnHands, Seen, do_jobs
from service.db import Database
from service.errors import RedressError
from service.operations import Runtime

TASK_SECONDS = 0.25
READY_SECONDS = 120


@dataclass(slots=True)
class Workers:
    """Threads of this process: each does jobs of one type, and one completes user tasks where `tasks` says so."""

    make: Callable[[], Hands]
    kinds: Sequence[str]
    tasks: bool = True
    failures: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        works: list[Callable[[Hands, Seen], object]] = [
            lambda hands, seen, kind=kind: do_jobs(hands, kind, seen)  # type: ignore[misc]
            for kind in self.kinds
        ]
        works += [self._finish_tasks] * self.tasks
        self._threads = [threading.Thread(target=self._guarded, args=(work,)) for work in works]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join()

    def _finish_tasks(self, hands: Hands, seen: Seen) -> None:
        if hands.finish_tasks() == 0:
            self.over.wait(TASK_SECONDS)

    def _guarded(self, work: Callable[[Hands, Seen], object]) -> None:
        hands, seen = self.make(), Seen()
        self.seen.append(seen)
        try:
            while not self.over.is_set():
                work(hands, seen)
        except (OSError, RedressError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            hands.close()


def shared_out(count: int) -> list[str]:
    """The types of jobs of `count` threads: each type at least once, the first of them more often."""
    return [TYPES[number % len(TYPES)] for number in range(max(count, len(TYPES)))]


@dataclass(slots=True)
class Elsewhere:
    """Workers in processes of their own, each with its own way to the database. `processor` is what they took."""

    failures: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    processor: float = 0.0


@contextmanager
def processes(url: str, count: int, threads: int) -> Iterator[Elsewhere]:
    """Have that many processes work until the block ends."""
    spawn = multiprocessing.get_context("spawn")
    ready, over, told = spawn.Barrier(count + 1), spawn.Event(), spawn.Queue()
    kinds = shared_out(threads)
    working = [
        spawn.Process(target=_work, args=(url, kinds[number::count] or kinds, number == 0, ready, over, told))
        for number in range(count)
    ]
    for process in working:
        process.start()
    found = Elsewhere()
    try:
        ready.wait(READY_SECONDS)
        yield found
    finally:
        over.set()
        for _ in working:
            failures, looks, stale, processor = told.get(timeout=READY_SECONDS)
            found.failures += failures
            found.seen.append(Seen(looks, stale))
            found.processor += processor
        for process in working:
            process.join(READY_SECONDS)


def _work(url: str, kinds: Sequence[str], tasks: bool, ready: Any, over: Any, told: Any) -> None:
    database = Database(url, pool_size=20)
    runtime = Runtime.open(database)
    runtime.settle()
    workers = Workers(lambda: OwnHands(runtime), kinds, tasks)
    ready.wait(READY_SECONDS)
    before = used()
    workers.begin()
    while not over.wait(0.2) and not workers.failures:
        pass
    workers.end()
    looks, stale = sum(each.looks for each in workers.seen), sum(each.stale for each in workers.seen)
    told.put((workers.failures, looks, stale, used() - before))
    database.dispose()


def used() -> float:
    """Seconds of a processor that this process has had."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
