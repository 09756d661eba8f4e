"""`redress import`: register the rows of a file, resumably, and account for every one of them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
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
from service.operations import PastComplaint, record_past, register_complaint

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
@click.option(
    "--history",
    is_flag=True,
    help="Rows of the past: nobody is told or alarmed, closed ones are archived.",
)
@click.option(
    "--tasks",
    is_flag=True,
    help="With --history: open ones are handled from today on, each with a task.",
)
@one_line
def import_complaints(
    file: Path, mapping: str, errors: Path | None, history: bool, tasks: bool
) -> None:
    """Register every row of a CSV file as a complaint; run it again to go on where it stopped.

    With --history the rows are a record of the past: no letter, notice or emergency comes of them,
    and the answers that were late are shown as history.

    \b
    Example: redress import complaints.csv --mapping cfpb --errors refused.csv
    Example: redress import old.csv --mapping register --history --tasks
    """
    if tasks and not history:
        raise click.UsageError("expected --history beside --tasks")
    runtime = open_runtime()
    try:
        take = _remember(runtime, tasks) if history else _register(runtime)
        rows = _read(runtime, file, mapping)
        counts, refused = _take_all(runtime, rows if history else map(_only_open, rows), take)
    finally:
        runtime.database.dispose()
    if errors is not None:
        with errors.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(
                [("line", "error"), *((row.line, row.error) for row in refused)]
            )
    _show(counts)


Take = Callable[[PastComplaint], object]


def _read(runtime: Runtime, file: Path, mapping: str) -> Iterator[BulkRow]:
    """The rows of the file, with a progress bar."""
    size, console, now = file.stat().st_size, Console(stderr=True), SystemClock().now()
    with (
        file.open("rb") as raw,
        wrap_file(raw, total=size, description=file.name, console=console) as stream,
    ):
        yield from read_rows(stream, mapping=mapping, zone=runtime.profile.calendar.zone, now=now)


def _take_all(
    runtime: Runtime, rows: Iterable[BulkRow], take: Take
) -> tuple[Counter[str], list[BulkRow]]:
    """What became of the rows, and those that were refused."""
    counts: Counter[str] = Counter()
    refused: list[BulkRow] = []
    for row in rows:
        counts["rows in the file"] += 1
        counts[_take(runtime, row, take)] += 1
        if row.past is None:
            refused.append(row)
            click.echo(f"line {row.line}: {row.error}", err=True)
    return counts, refused


def _register(runtime: Runtime) -> Take:
    """What registers a complaint that is handled from now on."""
    return lambda past: register_complaint(
        runtime, past.new, actor=IMPORTER, now=SystemClock().now()
    )


def _remember(runtime: Runtime, ask: bool) -> Take:
    """What takes a complaint of the past into the record."""
    return lambda past: record_past(runtime, past, actor=IMPORTER, now=SystemClock().now(), ask=ask)


def _only_open(row: BulkRow) -> BulkRow:
    """A row that says when it was closed is no complaint to be handled."""
    if row.past is None or row.past.closed_at is None:
        return row
    day = row.past.closed_at.date().isoformat()
    said = f"expected an open complaint, this one was closed on {day}: import it with --history"
    return BulkRow(row.line, error=said)


def _take(runtime: Runtime, row: BulkRow, take: Take) -> str:
    """Register one row; says what became of it."""
    if row.past is None:
        return "refused"
    if row.past.new.external_id is not None:
        with runtime.database.read() as connection:
            if cases.find_external(connection, row.past.new.external_id) is not None:
                return "already there"
    try:
        take(row.past)
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
