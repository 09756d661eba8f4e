"""`redress serve` and `redress work`: start what runs until it is told to stop."""

from __future__ import annotations

import os
import socket

import click

from service import cases
from service.cli.config_check import check_before_start
from service.cli.demo import prepare, refuse_demo
from service.cli.opening import one_line
from service.cli.serve import serve_forever, work_forever
from service.clock import open_clock
from service.config import load_settings
from service.db import Database, migrate
from service.errors import InvalidInput

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--workers", default=1, show_default=True, help="Processes that serve requests.")
@click.option("--no-background", is_flag=True, help="Only serve: `redress work` runs elsewhere.")
@click.option(
    "--demo", is_flag=True, help="SQLite, demo accounts and the shipped procedure; loopback only."
)
@click.option(
    "--small", is_flag=True, help="With --demo: three complaints instead of a whole bank."
)
@one_line
def serve(host: str, port: int, workers: int, demo: bool, no_background: bool, small: bool) -> None:
    """Serve the pages and the API, and do the background work.

    With --demo an empty database becomes a bank of about a hundred complaints: the pages are there
    at once, and the complaints are made beside them within a few minutes.

    Example: redress serve --demo
    """
    if demo and host not in LOOPBACK:
        raise InvalidInput(
            "--demo serves this machine only: expected --host 127.0.0.1, got {host}", host=host
        )
    settings = load_settings(os.environ, demo=demo)
    if settings.clock and host not in LOOPBACK:
        raise InvalidInput(
            "REDRESS_CLOCK is for rehearsals on this machine: expected --host 127.0.0.1, "
            "got {host}",
            host=host,
        )
    check_free(host, port)
    check_before_start(settings)
    clock = open_clock(settings.clock)
    database = Database(settings.database_url)
    migrate(database)
    with database.transaction() as connection:
        cases.keep_regimes(connection, settings.policy, at=clock.now())
    if demo:
        living = not small and not no_background
        prepare(database, settings, now=clock.now(), say=click.echo, living=living)
    else:
        refuse_demo(database)
    database.dispose()
    click.echo(f"Redress serves http://{host}:{port}")
    serve_forever(settings, host=host, port=port, workers=workers, background=not no_background)


def check_free(host: str, port: int) -> None:
    """Raises InvalidInput when somebody listens there already. The server itself would share the
    port, and requests would go to two databases in turns."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise InvalidInput(
            "expected a free port of this machine, {host}:{port} cannot be listened at: {why}",
            host=host,
            port=port,
            why=error.strerror,
        ) from error


@click.command()
@click.option("--attached", is_flag=True, hidden=True, help="End when standard input does.")
@one_line
def work(attached: bool) -> None:
    """Do the background work of a shared database: timers and letters. SIGTERM ends it after the
    row it is at.

    Example: REDRESS_DATABASE_URL=postgresql+psycopg://… redress work
    """
    settings = load_settings(os.environ)
    if not attached:  # who started this one has looked
        check_before_start(settings)
    work_forever(settings, attached=attached)
