"""The definitions that come with the product: found in a checkout, or inside the installed
package."""

from __future__ import annotations

from pathlib import Path

from service.errors import NotFound

_PACKAGE = Path(__file__).parent.parent
DEFINITION_SUFFIXES = (
    ".bpmn",
    ".dmn",
    ".form.json",
    "schema.json",
    ".letter.txt",
    ".rule.json",
    ".scenario.json",
    ".answers.json",
    ".drill.json",
)
"""The files of a bundle: what runs and what it writes, the rules and scenarios that it is to keep,
and the drills that rehearse it."""
_PLACES = (_PACKAGE.parent, _PACKAGE / "shipped")


def shipped_files() -> dict[str, bytes]:
    """Path → content of the shipped diagrams, tables, forms and letters. Raises NotFound when none
    are there."""
    for place in _PLACES:
        if (place / "processes").is_dir() and (place / "forms").is_dir():
            return read_folder(place / "processes") | read_folder(place / "forms")
    raise NotFound(
        "The shipped definitions are missing; expected the folders processes/ and forms/."
    )


def read_folder(folder: Path) -> dict[str, bytes]:
    """Every definition file at or below a folder, by its path relative to the folder's parent."""
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name.endswith(DEFINITION_SUFFIXES)
    )
    return {path.relative_to(folder.parent).as_posix(): path.read_bytes() for path in found}
