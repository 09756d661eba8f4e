"""`redress compare`: what changed between two versions, in words, in pictures, property by
property."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from service import definitions
from service.cli.opening import one_line, open_database
from service.definitions import Change, Kind
from service.errors import InvalidInput


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--language", type=click.Choice(["en", "zh-Hant", "zh-Hans"]), default="en")
@click.option(
    "--pictures", type=click.Path(path_type=Path), help="Write each changed diagram as SVG there."
)
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
@one_line
def compare(before: str, after: str, language: str, pictures: Path | None, shape: str) -> None:
    """Say what changed from BEFORE to AFTER, element by element. Each is a folder, a file, or the
    key of a bundle.

    Example: redress compare 65536 processes --language zh-Hant
    """
    old, new = _read(before), _read(after)
    changes = definitions.compare(old, new)
    if shape == "json":
        click.echo(json.dumps([asdict(change) for change in changes], indent=2, ensure_ascii=False))
    else:
        for sentence in definitions.say_all(changes, language):
            click.echo(sentence)
        counts = {kind: sum(change.kind is kind for change in changes) for kind in Kind}
        click.echo(", ".join(f"{count} {kind.value}" for kind, count in counts.items()))
    if pictures is not None:
        _paint(old, new, changes, pictures, language)


def _read(text: str) -> dict[str, bytes]:
    """The files of one side; their paths do not say which side it is."""
    place = Path(text)
    if place.is_dir():
        files = definitions.read_folder(place)
        return {path.partition("/")[2]: content for path, content in files.items()}
    if place.is_file():
        return {"file" + "".join(place.suffixes[-2:]): place.read_bytes()}
    if text.isdigit():
        with open_database().read() as connection:
            files = definitions.read_files(connection, int(text))
        return {path.partition("/")[2] or path: content for path, content in files.items()}
    raise InvalidInput(
        "expected a folder, a file or the key of a bundle, found nothing at {text}", text=text
    )


def _paint(
    old: dict[str, bytes], new: dict[str, bytes], changes: list[Change], folder: Path, language: str
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted({change.file for change in changes if change.file.endswith(".bpmn")}):
        own = [change for change in changes if change.file == path]
        name = path.replace("/", "-").removesuffix(".bpmn")
        drawn = {}
        if path in old:
            drawn["before"] = definitions.draw_before(old[path], own, language=language)
        if path in new:
            drawn["after"] = definitions.draw_after(new[path], own, language=language)
        if len(drawn) == 2:
            drawn["both"] = definitions.draw_over(old[path], new[path], own, language=language)
        for which, picture in drawn.items():
            (folder / f"{name}.{which}.svg").write_text(picture, encoding="utf-8")
