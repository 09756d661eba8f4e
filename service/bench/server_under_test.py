"""A server to measure, and requests of one kind that are made ready before each turn."""

from __future__ import annotations

import os
import random
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.bench.cpu_time import processor_seconds, wait_until_idle
from service.bench.load import Address, post, send_all, send_paced, wait_until_up
from service.bench.statement_log import FOLDER
from service.bench.task_supply import Doing, Supply
from service.execution import Runtime


@dataclass(frozen=True, slots=True)
class Server:
    """A serving process with its workers."""

    address: Address
    pid: int
    workers: int


@contextmanager
def served(runtime: Runtime, workers: int, scripts: str = "") -> Iterator[Server]:
    """The product and the floor, served by Granian as `redress serve` does it; `scripts` is the
    folder with what the floor sends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address: Address = probe.getsockname()
    url = runtime.database.url.render_as_string(hide_password=False)
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "rsgi",
        "--factory",
        "--workers",
        str(workers),
        "--host",
        address[0],
        "--port",
        str(address[1]),
        "--log-level",
        "error",
        "service.bench.floor:application",
    ]
    settings = {
        "REDRESS_DATABASE_URL": url,
        "REDRESS_SECRET_KEY": secrets.token_hex(32),
        FOLDER: scripts,
    }
    process = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
    try:
        wait_until_up(address)
        wait_until_idle(process.pid)
        yield Server(address, process.pid, workers)
    finally:
        process.terminate()
        process.wait(timeout=30)


@dataclass(slots=True)
class Line:
    """Requests of one kind. `before` is told of the tasks before their requests are sent. `sent`
    and `processor` count what they took of the server's processors."""

    supply: Supply
    server: Server
    path: str
    connections: int
    before: Callable[[Sequence[Doing]], None] = lambda _: None
    sent: int = 0
    processor: float = 0.0
    _ready: list[bytes] = field(default_factory=list)

    def prepare(self, count: int) -> None:
        doing = self.supply.take(count)
        self.before(doing)
        self._ready = [
            post(self.path.format(each.task.key), self.supply.token_of(each.actor), each.body)
            for each in doing
        ]

    def work(self, count: int) -> None:
        before = processor_seconds(self.server.pid)
        send_all(self.server.address, self._ready[:count], connections=self.connections)
        self.processor += processor_seconds(self.server.pid) - before
        self.sent += count

    def warm_up(self, count: int) -> None:
        """Send some that count for nothing: each process has statements to compile when it first
        needs them."""
        self.prepare(count)
        self.work(count)
        self.sent, self.processor = 0, 0.0

    def highest(self, count: int, *, left: int) -> float:
        """Requests per second at full speed; `left` more of the same batch stay ready, to be
        `paced`."""
        self.prepare(count + left)
        random.shuffle(self._ready)
        began = time.perf_counter()
        send_all(self.server.address, self._ready[:count], connections=self.connections)
        del self._ready[:count]
        return count / (time.perf_counter() - began)

    def paced(self, rate: float) -> list[float]:
        """Send what is ready at that rate; the seconds that each took."""
        return send_paced(
            self.server.address, self._ready, rate=rate, connections=4 * self.connections
        )

    @property
    def each(self) -> float:
        """Milliseconds of the server's processors for one request."""
        return 1_000 * self.processor / max(1, self.sent)
