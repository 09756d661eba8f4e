"""`redress serve` and `redress work` as real processes, to be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.kit.clock import PATIENCE


def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Look until it holds; fail saying what did not."""
    never = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        never.wait(0.05)
    raise AssertionError(f"expected {what} within {seconds:g} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Site:
    """The processes of one installation, started with the same settings."""

    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith("REDRESS_")
        }
        return inherited | self.settings

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "service", *arguments]

    def run(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                self.command(*arguments),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def serve(self, *options: str) -> subprocess.Popen[bytes]:
        return self.run("serve", "--port", str(self.port), *options)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def ready(self) -> bool:
        return self.answers("/readyz")

    def answers(self, path: str = "/healthz") -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=30) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of one process; its children are left to themselves."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def stop(process: subprocess.Popen[bytes]) -> int:
    """End a process as a supervisor does."""
    if process.poll() is None:
        process.terminate()
    return process.wait(timeout=PATIENCE)


@dataclass
class Postbox:
    """A mail server that keeps what it is given: the id and the whole text of every message, as
    often as it came."""

    port: int = 0
    received: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        text = bytes(envelope.content or b"").decode("utf-8", "replace").replace("\r\n", "\n")
        head = text.partition("\n\n")[0]
        [identity] = [
            line.partition(":")[2].strip()
            for line in head.splitlines()
            if line.startswith("Message-ID:")
        ]
        body = "\n".join(
            line for line in text.splitlines() if not line.startswith(("Date:", "X-Peer:"))
        )
        self.received.append((identity.strip("<>").partition("@")[0], body))
        return "250 kept"


@contextlib.contextmanager
def open_postbox() -> Iterator[Postbox]:
    box = Postbox(free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
