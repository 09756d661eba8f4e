"""`redress bench scale`: one worker process, two on a core each, and four on two cores, at the same
kind of work.

Each fires timers that are due: claim, read, engine step, write, commit. Afterwards every timer has
fired exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.progress import Progress

from service.bench.database import name_of, opened
from service.bench.due_timers import FILES, check_fired_once, make_due, make_waiting
from service.bench.options import database_option, shape_option
from service.bench.race import Bound, Clock, Measured, Race, Sample, spread
from service.bench.report import read_setting, show
from service.bench.worker_processes import core_rate_of, cores_there_are, rate_of, work_off
from service.cli.opening import one_line
from service.errors import InvalidInput
from service.execution import Runtime

WANTED = 1.7
"""Two workers to one, on PostgreSQL."""
ONE_WRITER = (
    "SQLite has one writer at a time: a second worker shares only what is done between the writes",
)


@click.command(
    epilog="""\b
Example:
  redress bench scale
  redress bench scale --timers 2000 --database postgresql+psycopg://user@host/empty"""
)
@database_option
@click.option(
    "--timers",
    type=click.IntRange(1),
    default=5_000,
    show_default=True,
    help="For each worker, each round.",
)
@click.option("--rounds", type=click.IntRange(1, 100), default=5, show_default=True)
@shape_option
@one_line
def scale(where: str, timers: int, rounds: int, shape: str) -> None:
    """Fire due timers with one worker process, with two on a core each, and with four on two
    cores."""
    if len(cores_there_are()) < 2:
        raise InvalidInput("expected two processor cores at least, found one")
    with Progress(transient=True, disable=shape == "json") as bar, opened(where, FILES) as runtime:
        task = bar.add_task("measuring", total=3 * rounds)
        found = run_race(runtime, timers, rounds, lambda: bar.advance(task))
    show(read_setting("SQLAlchemy", "psycopg"), [found], shape=shape)


def run_race(runtime: Runtime, timers: int, rounds: int, progress: object) -> Race:
    """The three in turns. Each turn has its own timers, so many for each worker."""
    first, second = cores_there_are()[:2]
    fleets = {
        "one worker": [first],
        "two workers": [first, second],
        "four workers": [first, second] * 2,
    }
    samples: dict[str, list[Sample]] = {name: [] for name in fleets}
    fired = 0
    for _ in range(rounds):
        for name, cores in fleets.items():
            samples[name].append(_turn(runtime, timers, cores))
            fired += timers * len(cores)
            if callable(progress):
                progress()
    once = check_fired_once(runtime)
    results = tuple(
        _measured(name, samples, timers * len(cores) * rounds) for name, cores in fleets.items()
    )
    where = name_of(str(runtime.database.url))
    return Race(
        f"due timers fired by worker processes, {where}",
        rounds,
        Clock.WALL,
        results,
        bounds=() if where == "SQLite" else (Bound("two workers", least=WANTED),),
        notes=(
            f"{fired:,} timers were due, {once:,} fired, each exactly once",
            *(ONE_WRITER if where == "SQLite" else ()),
        ),
    )


def _turn(runtime: Runtime, timers: int, cores: Sequence[int]) -> Sample:
    make_due(runtime, make_waiting(runtime, timers * len(cores)))
    done = work_off(runtime.database.url.render_as_string(hide_password=False), cores)
    return {Clock.WALL: rate_of(done), Clock.CORE: core_rate_of(done)}


def _measured(name: str, samples: dict[str, list[Sample]], operations: int) -> Measured:
    own, base = samples[name], next(iter(samples.values()))
    return Measured(
        name=name,
        version="",
        rate=spread([each[Clock.WALL] for each in own]),
        core=spread([each[Clock.CORE] for each in own]),
        ratio=spread(
            [mine[Clock.WALL] / one[Clock.WALL] for mine, one in zip(own, base, strict=True)]
        ),
        operations=operations,
    )
