"""`redress import`: register the rows of a file, resumably, and account for every one of them."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    wrap_file,
)
from rich.table import Table

from service import cases
from service.cli.opening import one_line, open_runtime
from service.clock import SystemClock
from service.execution import Runtime
from service.identity import IMPORTER
from service.intake import MAPPINGS, BulkRow, read_rows
from service.operations import register_complaint

__all__ = ["import_complaints"]


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", type=click.Choice(sorted(MAPPINGS)), required=True, help="Which columns mean what."
)
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write refused rows to this CSV.",
)
@one_line
def import_complaints(file: Path, mapping: str, errors: Path | None) -> None:
    """Register every row of a CSV file as a complaint; run it again to go on where it stopped.

    Example: redress import complaints.csv --mapping cfpb --errors refused.csv
    """
    runtime = open_runtime()
    counts: Counter[str] = Counter()
    refused: list[BulkRow] = []
    now = SystemClock().now()
    size, console = file.stat().st_size, Console(stderr=True)
    with (
        file.open("rb") as raw,
        wrap_file(raw, total=size, description=file.name, console=console) as stream,
    ):
        for row in read_rows(stream, mapping=mapping, zone=runtime.profile.calendar.zone, now=now):
            counts["rows in the file"] += 1
            counts[_take(runtime, row)] += 1
            if row.new is None:
                refused.append(row)
                click.echo(f"line {row.line}: {row.error}", err=True)
    if errors is not None:
        with errors.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(
                [("line", "error"), *((row.line, row.error) for row in refused)]
            )
    _show(counts)


def _take(runtime: Runtime, row: BulkRow) -> str:
    """Register one row; says what became of it."""
    if row.new is None:
        return "refused"
    if row.new.external_id is not None:
        with runtime.database.read() as connection:
            if cases.find_external(connection, row.new.external_id) is not None:
                return "already there"
    try:
        register_complaint(runtime, row.new, actor=IMPORTER, now=SystemClock().now())
    except sa.exc.IntegrityError:  # another import of the same file was quicker
        return "already there"
    return "registered"


def _show(counts: Counter[str]) -> None:
    table = Table("", "rows")
    for name in ("rows in the file", "registered", "already there", "refused"):
        table.add_row(name, f"{counts[name]:,}")
    Console().print(table)


def make_progress() -> Any:
    """A progress bar that writes to standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
