"""`redress bench large`: a user task completed in a database full of cases, beside the same in an
empty one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from statistics import median

import click
from rich.progress import Progress

from service.bench.cloning import analyze, clone_case
from service.bench.database import SQLITE, name_of, opened
from service.bench.options import database_option, rounds_option, shape_option, turn_option
from service.bench.race import Clock, Contestant, Race, Rounds, race
from service.bench.recording import new_complaint
from service.bench.report import read_setting, show
from service.bench.task_supply import Doing, Supply
from service.cli.opening import one_line
from service.clock import SystemClock
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import SYSTEM
from service.operations import complete_task, register_complaint
from service.players.in_process import Plan, Tally, drive

WORST = 1.5


@click.command(
    epilog="""\b
Example:
  redress bench large
  redress bench large --closed 10000 --open 1000
  redress bench large --database postgresql+psycopg://u@h/one --empty postgresql+psycopg://u@h/two"""
)
@database_option
@click.option(
    "--empty",
    "beside",
    default=SQLITE,
    show_default=True,
    help="The same for the one that stays empty.",
)
@click.option("--closed", type=click.IntRange(0), default=1_000_000, show_default=True)
@click.option("--open", "running", type=click.IntRange(1), default=100_000, show_default=True)
@rounds_option(7)
@turn_option(1.0)
@shape_option
@one_line
def large(
    where: str, beside: str, closed: int, running: int, rounds: int, seconds: float, shape: str
) -> None:
    """Complete user tasks in a database full of cases, beside an empty one."""
    if name_of(where) != name_of(beside):
        raise InvalidInput("expected --database and --empty to be of the same kind")
    with (
        Progress(transient=True, disable=shape == "json") as bar,
        _both(where, beside) as (full, empty),
    ):
        task = bar.add_task("cases", total=closed + running + rounds)
        fill(full, closed=closed, running=running, progress=partial(bar.advance, task))
        name = (
            f"a user task completed among {closed:,} closed and {running:,} open cases, "
            f"{name_of(where)}"
        )
        found = run_race(
            full, empty, name, Rounds(rounds, seconds), progress=lambda: bar.advance(task)
        )
    show(read_setting("SQLAlchemy", "psycopg"), [found], shape=shape)


@contextmanager
def _both(where: str, beside: str) -> Iterator[tuple[Runtime, Runtime]]:
    with opened(where) as full, opened(beside) as empty:
        yield full, empty


def fill(runtime: Runtime, *, closed: int, running: int, progress: Callable[[int], object]) -> None:
    """Copies of one case that went all the way, and of one that has just begun."""
    now = SystemClock().now()
    begun, ended = (
        register_complaint(runtime, new_complaint(now), actor=SYSTEM, now=now).root_key
        for _ in range(2)
    )
    if running > 1:
        clone_case(runtime.database, begun, running - 1, progress=progress)
    if closed:
        tally = Tally()
        drive(runtime, ended, Plan("redress", now - timedelta(days=200)), tally)
        if tally.stuck:
            raise InvalidInput("expected a case that ends, {stuck}", stuck=tally.stuck[0])
        clone_case(runtime.database, ended, closed - 1, progress=progress)
    analyze(runtime.database)


def run_race(
    full: Runtime,
    empty: Runtime,
    name: str,
    length: Rounds,
    *,
    progress: Callable[[], None] = lambda: None,
) -> Race:
    """Both in turns, through the same operation; and the medians of single completions."""
    desks = [Desk(empty), Desk(full)]
    entries = [
        Contestant(label, desk.work, prepare=desk.prepare)
        for label, desk in zip(("empty database", "full database"), desks, strict=True)
    ]
    found = race(name, entries, rounds=length, clock=Clock.WALL, progress=progress)
    middle, at_most = (1_000 * median(desk.taken) for desk in desks)
    word = "met" if at_most <= WORST * middle else "MISSED"
    note = (
        f"p50 of a completion: empty {middle:.2f} ms, full {at_most:.2f} ms, "
        f"{at_most / middle:.2f} times; wanted at most {WORST} times: {word}"
    )
    return replace(found, notes=(note,))


class Desk:
    """Tasks that were made ready, and how long each took to complete."""

    def __init__(self, runtime: Runtime) -> None:
        self.taken: list[float] = []
        self._runtime = runtime
        self._supply = Supply(runtime)
        self._ready: list[Doing] = []

    def prepare(self, count: int) -> None:
        self._ready = self._supply.take(count)

    def work(self, count: int) -> None:
        for each in self._ready[:count]:
            began = time.perf_counter()
            complete_task(
                self._runtime, each.task.key, each.answer, actor=each.actor, now=SystemClock().now()
            )
            self.taken.append(time.perf_counter() - began)
