"""`redress serve` and `redress work`: start what runs until it is told to stop."""

from __future__ import annotations

import os

import click

from service.cli.demo import prepare
from service.cli.opening import one_line
from service.cli.serve import serve_forever, work_forever
from service.clock import SystemClock
from service.config import load_settings
from service.db import Database, migrate
from service.errors import InvalidInput


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes that serve requests.")
@click.option("--demo", is_flag=True, help="SQLite, demo accounts and the shipped procedure; loopback only.")
@one_line
def serve(host: str, port: int, workers: int, demo: bool) -> None:
    """Serve the pages and the API, and do the background work.

    Example: redress serve --demo
    """
    if demo and host not in ("127.0.0.1", "localhost", "::1"):
        raise InvalidInput(f"--demo serves this machine only: expected --host 127.0.0.1, got {host}")
    settings = load_settings(os.environ, demo=demo)
    database = Database(settings.database_url)
    migrate(database)
    if demo:
        prepare(database, settings, now=SystemClock().now(), say=click.echo)
    database.dispose()
    click.echo(f"Redress serves http://{host}:{port}")
    serve_forever(settings, host=host, port=port, workers=workers)


@click.command()
@one_line
def work() -> None:
    """Do the background work of a shared database: timers and letters.

    Example: REDRESS_DATABASE_URL=postgresql+psycopg://… redress work
    """
    work_forever(load_settings(os.environ))
