"""`redress bench idle`: what the background costs when nothing is due, and when everything is due
at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from rich.progress import Progress

from service.bench.cloning import analyze, clone_case
from service.bench.database import name_of, opened
from service.bench.due_timers import FILES, check_fired_once, make_due, make_waiting
from service.bench.options import database_option, rounds_option, shape_option, turn_option
from service.bench.race import Contestant, Race, Rounds, calls, race
from service.bench.recording import new_complaint
from service.bench.report import read_setting, show
from service.bench.worker_processes import cores_there_are, rate_of, work_off
from service.cli.opening import one_line
from service.clock import SystemClock
from service.db import Database
from service.execution import Runtime
from service.identity import SYSTEM
from service.notifications import Mailer
from service.operations import make_worker, register_complaint

ROUND_SECONDS = 0.005


@click.command(
    epilog="""\b
Example:
  redress bench idle
  redress bench idle --cases 10000 --timers 1000 --database postgresql+psycopg://user@host/empty"""
)
@database_option
@click.option(
    "--cases",
    type=click.IntRange(1),
    default=100_000,
    show_default=True,
    help="Open ones, none of them due.",
)
@click.option(
    "--timers", type=click.IntRange(1), default=100_000, show_default=True, help="Due all at once."
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Workers that fire them.",
)
@rounds_option(7)
@turn_option(0.5)
@shape_option
@one_line
def idle(
    where: str, cases: int, timers: int, processes: int, rounds: int, seconds: float, shape: str
) -> None:
    """Measure a background round with many open cases and none due; then as many timers due at
    once."""
    with Progress(transient=True, disable=shape == "json") as bar, opened(where, FILES) as runtime:
        task = bar.add_task("cases", total=cases + timers + rounds)
        root_key = register_complaint(
            runtime, new_complaint(SystemClock().now()), actor=SYSTEM, now=SystemClock().now()
        ).root_key
        clone_case(runtime.database, root_key, cases - 1, progress=partial(bar.advance, task))
        roots = make_waiting(runtime, timers, progress=partial(bar.advance, task))
        analyze(runtime.database, vacuum=True)
        deliver_all(runtime)
        found = _race_idle(
            runtime, cases + timers, Rounds(rounds, seconds), lambda: bar.advance(task)
        )
        make_due(runtime, roots)
        note = _fire(runtime, timers, processes)
    show(read_setting("SQLAlchemy", "psycopg"), [replace(found, notes=(note,))], shape=shape)


def deliver_all(runtime: Runtime) -> None:
    """Nothing waits in the outbox when the measurement begins."""
    with runtime.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'delivered' WHERE state = 'waiting'")


def _race_idle(runtime: Runtime, cases: int, length: Rounds, progress: Callable[[], None]) -> Race:
    worker = make_worker(
        runtime, Mailer(None, "bench@bank.invalid", Path("var/mail")), SystemClock()
    )
    entries = [Contestant("redress", calls(worker.run_once))]
    name = (
        f"a background round with {cases:,} open cases and none due, "
        f"{name_of(str(runtime.database.url))}"
    )
    return race(name, entries, rounds=length, target=1 / ROUND_SECONDS, progress=progress)


def _fire(runtime: Runtime, timers: int, processes: int) -> str:
    cores = cores_there_are()
    database: Database = runtime.database
    url = database.url.render_as_string(hide_password=False)
    done = work_off(url, [cores[number % len(cores)] for number in range(processes)])
    fired = check_fired_once(runtime)
    return (
        f"{timers:,} timers due at once, {processes} worker processes: {fired:,} fired, each "
        "exactly once; "
        f"{rate_of(done):,.0f} per second"
    )
