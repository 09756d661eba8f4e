"""`redress demo fill`: the bank that `redress serve --demo` has promised its database is made."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import click

from service import demo
from service.cli.bulk_import import make_progress
from service.cli.opening import one_line, open_settings
from service.clock import open_clock
from service.db import Database
from service.execution import Runtime
from service.notifications import Mailer
from service.parent_watch import when_input_ends
from service.vault import open_vault

NICE = 5
"""Pages go before."""


@click.group("demo")
def demo_group() -> None:
    """The bank of a demo. Example: redress demo fill"""


@demo_group.command("fill")
@click.option("--attached", is_flag=True, hidden=True, help="End when standard input does.")
@one_line
def fill(attached: bool) -> None:
    """Make what is not there yet of the bank that `redress serve --demo` has promised to its
    database. It may be stopped at any moment, and goes on where it was.

    No `redress work` may run meanwhile: it would do today what has happened in the past.

    Example: redress demo fill
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if attached:
        when_input_ends(stop.set)
        os.nice(NICE)
    settings = open_settings()
    database = Database(settings.database_url)
    try:
        if attached and not _is_wanted(database):
            return
        with make_progress() as progress:
            bar = progress.add_task("the demo's bank", total=demo.total())
            demo.fill(
                Runtime.of(database, settings),
                open_vault(settings.evidence_dir, database, limit=settings.evidence_max_bytes),
                Mailer(None, settings.mail_from, Path(settings.mail_dir)),
                secret=settings.secret_key,
                now=open_clock(settings.clock).now(),
                stop=stop,
                say=lambda done, _: progress.update(bar, completed=done),
            )
    finally:
        database.dispose()


def _is_wanted(database: Database) -> bool:
    with database.read() as connection:
        found = demo.find_progress(connection)
    return found is not None and not found.is_over
