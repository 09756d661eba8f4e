"""`redress convert`: files made for another engine, as this product reads them."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from service.cli.opening import one_line
from service.conversion import Converted, Fate, convert_file, export_form
from service.errors import InvalidInput

SUFFIXES = (".bpmn", ".xml", ".dmn", ".form", ".bpmn20.xml")


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option(
    "--into",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write what they become into this folder; without it they are only reported.",
)
@click.option(
    "--forms-to-camunda", is_flag=True, help="The other way round: a Camunda form of each form."
)
@one_line
def convert(paths: tuple[str, ...], folder: Path | None, *, forms_to_camunda: bool) -> None:
    """Convert diagrams of Camunda 7, Flowable or Activiti, decisions and Camunda forms.

    Exit 1 when something is left to be done.

    Example: redress convert order.bpmn --into converted
    """
    left = 0
    for path in _files(paths):
        if forms_to_camunda:
            _write(folder, _camunda(path))
            continue
        found = convert_file(path.name, path.read_bytes())
        _tell(found)
        _write(folder, dict(found.files))
        left += found.to_do
    sys.exit(1 if left else 0)


def _files(paths: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.name.endswith(SUFFIXES))
        elif path.is_file():
            found.append(path)
        else:
            raise InvalidInput("expected a file or a folder, found nothing at {text}", text=text)
    if not found:
        raise InvalidInput(
            "expected diagrams, decisions or forms, found none in {paths}", paths=paths
        )
    return found


def _camunda(path: Path) -> dict[str, bytes]:
    import_error = "expected a form of this product, with id and schema, in {text}"
    try:
        form = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        raise InvalidInput(import_error, text=str(path)) from None
    if not isinstance(form, dict) or not isinstance(form.get("schema"), dict):
        raise InvalidInput(import_error, text=str(path))
    made = orjson.dumps(export_form(form), option=orjson.OPT_INDENT_2)
    click.echo(f"{path.name}: {form.get('id')}.form")
    return {f"{form.get('id')}.form": made}


def _tell(found: Converted) -> None:
    said = found.dialect or "unknown"
    click.echo(f"{found.file}: {said}; {', '.join(found.files) or '-'}")
    for line in found.lines:
        mark = {Fate.DONE: "+", Fate.NO_EFFECT: "-", Fate.TO_DO: "!"}[line.fate]
        who = line.name or line.element or "-"
        click.echo(f"  {mark} {found.file}:{line.line}: {who}: {line.message}")
    click.echo(f"  {found.to_do} to do")


def _write(folder: Path | None, files: dict[str, bytes]) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / Path(name).name).write_bytes(content)
