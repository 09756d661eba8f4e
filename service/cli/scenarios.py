"""`redress test`: play given-when-then files through the definitions, and say what they cover."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from service import definitions
from service.cli.bundles import read_paths
from service.cli.opening import one_line
from service.engine import Bundle, load_bundle
from service.errors import InvalidInput
from service.scenarios import Coverage, Result, cover, marks_of, read_scenarios, run_scenario


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--coverage", is_flag=True, help="Name every element, flow and rule that no scenario came to."
)
@click.option("--complete", is_flag=True, help="Exit 1 when something was not come to.")
@click.option(
    "--pictures",
    type=click.Path(path_type=Path),
    help="Write each diagram with its coverage as SVG there.",
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@one_line
def test(
    paths: tuple[str, ...], coverage: bool, complete: bool, pictures: Path | None, shape: str
) -> None:
    """Play the scenarios of a procedure and say what they cover. Exit 1 when one of them goes
    another way.

    Example: redress test processes forms --coverage
    """
    scenarios = read_scenarios(*(Path(path) for path in paths))
    if not scenarios:
        raise InvalidInput("expected files *.scenario.json, found none in {paths}", paths=paths)
    bundle = load_bundle(dict(read_paths(paths)))
    results = [run_scenario(bundle, scenario) for scenario in scenarios]
    covered = cover(bundle, results)
    if shape == "json":
        click.echo(json.dumps(_as_json(results, covered), indent=2, ensure_ascii=False))
    else:
        _tell(results, covered, every=coverage)
    if pictures is not None:
        _paint(bundle, covered, pictures)
    failed = any(result.problems for result in results)
    sys.exit(int(failed or (complete and not covered.complete)))


def _tell(results: list[Result], covered: Coverage, *, every: bool) -> None:
    for result in results:
        click.echo(
            f"{'FAILED' if result.problems else 'ok    '} {result.scenario.file}: "
            f"{result.scenario.name}"
        )
        for problem in result.problems:
            click.echo(f"       {problem}")
    failed = sum(bool(result.problems) for result in results)
    click.echo(f"{len(results)} scenarios, {failed} failed")
    _tell_coverage(covered, every=every)


def _tell_coverage(covered: Coverage, *, every: bool) -> None:
    for kind, counts in _counts(covered).items():
        came = sum(bool(times) for times in counts.values())
        click.echo(
            f"{kind}: {came} of {len(counts)}"
            + (f" ({came * 100 // len(counts)} %)" if counts else "")
        )
    if every:
        for kind, missed in covered.missed().items():
            for process, place in missed:
                click.echo(f"never: {kind[:-1]} {place} of {process}")


def _counts(covered: Coverage) -> dict[str, dict[tuple[str, str], int]]:
    return {
        "elements": dict(covered.elements),
        "flows": dict(covered.flows),
        "rules": dict(covered.rules),
    }


def _as_json(results: list[Result], covered: Coverage) -> dict[str, object]:
    return {
        "scenarios": [
            {
                "file": result.scenario.file,
                "name": result.scenario.name,
                "problems": list(result.problems),
                "path": list(result.path),
                "letters": list(result.letters),
            }
            for result in results
        ],
        "coverage": {
            kind: {
                "all": len(counts),
                "missed": [list(place) for place, times in counts.items() if not times],
            }
            for kind, counts in _counts(covered).items()
        },
    }


def _paint(bundle: Bundle, covered: Coverage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for process_id in bundle.models:
        drawn = definitions.draw(
            bundle.file_of(process_id), process_id=process_id, marks=marks_of(covered, process_id)
        )
        (folder / f"{process_id}.svg").write_text(drawn, encoding="utf-8")
