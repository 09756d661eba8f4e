"""`redress report`: a return to an authority, frozen with what is wrong in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from service.cli.opening import one_line, open_runtime
from service.clock import SystemClock
from service.errors import RedressError
from service.identity import OPERATOR
from service.insight import between
from service.returns import Return, build, freeze, load_mapping, read_rows

MOST_TOLD = 20
"""Findings that are told one by one; all of them are in the files."""


@click.command(
    epilog="""\b
Example:
  redress report GB-DISP-1-ANNEX-1R --from 2026-01-01 --to 2026-06-30
  redress report AU-ASIC-IDR --from 2026-01-01 --to 2026-06-30 --resubmit "a case was reopened" """
)
@click.argument("profile", metavar="PROFILE")
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day."
)
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/returns"),
    show_default=True,
    help="The folder that returns are frozen in.",
)
@click.option("--resubmit", default="", help="Why another return of the same period is made.")
@one_line
def report(profile: str, first: datetime, last: datetime, output: Path, resubmit: str) -> None:
    """Make the return PROFILE of a period, and freeze it.

    PROFILE is a shipped return or a mapping file. Complaints with a fact that has no code are
    listed and not guessed; what is wrong is told with the complaint and the rule, and the exit
    status is 1.
    """
    mapping, runtime, now = load_mapping(profile), open_runtime(), SystemClock().now()
    try:
        period = between(first.date(), last.date(), runtime.profile.calendar.zone)
        with runtime.database.snapshot() as connection:
            rows = read_rows(connection, period, runtime.profile, regimes=mapping.regimes)
        made = build(mapping, rows, period)
        frozen = freeze(made, period, output, now=now, by=OPERATOR.name, reason=resubmit)
    finally:
        runtime.database.dispose()
    state = f"version {frozen.version}" + ("" if frozen.is_new else ", as it was")
    click.echo(f"{len(rows):,} complaints; {state}: {frozen.folder}")
    if not mapping.confirmed:
        _tell("to be confirmed by compliance before it is handed in:", mapping.to_confirm)
    _tell_wrong(made)


def _tell(title: str, lines: Sequence[str]) -> None:
    click.echo(title)
    for line in lines[:MOST_TOLD]:
        click.echo(f"  {line}")
    if len(lines) > MOST_TOLD:
        click.echo(f"  … and {len(lines) - MOST_TOLD:,} more")


def _tell_wrong(made: Return) -> None:
    if made.findings:
        _tell("wrong:", [f"{each.number or 'the whole'}: {each.rule}" for each in made.findings])
    if made.uncoded:
        lines = [f"{each.number}: {each.fact} {each.value!r}" for each in made.uncoded]
        _tell("without a code:", lines)
    if not made.is_ready:
        raise RedressError("The return is not ready to be handed in.")
