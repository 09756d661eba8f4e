"""Threads that do the work of `redress bench bank`, in this process or in processes of their
own."""

from __future__ import annotations

import multiprocessing
import resource
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from service.bench.bank_hands import TYPES, Hands, Job, OwnHands, Seen, do_job, take_jobs
from service.db import Database
from service.errors import RedressError
from service.execution import Runtime

TASK_SECONDS = 0.25
READY_SECONDS = 120


@dataclass(slots=True)
class Workers:
    """Threads of this process. One for each of `kinds` takes jobs, as many at once as a worker may;
    `count` threads do what was taken; one completes user tasks where `tasks` says so."""

    make: Callable[[], Hands]
    kinds: Sequence[str]
    count: int
    tasks: bool = True
    failures: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _own: threading.local = field(default_factory=threading.local)
    _hands: list[Hands] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _doing: ThreadPoolExecutor | None = None

    def begin(self) -> None:
        self._doing = doing = ThreadPoolExecutor(self.count)

        def each(jobs: Iterable[Job]) -> None:
            for _ in doing.map(self._do, jobs):
                pass

        works: list[Callable[[Hands], object]] = [
            lambda hands, kind=kind: take_jobs(hands, kind, each)  # type: ignore[misc]
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
        if self._doing is not None:
            self._doing.shutdown()
        for hands in self._hands:
            hands.close()

    def _do(self, job: Job) -> None:
        if not hasattr(self._own, "hands"):
            self._own.hands, self._own.seen = self.make(), Seen()
            self._hands.append(self._own.hands)
            self.seen.append(self._own.seen)
        do_job(self._own.hands, job, self._own.seen)

    def _finish_tasks(self, hands: Hands) -> None:
        if hands.finish_tasks() == 0:
            self.over.wait(TASK_SECONDS)

    def _guarded(self, work: Callable[[Hands], object]) -> None:
        hands = self.make()
        try:
            while not self.over.is_set():
                work(hands)
        except (OSError, RedressError) as error:
            self.failures.append(f"{type(error).__name__}: {error}")
        finally:
            hands.close()


@dataclass(slots=True)
class Elsewhere:
    """Workers in processes of their own, each with its own way to the database. `processor` is what
    they took."""

    failures: list[str] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    processor: float = 0.0

    def hear(self, told: Any, count: int) -> None:
        """What each of them says at its end, which comes early when it has failed."""
        for _ in range(count):
            failures, looks, stale, processor = told.get()
            self.seen.append(Seen(0, looks, stale))
            self.processor += processor
            self.failures += failures


@contextmanager
def processes(url: str, count: int, threads: int) -> Iterator[Elsewhere]:
    """Have that many processes work until the block ends."""
    spawn = multiprocessing.get_context("spawn")
    ready, over, told = spawn.Barrier(count + 1), spawn.Event(), spawn.Queue()
    working = [
        spawn.Process(
            target=_work,
            args=(url, TYPES[number::count] or TYPES, threads, number == 0, ready, over, told),
        )
        for number in range(count)
    ]
    for process in working:
        process.start()
    found = Elsewhere()
    hearing = threading.Thread(target=found.hear, args=(told, count), daemon=True)
    try:
        ready.wait(READY_SECONDS)
        hearing.start()
        yield found
    finally:
        over.set()
        hearing.join(READY_SECONDS)
        for process in working:
            process.join(READY_SECONDS)


def _work(
    url: str, kinds: Sequence[str], threads: int, tasks: bool, ready: Any, over: Any, told: Any
) -> None:
    database = Database(url, pool_size=threads + len(kinds) + 4)
    runtime = Runtime.open(database)
    runtime.warm_up()
    workers = Workers(lambda: OwnHands(runtime), kinds, threads, tasks)
    ready.wait(READY_SECONDS)
    before = used()
    workers.begin()
    while not over.wait(0.2) and not workers.failures:
        pass
    workers.end()
    looks, stale = (
        sum(each.looks for each in workers.seen),
        sum(each.stale for each in workers.seen),
    )
    told.put((workers.failures, looks, stale, used() - before))
    database.dispose()


def used() -> float:
    """Seconds of a processor that this process has had."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
