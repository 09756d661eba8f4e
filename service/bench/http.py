"""`redress bench http`: a user task of the shipped procedure completed over HTTP, beside the floor.

The floor is the same server and database sending the statements of the same completions, without
the engine (`service.bench.floor`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.progress import Progress

from service.bench.database import name_of, opened
from service.bench.load import tell_each
from service.bench.options import database_option, rounds_option, shape_option, turn_option
from service.bench.race import Bound, Clock, Contestant, Race, Rounds, race
from service.bench.report import read_setting, show
from service.bench.server_under_test import Line, Server, served
from service.bench.statement_log import keep_script, script_of
from service.bench.task_supply import Doing, Supply
from service.cli.opening import one_line
from service.execution import Runtime

TARGETS = {"SQLite": 0.6, "PostgreSQL": 0.75}
WORST, SHARE = 5.0, 0.8
"""The 99th percentile is at most so many medians, at this share of the highest rate."""


LIFE = 13
"""Tasks that a case of the shipped procedure takes; those that are measured are of every age."""
WARM = 25
"""Requests on each connection before anything is counted."""


@click.command(
    epilog="""\b
Example:
  redress bench http
  redress bench http --database postgresql+psycopg://user@host/empty --rounds 5"""
)
@database_option
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that serve.",
)
@click.option("--connections", type=click.IntRange(1, 256), default=8, show_default=True)
@rounds_option(7)
@turn_option(1.0)
@shape_option
@one_line
def http(
    where: str, workers: int, connections: int, rounds: int, seconds: float, shape: str
) -> None:
    """Complete user tasks over HTTP, beside the floor: the same without the engine."""
    length = Rounds(rounds, seconds)
    with Progress(transient=True, disable=shape == "json") as bar, opened(where) as runtime:
        task = bar.add_task("measuring", total=rounds)
        with TemporaryDirectory() as folder, served(runtime, workers, folder) as server:
            floor, ours = _lines(runtime, server, Path(folder), connections)
            found = run_race(
                floor, ours, name_of(where), length, progress=lambda: bar.advance(task)
            )
    show(
        read_setting("granian", "Flask", "SQLAlchemy", "psycopg", "SpiffWorkflow"),
        [found],
        shape=shape,
    )


def _lines(runtime: Runtime, server: Server, folder: Path, connections: int) -> tuple[Line, Line]:
    """The floor's requests, and ours: on cases of their own, by the same people."""
    tokens: dict[str, str] = {}
    theirs, own = (Supply(runtime, LIFE, tokens=tokens) for _ in range(2))

    def rehearse(doings: Sequence[Doing]) -> None:
        for each in doings:
            keep_script(folder, each.task.key, script_of(runtime, each))
        tell_each(server.address, "/v2/floor/scripts", server.workers)
        for file in folder.iterdir():
            file.unlink()

    return (
        Line(theirs, server, "/v2/floor/{}", connections, before=rehearse),
        Line(own, server, "/v2/user-tasks/{}/completion", connections),
    )


def run_race(
    floor: Line,
    ours: Line,
    where: str,
    length: Rounds,
    *,
    progress: Callable[[], None] = lambda: None,
) -> Race:
    """The floor and the product in turns, then the product's latency at 80 % of its rate."""
    for line in (floor, ours):
        line.warm_up(WARM * line.connections)
    entries = [
        Contestant("floor", floor.work, prepare=floor.prepare),
        Contestant("redress", ours.work, prepare=ours.prepare),
    ]
    found = race(
        f"a user task completed over HTTP, {where}",
        entries,
        rounds=length,
        clock=Clock.WALL,
        bounds=[Bound("redress", least=TARGETS[where])],
        progress=progress,
    )
    some = max(20, round(found.results[1].rate.median * length.seconds * length.count / 4))
    notes = [_processor(floor, ours), _latency(ours, some)]
    return replace(found, notes=tuple(notes))


def _processor(floor: Line, ours: Line) -> str:
    ratio = f"{floor.each / ours.each:.2f}" if ours.each else "unknown"
    return (
        f"processor time of the serving processes for one request: floor {floor.each:.2f} ms, "
        f"redress {ours.each:.2f} ms: ratio {ratio}"
    )


def _latency(line: Line, count: int) -> str:
    """Which tasks come up changes from turn to turn and with it the highest rate: half of a batch
    finds the rate, the other half is paced by it."""
    rate = SHARE * line.highest(count, left=count)
    taken = sorted(line.paced(rate))
    at = {
        share: 1_000 * taken[min(len(taken) - 1, int(len(taken) * share / 100))]
        for share in (50, 95, 99)
    }
    word = "met" if at[99] <= WORST * at[50] else "MISSED"
    return (
        f"redress at {rate:,.0f} per second ({SHARE:.0%}), {count} requests: "
        + ", ".join(f"p{share} {value:.1f} ms" for share, value in at.items())
        + f"; p99 at most {WORST:.0f} times p50: {word}"
    )
