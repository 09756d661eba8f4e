"""`redress facts`: what is counted of complaints, written again from the cases."""

from __future__ import annotations

import click

from service.cli.bulk_import import make_progress
from service.cli.opening import closing_database, one_line
from service.facts import rebuild_facts


@click.group("facts")
def facts_group() -> None:
    """What is counted of complaints.

    Example: redress facts rebuild
    """


@facts_group.command()
@one_line
def rebuild() -> None:
    """Write the fact of every complaint again, and say how many were not as the cases have it.

    None should ever be; nothing else writes meanwhile.

    Example: redress facts rebuild
    """
    with (
        closing_database() as database,
        make_progress() as bar,
        database.transaction() as connection,
    ):
        task = bar.add_task("complaints", total=None)
        total, changed = rebuild_facts(connection, progress=lambda count: bar.advance(task, count))
    click.echo(f"{total:,} complaints; {changed:,} facts were otherwise and are written again")
