"""Serving: Granian for requests, and a process beside it for the background work.

The first process opens no database: SQLite keeps its locks in memory that a forked child would
inherit as held.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from service import logs
from service.clock import Clock, open_clock
from service.config import Settings
from service.db import Database
from service.execution import Runtime
from service.identity import link_code
from service.intake import Marker, make_watch
from service.intake.portal_access import mail_link
from service.jobs import Lane
from service.notifications import Mailer
from service.operations import make_worker
from service.parent_watch import when_input_ends
from service.vault import open_vault

_NUMBERS = re.compile(r"(counter|histogram)_[0-9]+\.db")
"""The files in which processes keep their numbers; nothing else in that folder is touched."""


def serve_forever(
    settings: Settings, *, host: str, port: int, workers: int, background: bool = True
) -> None:
    """Serve until the process is told to stop; with `background` a worker runs beside the
    server."""
    for name in ("database_url", "secret_key", "policy"):
        os.environ[f"REDRESS_{name.upper()}"] = getattr(settings, name)
    _share_numbers()
    stop = threading.Event()
    thread = threading.Thread(
        target=_keep_working, args=(stop, settings.demo), name="background", daemon=True
    )
    if background:
        thread.start()
    server: Any = Granian(
        # by name: the command line does not import the application
        "service.app:demo_application" if settings.demo else "service.app:application",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        websockets=False,
        workers=workers,
        factory=True,
        respawn_failed_workers=True,
        # a client that keeps its connection does not keep the server from ending
        workers_kill_timeout=10,
        log_enabled=settings.log != "json",
        log_access=False,
    )
    try:
        server.serve()
    finally:
        stop.set()
        if background:
            thread.join(timeout=10)


def _share_numbers() -> None:
    """Let the processes of this start put their numbers together for /metrics, the background
    worker's too. What an earlier start has left would be counted again."""
    folder = os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="redress-metrics-")
    )
    for left in Path(folder).iterdir() if Path(folder).is_dir() else ():
        if _NUMBERS.fullmatch(left.name):
            left.unlink(missing_ok=True)


def _keep_working(stop: threading.Event, demo: bool) -> None:
    """Have `redress work` run beside the server, and start it again when it dies. The bank of a
    demo is made before: a worker would let happen today what it has for the past."""
    if demo:
        _run(("demo", "fill"), stop)
    while not stop.is_set():
        _run(("work",), stop)
        stop.wait(1)


def _run(command: tuple[str, ...], stop: threading.Event) -> None:
    """Run a command of this program beside the server, until it ends or `stop` is set."""
    # it reads this pipe until we are gone, however we go
    process = subprocess.Popen(  # noqa: S603 - a command of this very program
        [sys.executable, "-m", "service", *command, "--attached"],
        stdin=subprocess.PIPE,
    )
    while process.poll() is None and not stop.wait(0.5):
        pass
    process.terminate()
    process.wait()


def work_forever(settings: Settings, *, attached: bool = False) -> None:
    """Do background work until the process is told to stop, or its standard input ends if it is
    `attached` to it."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if attached:
        when_input_ends(stop.set)
    _work(settings, stop)


def _work(settings: Settings, stop: threading.Event) -> None:
    logs.set_up(settings.log)
    database = Database(settings.database_url)
    mailer = Mailer(
        settings.smtp_url or None,
        settings.mail_from,
        Path(settings.mail_dir),
        settings.mail_ca_file,
    )
    runtime = Runtime.of(database, settings)
    clock = open_clock(settings.clock)
    threads = _watch_mailbox(runtime, settings, clock, stop)
    threads.append(
        threading.Thread(target=Marker(runtime, clock).run_forever, args=(stop,), daemon=True)
    )
    threads[-1].start()
    link = (
        partial(mail_link, database, settings.secret_key, settings.portal_url)
        if settings.portal_url
        else None
    )
    code = partial(link_code, settings.secret_key)
    post = make_worker(runtime, mailer, clock, link=link, code=code, lane=Lane.MAIL)
    threads.append(threading.Thread(target=post.run_forever, args=(stop,), daemon=True))
    threads[-1].start()
    make_worker(runtime, mailer, clock, lane=Lane.OTHERS).run_forever(stop)
    for thread in threads:
        thread.join(timeout=10)
    database.dispose()


def _watch_mailbox(
    runtime: Runtime, settings: Settings, clock: Clock, stop: threading.Event
) -> list[threading.Thread]:
    """Read the mailbox in a thread of its own, and look after its heartbeat in another."""
    vault = open_vault(settings.evidence_dir, runtime.database, limit=settings.evidence_max_bytes)
    watch = make_watch(runtime, vault, settings, clock)
    if watch is None:
        return []
    loops = (watch.run_forever, watch.watch_forever)
    threads = [threading.Thread(target=loop, args=(stop,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    return threads
