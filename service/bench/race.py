"""The measuring core of `redress bench`.

Contestants take turns, round after round, in an order that rotates: what disturbs the machine
disturbs all of them. Of each round the rate is kept, and its ratio to the first contestant's rate
of the same round; the report gives medians and the middle 80 %. Trust the ratios before the rates,
and processor time before wall time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from statistics import median

Work = Callable[[int], None]  # carries the operation out that many times


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who takes part. `version` names what it runs on, "" for this program itself. `prepare` is
    called before each turn, with how often the operation will be carried out; it is not
    measured."""

    name: str
    work: Work
    version: str = ""
    prepare: Work = lambda _times: None


@dataclass(frozen=True, slots=True)
class Bound:
    """A goal for a contestant's ratio to the first: at least, or at most."""

    name: str
    least: float = 0.0
    most: float = float("inf")


@dataclass(frozen=True, slots=True)
class Absent:
    """Who does not take part, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spread:
    """A median between the tenth and the ninetieth percentile."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """`rate` is operations per second of wall time, `core` per second that a processor core worked
    for this process."""

    name: str
    version: str
    rate: Spread
    core: Spread
    ratio: Spread  # to the first contestant's rate, round by round, by the race's clock
    operations: int


class Clock(StrEnum):
    """What rates are compared by: time on the wall, or the time that one processor core worked.

    A core's time is right for work inside this process; with a database or a server in it, only the
    wall's is.
    """

    WALL = "wall"
    CORE = "core"


@dataclass(frozen=True, slots=True)
class Race:
    """One measurement, contestant by contestant. `target` is the median rate the first is held to,
    0 for none."""

    name: str
    rounds: int
    clock: Clock
    results: tuple[Measured, ...]
    absent: tuple[Absent, ...] = ()
    target: float = 0.0
    bounds: tuple[Bound, ...] = ()
    notes: tuple[str, ...] = ()

    def held(self, bound: Bound) -> bool:
        """Whether a contestant's median ratio is where it has to be."""
        ratio = next(each.ratio.median for each in self.results if each.name == bound.name)
        return bound.least <= ratio <= bound.most

    @property
    def met(self) -> bool:
        """Whether the first contestant reaches the target; true where there is none."""
        first = self.results[0]
        return (first.core if self.clock is Clock.CORE else first.rate).median >= self.target


Sample = dict[Clock, float]  # operations per second of one turn


@dataclass(frozen=True, slots=True)
class Rounds:
    """How long to measure: so many rounds, each contestant for about so many seconds in each."""

    count: int = 15
    seconds: float = 0.1


def calls(operation: Callable[[], object]) -> Work:
    """The work of calling a function without arguments."""

    def work(times: int) -> None:
        for _ in repeat(None, times):
            operation()

    return work


def race(
    name: str,
    contestants: Sequence[Contestant],
    *,
    rounds: Rounds,
    clock: Clock = Clock.WALL,
    absent: Sequence[Absent] = (),
    target: float = 0.0,
    bounds: Sequence[Bound] = (),
    notes: Sequence[str] = (),
    progress: Callable[[], None] = lambda: None,
) -> Race:
    """Measure the contestants in turns; the first one is what the others are compared with."""
    counts = [_calibrate(each, rounds.seconds) for each in contestants]
    samples: list[list[Sample]] = [[] for _ in contestants]
    for number in range(rounds.count):
        for offset in range(len(contestants)):
            place = (number + offset) % len(contestants)
            samples[place].append(_sample(contestants[place], counts[place]))
        progress()
    results = tuple(
        _summarize(each, samples[place], samples[0], clock, counts[place] * rounds.count)
        for place, each in enumerate(contestants)
    )
    return Race(
        name, rounds.count, clock, results, tuple(absent), target, tuple(bounds), tuple(notes)
    )


def spread(values: Sequence[float]) -> Spread:
    """Median, tenth and ninetieth percentile (of few values the lowest and the highest)."""
    ordered = sorted(values)
    edge = len(ordered) // 10
    return Spread(ordered[edge], median(ordered), ordered[-1 - edge])


def _calibrate(contestant: Contestant, seconds: float) -> int:
    """How many operations fill the time; this also warms the contestant up."""
    times = 1
    while True:
        contestant.prepare(times)
        started = time.perf_counter()
        contestant.work(times)
        taken = time.perf_counter() - started
        if taken >= seconds / 4:
            return max(1, round(times * seconds / taken))
        times *= 2 if taken > seconds / 40 else 10


def _sample(contestant: Contestant, times: int) -> Sample:
    contestant.prepare(times)
    core, wall = time.process_time(), time.perf_counter()
    contestant.work(times)
    wall_taken, core_taken = time.perf_counter() - wall, time.process_time() - core
    return {Clock.WALL: times / max(wall_taken, 1e-9), Clock.CORE: times / max(core_taken, 1e-9)}


def _summarize(
    contestant: Contestant, own: list[Sample], first: list[Sample], clock: Clock, operations: int
) -> Measured:
    return Measured(
        name=contestant.name,
        version=contestant.version,
        rate=spread([each[Clock.WALL] for each in own]),
        core=spread([each[Clock.CORE] for each in own]),
        ratio=spread(
            [mine[clock] / theirs[clock] for mine, theirs in zip(own, first, strict=True)]
        ),
        operations=operations,
    )
