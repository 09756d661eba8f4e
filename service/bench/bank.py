"""`redress bench bank`: Camunda's published load test of a bank's disputes, run unmodified, with
workers over REST or in processes of this service.

The model is not shipped: name the folder that holds `bank.bpmn`, `refund.bpmn`, `fraud.dmn` and
`payload.json`. Camunda publishes 1 root instance a second (51 process instances, about 153 jobs and
577 flow nodes each) on about 30 vCPU with a Zeebe cluster, an exporter and a search engine; here
everything runs on the machine that is named.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import orjson
import sqlalchemy as sa
from rich.progress import Progress

from service.audit.tables import history
from service.bench.bank_hands import BENCH, TYPES, Hands, OwnHands, RestHands, Seen
from service.bench.bank_workers import Elsewhere, Workers, processes, used
from service.bench.cpu_time import processor_seconds, server_of
from service.bench.database import name_of, opened
from service.bench.options import database_option, shape_option
from service.bench.race import Clock, Measured, Race, spread
from service.bench.report import read_setting, show
from service.bench.server_under_test import served
from service.bench.task_supply import Supply
from service.cli.opening import one_line
from service.errors import InvalidInput, RedressError
from service.execution import Runtime
from service.instances.tables import process_instance
from service.jobs.tables import job

WANTED = 1.0
STANDSTILL_SECONDS = 300
PUBLISHED_JOBS, PUBLISHED_NODES, PUBLISHED_CORES = 153, 577, 30


@click.command(
    epilog="""\b
Example:
  redress bench bank models/camunda-bank-complaint --seconds 180
  redress bench bank models/camunda-bank-complaint --in-process
  redress bench bank models/camunda-bank-complaint --database postgresql+psycopg://user@host/empty"""
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@database_option
@click.option(
    "--rate",
    type=click.FloatRange(0.01, 1000),
    default=1.0,
    show_default=True,
    help="Roots per second.",
)
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=180.0, show_default=True)
@click.option(
    "--servers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that serve.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="Threads that do jobs.",
)
@click.option(
    "--in-process", "inside", is_flag=True, help="No REST: those processes do the jobs themselves."
)
@shape_option
@one_line
def bank(
    folder: Path,
    where: str,
    rate: float,
    seconds: float,
    servers: int,
    workers: int,
    inside: bool,
    shape: str,
) -> None:
    """Start disputes at a rate, and do their jobs, tasks and messages over REST."""
    files = {
        each.name: each.read_bytes()
        for each in folder.iterdir()
        if each.suffix in (".bpmn", ".dmn")
    }
    if "bank.bpmn" not in files or not (folder / "payload.json").is_file():
        raise InvalidInput(
            "expected bank.bpmn, refund.bpmn, fraud.dmn and payload.json in {folder}", folder=folder
        )
    payload = orjson.loads((folder / "payload.json").read_bytes())
    with Progress(transient=True, disable=shape == "json") as bar, opened(where, files) as runtime:
        task = bar.add_task("disputes", total=max(1, round(rate * seconds)))
        run = Run(runtime, payload, rate, seconds, lambda: bar.advance(task))
        setting = _inside if inside else _over_rest
        database_server = server_of(runtime.database)
        before = processor_seconds(database_server) if database_server else 0.0
        with setting(runtime, servers, workers, run) as hands:
            run.go(hands)
        if database_server:
            run.processor["the database server"] = processor_seconds(database_server) - before
        how = f"workers {'in processes of its own' if inside else 'over REST'}"
        found = run.measured(f"{how}, {name_of(where)}")
    show(read_setting("granian", "Flask", "SQLAlchemy", "psycopg"), [found], shape=shape)


@contextmanager
def _over_rest(runtime: Runtime, servers: int, threads: int, run: Run) -> Iterator[Hands]:
    """Serving processes, and workers in threads of this one."""
    token = Supply(runtime).token_of(BENCH)
    with served(runtime, servers) as server:
        workers = Workers(lambda: RestHands(server.address, token), TYPES, threads)
        run.failures = workers.failures
        before, served_before = used(), processor_seconds(server.pid)
        workers.begin()
        try:
            with closing(RestHands(server.address, token)) as hands:
                yield hands
        finally:
            workers.end()
            run.seen = workers.seen
            run.processor = {
                "the serving processes": processor_seconds(server.pid) - served_before,
                "the workers": used() - before,
            }


@contextmanager
def _inside(runtime: Runtime, count: int, threads: int, run: Run) -> Iterator[Hands]:
    """Processes that have the database themselves."""
    url = runtime.database.url.render_as_string(hide_password=False)
    before, working = used(), Elsewhere()
    try:
        with processes(url, count, threads) as working:
            run.failures = working.failures
            yield OwnHands(runtime)
    finally:
        run.seen = working.seen
        run.processor = {"the processes": working.processor + used() - before}
    if working.failures:
        raise RedressError("a worker stopped: {failures}", failures=working.failures[0])


