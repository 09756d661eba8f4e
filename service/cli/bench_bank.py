"""`redress bench bank`: Camunda's published load test of a bank's disputes, run unmodified with workers over REST.

The model is not shipped: name the folder that holds `bank.bpmn`, `refund.bpmn`, `fraud.dmn` and `payload.json`.
Camunda publishes 1 root instance a second (51 process instances, about 153 jobs and 577 flow nodes each) on about 30
vCPU with a Zeebe cluster, an exporter and a search engine; here everything runs on the machine that is named.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import orjson
import sqlalchemy as sa
from rich.progress import Progress

from service.audit.tables import history
from service.cli.bench_database import SQLITE, name_of, opened
from service.cli.http_line import Server, served
from service.cli.measured import read_setting, show
from service.cli.measuring import Clock, Measured, Race, spread
from service.cli.opening import one_line
from service.cli.rest_client import Client, Gone
from service.cli.supply import Supply
from service.errors import InvalidInput, RedressError
from service.identity import Actor, Role
from service.jobs.tables import job
from service.operations import Runtime
from service.operations.tables import process_instance

PROCESS = "bankDisputeHandling"
ASK_VENDOR, NOTIFY = "dispute_process_request_proof_from_vendor", "customer_notification"
TYPES = (
    "dispute_process_request_get_vendor_info", ASK_VENDOR, NOTIFY, "extract_data_from_document", "refunding",
    "inform_about_successful_claim", "inform_about_failed_claim",
)  # fmt: skip
APPROVED, DOCUMENTS = "dispute_process_refund_approved", "dispute_process_receive_documents"
LEASE_MS = KEPT_MS = 600_000
WANTED = 1.0


@click.command(
    epilog="""\b
