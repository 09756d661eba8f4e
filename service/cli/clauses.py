"""`redress clauses`: every clause of the written procedure with what fulfils it; red where nothing
does."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from service import audit, cases, policy
from service.cli.bundles import read_paths
from service.cli.opening import one_line, open_runtime, open_settings
from service.definitions import shipped_files
from service.engine import load_bundle
from service.reporting import Clause, evidence_of, list_clauses


def _fulfilled_by(clause: Clause) -> str:
    if clause.missing:
        return "[red]nothing[/red]"
    return ", ".join(each.where for each in clause.fulfilled_by) or "–"


def _evidence(clause: Clause, history: Sequence[audit.HistoryRow]) -> str:
    steps = evidence_of(clause, history)
    return f"{len(steps)} × {steps[0].at:%Y-%m-%d %H:%M} {steps[0].who}" if steps else "–"


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--case", "number", help="The evidence that each was done in this case.")
@one_line
def clauses(paths: tuple[str, ...], number: str | None) -> None:
    """Every clause with what fulfils it.

    Exit 1 when nothing fulfils one.

    Example: redress clauses --case C-2026-0000001-3
    """
    bundle = load_bundle(read_paths(paths) if paths else shipped_files())
    found = list_clauses(bundle, policy.load_profile(open_settings().policy))
    table = Table("clause", "text", "fulfilled by", *(["evidence"] if number else []))
    history: Sequence[audit.HistoryRow] = ()
    if number:
        with open_runtime().database.read() as connection:
            history = audit.list_history(
                connection, cases.get_complaint(connection, number).root_key
            )
    for clause in found:
        evidence = [_evidence(clause, history)] if number else []
        table.add_row(clause.id, clause.texts["en"], _fulfilled_by(clause), *evidence)
    Console().print(table)
    missing = [clause.id for clause in found if clause.missing]
    click.echo(
        (
            f"{len(found)} clauses, {len(missing)} without anything that fulfils them "
            f"{' '.join(missing)}"
        ).strip()
    )
    sys.exit(1 if missing else 0)