@dataclass(slots=True)
class Run:
    """One run: disputes are started, work is done until nothing is open."""

    runtime: Runtime
    payload: dict[str, Any]
    rate: float
    seconds: float
    progress: Callable[[], None]
    started: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seen: Sequence[Seen] = ()
    processor: dict[str, float] = field(default_factory=dict)
    began: float = 0.0
    ended: float = 0.0

    def go(self, hands: Hands) -> None:
        """Start disputes for `seconds`, then wait for the last to end."""
        self.began = time.monotonic()
        for number in range(max(1, round(self.rate * self.seconds))):
            time.sleep(max(0.0, self.began + number / self.rate - time.monotonic()))
            self.started.append(hands.start({**self.payload, "correlationKey": uuid.uuid4().hex}))
            if self.failures:
                break
        self._wait()
        self.ended = time.monotonic()

    def _wait(self) -> None:
        """Until every dispute has ended. Nothing that moves for five minutes is a failure."""
        left, since = len(self.started), time.monotonic()
        open_ones = (
            sa.select(sa.func.count())
            .select_from(process_instance)
            .where(process_instance.c.state == "active")
        )
        while not self.failures:
            with self.runtime.database.read() as connection:
                now_left = int(connection.execute(open_ones).scalar_one())
            for _ in range(left - now_left):
                self.progress()
            if now_left == 0:
                return
            left, since = (now_left, time.monotonic()) if now_left != left else (left, since)
            if time.monotonic() - since > STANDSTILL_SECONDS:
                raise RedressError(
                    "expected every dispute to end, {left} of {count} do not go on",
                    left=left,
                    count=len(self.started),
                )
            time.sleep(0.2)
        raise RedressError("a worker stopped: {failures}", failures=self.failures[0])

    def measured(self, how: str) -> Race:
        """Disputes per second from the first start to the last end."""
        taken, count = self.ended - self.began, len(self.started)
        with self.runtime.database.read() as connection:
            jobs = connection.execute(
                sa.select(sa.func.count()).select_from(job).where(job.c.state == "completed")
            ).scalar_one()
            rows = connection.execute(
                sa.select(history.c.details).where(history.c.root_key == self.started[0])
            )
            times = sa.select(process_instance.c.started_at, process_instance.c.ended_at)
            lasted = sorted(
                (each.ended_at - each.started_at).total_seconds()
                for each in connection.execute(times)
            )
            nodes = count * sum(
                len(row.details.get("moved", {}).get("entered", ())) for row in rows
            )
        cores = sum(self.processor.values())
        result = Measured(
            "redress", "", spread([count / taken]), spread([count / cores]), spread([1.0]), count
        )
        looks, stale = sum(each.looks for each in self.seen), sum(each.stale for each in self.seen)
        took = ", ".join(
            f"{name} {seconds / taken:.2f}" for name, seconds in self.processor.items()
        )
        whole = (
            any("database" in name for name in self.processor)
            or self.runtime.database.dialect == "sqlite"
        )
        notes = (
            f"{count} disputes in {taken:.1f} s, {count / taken:.2f} per second, started at "
            f"{self.rate:g} per second; "
            f"all ended, half of them within {lasted[len(lasted) // 2]:.1f} s, the slowest after "
            f"{lasted[-1]:.1f} s",
            f"{jobs / count:.0f} jobs and {nodes / count:.0f} flow nodes for each; "
            f"{jobs / taken:.0f} jobs and "
            f"{nodes / taken:.0f} flow nodes per second",
            f"processors at work{'' if whole else ', without the database server'}: {took}; "
            f"{jobs / cores:.0f} jobs "
            f"and {nodes / cores:.0f} flow nodes per second of one",
            f"{looks} searches right after a write, {stale} of them stale",
            f"Camunda publishes 1 dispute per second ({PUBLISHED_JOBS} jobs, {PUBLISHED_NODES} "
            "flow nodes) on about "
            f"{PUBLISHED_CORES} vCPU: {PUBLISHED_JOBS / PUBLISHED_CORES:.0f} jobs and "
            f"{PUBLISHED_NODES / PUBLISHED_CORES:.0f} flow nodes per second of one",
            "what differs: theirs is a cluster of machines with replicas, which exports to a "
            "search engine and is "
            "provisioned rather than busy at that load, which need not be its highest; here is "
            "one machine without "
            "replicas, with the processor time that was really used, and searches read the "
            "database itself",
        )
        name = f"Camunda's bank disputes, {how}"
        return Race(
            name, 1, Clock.WALL, (result,), target=min(WANTED, 0.95 * self.rate), notes=notes
        )
