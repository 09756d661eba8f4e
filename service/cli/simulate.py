"""`redress simulate`: scripted people complete every task under a virtual clock."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from service.cli.bulk_import import make_progress
from service.cli.opening import one_line, open_runtime, open_settings
from service.cli.rehearsing import rehearse_on
from service.clock import SystemClock
from service.config import Settings
from service.db import Database
from service.errors import RedressError
from service.execution import Runtime
from service.players.in_process import Plan, Tally, drive_all
from service.reporting import count_active, list_active

CHUNK = 25
"""Cases that a process takes at a time."""


@click.command()
@click.option(
    "--until-closed", is_flag=True, help="Go on until every case has ended; otherwise for --days."
)
@click.option(
    "--days", default=7, show_default=True, help="Virtual days per case without --until-closed."
)
@click.option("--seed", default="1", show_default=True, help="Another seed, other people.")
@click.option("--limit", type=click.IntRange(1), help="Drive at most so many cases.")
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="Share the cases among so many.  [default: the processors]",
)
@click.option(
    "--server",
    help="Rehearse over the API of this server; it, its workers and this share REDRESS_CLOCK.",
)
@click.option(
    "--register", default=0, show_default=True, help="With --server: complaints to register first."
)
@click.option(
    "--acknowledged",
    type=click.Path(path_type=Path),
    help="With --server: write down what it acknowledged.",
)
@one_line
def simulate(
    until_closed: bool,
    days: int,
    seed: str,
    limit: int | None,
    processes: int | None,
    server: str | None,
    register: int,
    acknowledged: Path | None,
) -> None:
    """Drive the running cases through the released definitions with scripted people.

    \b
    Example: redress simulate --until-closed --seed 7
    Example: REDRESS_CLOCK=var/clock redress simulate --server http://127.0.0.1:8000 --register 50
    """
    if server is not None:
        rehearse_on(server, seed=seed, register=register, acknowledged=acknowledged)
        return
    runtime = open_runtime()
    start = SystemClock().now()
    plan = Plan(seed, start, None if until_closed else start + timedelta(days=days))
    with runtime.database.read() as connection:
        total = count_active(connection)
    total = total if limit is None else min(total, limit)
    began, tally = time.perf_counter(), Tally()
    with make_progress() as progress:
        bar = progress.add_task("cases", total=total)
        after = 0
        while keys := _keys(runtime, total, after):
            for part in _drive(runtime, plan, keys, processes or os.cpu_count() or 1):
                tally.add(part)
                progress.advance(bar, sum(part.ends.values()))
            if limit is not None or not until_closed:
                break
            # promises, improvements and emergencies that these cases have started are driven to
            # their end too
            after = keys[-1]
            with runtime.database.read() as connection:
                total = count_active(connection)
            progress.update(bar, total=sum(tally.ends.values()) + total)
    _show(tally, time.perf_counter() - began)
    if tally.stuck:
        raise RedressError(
            "expected every case to go on, {count} cannot; the first: {stuck}",
            count=len(tally.stuck),
            stuck=tally.stuck[0],
        )


def _drive(runtime: Runtime, plan: Plan, keys: list[int], processes: int) -> Iterator[Tally]:
    chunks = [keys[at : at + CHUNK] for at in range(0, len(keys), CHUNK)]
    if processes == 1 or len(chunks) == 1:
        yield from (drive_all(runtime, chunk, plan) for chunk in chunks)
        return
    runtime.database.dispose()
    # spawned, not forked: SQLite keeps its locks in memory that a forked child would inherit as
    # held
    with ProcessPoolExecutor(
        min(processes, len(chunks)),
        get_context("spawn"),
        initializer=_open,
        initargs=(open_settings(),),
    ) as pool:
        yield from pool.map(_drive_chunk, chunks, [plan] * len(chunks))


_opened: list[Runtime] = []
"""The runtime of a process of the pool."""


def _open(settings: Settings) -> None:
    _opened.append(Runtime.of(Database(settings.database_url), settings))


def _drive_chunk(root_keys: list[int], plan: Plan) -> Tally:
    return drive_all(_opened[0], root_keys, plan)


def _keys(runtime: Runtime, total: int, after: int) -> list[int]:
    """The keys of the first `total` running cases above `after`."""
    keys: list[int] = []
    with runtime.database.read() as connection:
        while len(keys) < total:
            batch = list_active(
                connection, after=keys[-1] if keys else after, limit=min(500, total - len(keys))
            )
            if not batch:
                break
            keys += batch
    return keys


def _show(tally: Tally, seconds: float) -> None:
    table = Table("end", "cases")
    for name, count in tally.ends.most_common():
        table.add_row(name, f"{count:,}")
    console = Console()
    console.print(table)
    rate = tally.steps / seconds if seconds else 0
    console.print(
        f"{sum(tally.ends.values()):,} cases, {tally.steps:,} steps in {seconds:.1f} s: "
        f"{rate:.0f} steps/s"
    )
    if tally.peaks:
        console.print(
            f"state bytes per case: median {statistics.median(tally.peaks):.0f}, most "
            f"{max(tally.peaks)}"
        )
