"""Whether the catalogues say everything, and nothing else: `python -m service.i18n.check`.

A missing translation, a placeholder that is missing or too many, an entry that nobody uses: each a
line with file and line, and exit status 1. With `--update` the catalogues get the new words first
(without translation, for a translator to fill in) and lose what is no longer used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from service.i18n.catalogue import load_catalogue, path_of
from service.i18n.extract import ROOT, Found, extract_all
from service.i18n.languages import ALL, DEFAULT, Language

MAY_BE_LEFT_OUT = frozenset({"found", "limit"})
"""Facts that a program wants to know and a reader who looks at the field does not need."""
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    """Prints what is wrong; the exit status."""
    words = extract_all()
    if "--update" in arguments:
        for language in ALL:
            update(language, words)
    problems = [line for language in ALL for line in check(language, words)]
    for line in problems:
        sys.stdout.write(line + "\n")
    return 1 if problems else 0


def check(language: Language, words: Iterable[Found]) -> Iterator[str]:
    """What is wrong with the catalogue of a language, a line each."""
    path, lines = path_of(language), _lines(path_of(language))
    place = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    known = {_one(entry.id): entry for entry in load_catalogue(language) if entry.id}
    used: dict[str, Found] = {}
    for each in words:
        used.setdefault(_one(each.id), each)
    unsaid = {} if language.tag == DEFAULT else used
    yield from (
        f"{each.file}:{each.line}: no {language.name} for {key!r} ({place})"
        for key, each in unsaid.items()
        if not each.optional and not _said(known.get(key))
    )
    for key, entry in known.items():
        where = f"{place}:{lines.get(key, 1)}"
        if key not in used:
            yield f"{where}: nobody uses {key!r}"
        for text in _texts(entry):
            yield from (f"{where}: {wrong} in {text!r}" for wrong in compare(key, text))


def compare(key: str, text: str) -> Iterator[str]:
    """The placeholders in which a translation differs from its English."""
    wanted, given = placeholders(key), placeholders(text)
    if given is None:
        yield "braces that are no placeholder"
    elif wanted is not None and given != wanted:
        for name in sorted(wanted - given - MAY_BE_LEFT_OUT):
            yield f"the placeholder {{{name}}} is missing"
        for name in sorted(given - wanted):
            yield f"the placeholder {{{name}}} is unknown"


def placeholders(text: str) -> set[str] | None:
    """The names of the placeholders of a template, None where it is no template."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:
        return None


def update(language: Language, words: Iterable[Found]) -> None:
    """Writes the catalogue with exactly these words; what is translated stays."""
    path = path_of(language)
    old = load_catalogue(language) if path.exists() else Catalog(locale=language.folder)
    known = {_one(entry.id): entry for entry in old if entry.id}
    fresh = Catalog(
        locale=language.folder,
        project="Redress",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        fuzzy=False,
    )
    fresh.header_comment = f"# What Redress says, {language.name}."
    for each in words:
        entry = known.get(_one(each.id))
        said = entry.string if entry is not None and not isinstance(each.id, tuple) else ""
        if entry is not None and isinstance(entry.id, tuple | list) == isinstance(each.id, tuple):
            said = entry.string
        fresh.add(each.id, said, locations=[(each.file, 0)])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, width=0, sort_output=True, include_lineno=False)


def _lines(path: Path) -> dict[str, int]:
    """The line of each entry in a catalogue's file."""
    found: dict[str, int] = {}
    entries = load_with_lines(path)
    for key, line in entries:
        found.setdefault(key, line)
    return found


def load_with_lines(path: Path) -> list[tuple[str, int]]:
    """Key and line of every entry that stands on one line, as `update` writes them."""
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith('msgid "'):
            key = line[7:-1].replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")
            found.append((key, number))
    return found


def _said(entry: Message | None) -> bool:
    return entry is not None and bool(_texts(entry)) and all(_texts(entry))


def _texts(entry: Message) -> list[str]:
    found = entry.string
    texts = list(found) if isinstance(found, tuple | list) else [str(found)]
    return [text for text in texts if text] or []


def _one(key: object) -> str:
    return str(key[0]) if isinstance(key, tuple | list) else str(key)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