Example:
  redress bench bank models/camunda-bank-complaint --seconds 180
  redress bench bank models/camunda-bank-complaint --database postgresql+psycopg://user@host/empty"""
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--database", "where", default=SQLITE, show_default=True, help="sqlite, or the URL of an empty database.")
@click.option("--rate", type=click.FloatRange(0.01, 1000), default=1.0, show_default=True, help="Roots per second.")
@click.option("--seconds", type=click.FloatRange(0.1, 86_400), default=180.0, show_default=True)
@click.option("--servers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that serve.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads that do jobs.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True)
@one_line
def bank(folder: Path, where: str, rate: float, seconds: float, servers: int, workers: int, shape: str) -> None:
    """Start disputes at a rate, and do their jobs, tasks and messages over REST."""
    files = {each.name: each.read_bytes() for each in folder.iterdir() if each.suffix in (".bpmn", ".dmn")}
    if "bank.bpmn" not in files or not (folder / "payload.json").is_file():
        raise InvalidInput(f"expected bank.bpmn, refund.bpmn, fraud.dmn and payload.json in {folder}")
    payload = orjson.loads((folder / "payload.json").read_bytes())
    with Progress(transient=True, disable=shape == "json") as bar, opened(where, files) as runtime:
        task = bar.add_task("disputes", total=max(1, round(rate * seconds)))
        with served(runtime, servers) as server:
            run = Run(runtime, server, payload, rate, seconds, lambda: bar.advance(task))
            run.go(workers)
        found = run.measured(name_of(where))
    show(read_setting("granian", "Flask", "SQLAlchemy", "psycopg"), [found], shape=shape)


@dataclass(slots=True)
class Run:
    """One run: disputes are started, work is done until nothing is open."""

    runtime: Runtime
    server: Server
    payload: dict[str, Any]
    rate: float
    seconds: float
    progress: Callable[[], None]
    started: list[int] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)
    _failures: list[BaseException] = field(default_factory=list)

    def go(self, workers: int) -> None:
        """Start disputes for `seconds`, then wait for the last to end."""
        token = Supply(self.runtime).token_of(Actor("bench", frozenset({Role.ADMIN})))
        works = [self._jobs] * workers + [self._tasks]
        threads = [threading.Thread(target=self._guarded, args=(work, token)) for work in works]
        self.began = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            with closing(Client(self.server.address, token)) as client:
                self._start(client)
            self._wait()
        finally:
            self.ended = time.monotonic()
            self._over.set()
            for thread in threads:
                thread.join()

    def _start(self, client: Client) -> None:
        for number in range(max(1, round(self.rate * self.seconds))):
            time.sleep(max(0.0, self.began + number / self.rate - time.monotonic()))
            variables = {**self.payload, "correlationKey": uuid.uuid4().hex}
            done = client.post("/v2/process-instances", {"processDefinitionId": PROCESS, "variables": variables})
            self.started.append(int(done["processInstanceKey"]))
            if self._failures:
                return

    def _wait(self) -> None:
        """Until every dispute has ended. Nothing that moves for five minutes is a failure."""
        left, since = len(self.started), time.monotonic()
        open_ones = sa.select(sa.func.count()).select_from(process_instance).where(process_instance.c.state == "active")
        while not self._failures:
            with self.runtime.database.read() as connection:
                now_left = int(connection.execute(open_ones).scalar_one())
            for _ in range(left - now_left):
                self.progress()
            if now_left == 0:
                return
            left, since = (now_left, time.monotonic()) if now_left != left else (left, since)
            if time.monotonic() - since > 300:
                raise RedressError(f"expected every dispute to end, {left} of {len(self.started)} do not go on")
            time.sleep(0.2)
        raise RedressError(f"a worker stopped: {self._failures[0]}") from self._failures[0]

    def _guarded(self, work: Callable[[Client], int], token: str) -> None:
        client = Client(self.server.address, token)
        try:
            while not self._over.is_set():
                if work(client) == 0:
                    self._over.wait(0.05)
        except (OSError, RedressError) as error:
            self._failures.append(error)
        finally:
            client.close()

    def _jobs(self, client: Client) -> int:
        done = 0
        for kind in TYPES:
            wanted = {
                "type": kind,
                "worker": "bench",
                "timeout": LEASE_MS,
                "maxJobsToActivate": 32,
                "requestTimeout": -1,
            }
            for each in client.post("/v2/jobs/activation", wanted)["jobs"]:
                _do(client, kind, each)
                done += 1
        return done

    def _tasks(self, client: Client) -> int:
        found = client.post("/v2/user-tasks/search", {"filter": {"state": "CREATED"}, "page": {"limit": 100}})["items"]
        for each in found:
            try:
                client.post(f"/v2/user-tasks/{each['userTaskKey']}/completion", {"variables": {}})
            except Gone:
                continue
        return len(found)

    def measured(self, where: str) -> Race:
        """Disputes per second from the first start to the last end."""
        taken = self.ended - self.began
        with self.runtime.database.read() as connection:
            jobs = connection.execute(
                sa.select(sa.func.count()).select_from(job).where(job.c.state == "completed")
            ).scalar_one()
            rows = connection.execute(sa.select(history.c.details).where(history.c.root_key == self.started[0]))
            nodes = sum(len(row.details.get("moved", {}).get("entered", ())) for row in rows)
        each = spread([len(self.started) / taken])
        result = Measured("redress", "", each, spread([0.0]), spread([1.0]), len(self.started))
        notes = (
            f"{len(self.started)} disputes in {taken:.1f} s, started at {self.rate:g} per second; all ended",
            f"{jobs / len(self.started):.0f} jobs and {nodes} flow nodes for each; {jobs / taken:.0f} jobs and "
            f"{nodes * len(self.started) / taken:.0f} flow nodes per second on this whole machine, workers included",
            "Camunda publishes 1 dispute per second (153 jobs, 577 flow nodes) on about 30 vCPU, export and search too",
        )
        name = f"Camunda's bank disputes with workers over REST, {where}"
        return Race(name, 1, Clock.WALL, (result,), target=min(WANTED, 0.95 * self.rate), notes=notes)


def _do(client: Client, kind: str, each: dict[str, Any]) -> None:
    """A job, and the message that its partner would send: often before anybody waits for it."""
    answer: dict[str, Any] = {}
    try:
        if kind == ASK_VENDOR:
            answer = {"correlationKey": uuid.uuid4().hex}
            _publish(client, APPROVED, answer["correlationKey"])
        if kind == NOTIFY:
            _publish(client, DOCUMENTS, each["variables"]["correlationKey"])
        client.post(f"/v2/jobs/{each['jobKey']}/completion", {"variables": answer})
    except Gone:
        pass  # its dispute went another way meanwhile


def _publish(client: Client, name: str, key: str) -> None:
    client.post("/v2/messages/publication", {"name": name, "correlationKey": key, "timeToLive": KEPT_MS})
