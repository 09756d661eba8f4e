"""`redress drill`: rehearse the procedure in exercise mode and write down what was found."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from service import definitions, operations
from service.cli.bundles import read_paths
from service.cli.opening import one_line, open_runtime, open_settings
from service.clock import SystemClock
from service.drills import (
    Drill,
    Verdict,
    as_json,
    as_page,
    drills_of,
    hold_drill,
    improvements,
    judge,
)
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import SYSTEM
from service.letters import make_pdf
from service.operations import COMPLAINT_PROCESS
from service.sentence import Sentence

IMPROVEMENT = "carry-out-improvement"
MEND_WITHIN = timedelta(days=30)
_MARKS = {True: "met", False: "[bold red]NOT MET[/]", None: "to be judged"}


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--definitions",
    "paths",
    multiple=True,
    help="Drill these files and folders, not what is in force.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the reports into this folder.",
)
@click.option("--pdf", is_flag=True, help="With --report: as PDF too.")
@click.option(
    "--improve", is_flag=True, help="Start the process of an improvement for every finding."
)
@one_line
def drill(
    names: tuple[str, ...], paths: tuple[str, ...], report: Path | None, pdf: bool, improve: bool
) -> None:
    """Rehearse the procedure in exercise mode: NAMES of drills, or all of them. Exit 1 when a drill
    finds something.

    The definitions in force run on a database of their own under a virtual clock, with scripted
    players; no customer and no case of the bank is touched.

    Example: redress drill double-debit --report var/drills
    """
    runtime = open_runtime()
    version, files = (", ".join(paths), read_paths(paths)) if paths else _in_force(runtime)
    clean = True
    for each in _chosen(drills_of(files), names):
        verdict = hold_drill(each, files, open_settings().policy, judge)
        _tell(each, verdict, version)
        clean = clean and not verdict.findings
        if report is not None:
            _write(report, each, verdict, version, runtime, pdf=pdf)
        if improve:
            _improve(runtime, verdict)
    sys.exit(0 if clean else 1)


def _in_force(runtime: Runtime) -> tuple[str, dict[str, bytes]]:
    """The definitions of the complaint procedure that new cases start with; the shipped ones where
    there are none."""
    with runtime.database.read() as connection:
        found = definitions.find_released(connection, COMPLAINT_PROCESS)
        if found is None:
            return "as shipped", definitions.shipped_files()
        name = definitions.get_bundle_name(connection, found.bundle_key)
        return f"{name}, version {found.version}", definitions.read_files(
            connection, found.bundle_key
        )


def _chosen(drills: list[Drill], names: tuple[str, ...]) -> list[Drill]:
    known = {_stem(each): each for each in drills}
    odd = [name for name in names if name not in known]
    if odd or not known:
        raise InvalidInput(
            "expected drills out of {known}, got {odd}",
            known=known or Sentence("(no *.drill.json there)"),
            odd=odd,
        )
    return [known[name] for name in names] or drills


def _stem(drill: Drill) -> str:
    return Path(drill.file).name.removesuffix(".drill.json")


def _tell(drill: Drill, verdict: Verdict, version: str) -> None:
    table = Table(
        "criterion", "wanted", "measured", "", title=f"{drill.name} ({version}): {verdict.rating}"
    )
    for each in verdict.measures:
        table.add_row(each.name, each.wanted, each.measured, _MARKS[each.met])
    console = Console()
    console.print(table)
    for finding in verdict.findings:
        console.print(f"finding: {finding}", markup=False)


def _write(
    folder: Path, drill: Drill, verdict: Verdict, version: str, runtime: Runtime, *, pdf: bool
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page = as_page(
        drill,
        verdict,
        version=version,
        profile=runtime.profile,
        language=runtime.bank.language,
    )
    (folder / f"{_stem(drill)}.html").write_text(page, encoding="utf-8")
    found = as_json(drill, verdict, version=version, profile=runtime.profile)
    (folder / f"{_stem(drill)}.json").write_text(
        json.dumps(found, indent=2, ensure_ascii=False), encoding="utf-8"
    )
    if pdf:
        (folder / f"{_stem(drill)}.pdf").write_bytes(make_pdf(page))


def _improve(runtime: Runtime, verdict: Verdict) -> None:
    """Each finding becomes a task of the owner of the procedure, whose effect compliance
    verifies."""
    now = SystemClock().now()
    due = runtime.profile.calendar.local_day(now + MEND_WITHIN).isoformat()
    for variables in improvements(verdict, due_on=due):
        started = operations.start_instance(runtime, IMPROVEMENT, variables, actor=SYSTEM, now=now)
        click.echo(f"improvement {started.root_key}: {variables['improvement']}")
