"""`redress export`: the event log of all cases, for process mining and for auditors."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from service.cli.opening import closing_database, one_line
from service.reporting import EXPORTS, iter_events


@click.command()
@click.option(
    "--format", "form", type=click.Choice(sorted(EXPORTS)), default="csv", show_default=True
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file; otherwise standard output.",
)
@one_line
def export(form: str, output: Path | None) -> None:
    """Write the event log of all cases: who did what when, without what complaints say or who made
    them.

    Example: redress export --format xes --output complaints.xes
    """
    with closing_database() as database, database.snapshot() as connection:
        if output is None:
            EXPORTS[form](iter_events(connection), sys.stdout)
            return
        with output.open("w", encoding="utf-8", newline="") as out:
            count = EXPORTS[form](iter_events(connection), out)
    click.echo(f"{count:,} events written to {output}")
