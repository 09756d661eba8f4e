"""`redress partition`: split the tables of the cases on PostgreSQL."""

from __future__ import annotations

import click

from service.cli.opening import one_line, open_database
from service.db import partition, partitioned_tables


@click.command("partition")
@click.option(
    "--parts",
    default=16,
    show_default=True,
    help="Of each table; a power of two can be split on later.",
)
@one_line
def split(parts: int) -> None:
    """Split the tables of the cases by hash of the root key. Stop all servers and workers first; it
    copies every row.

    Example: redress partition --parts 32
    """
    database = open_database()
    with database.transaction() as connection:
        done = partition(connection, parts)
    whole = len(partitioned_tables()) - len(done)
    click.echo(
        f"{len(done)} tables split into {parts} parts each"
        + (f", {whole} were split before" if whole else "")
    )
    database.dispose()
