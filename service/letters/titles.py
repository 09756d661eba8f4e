"""What the letters of a version are called: the title at the head of each file,
`{# title: Acknowledgement #}`, which stands in no letter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from service.i18n.languages import DEFAULT, PSEUDO, language_of
from service.i18n.pseudo import accented
from service.kept import Kept
from service.letters.texts import FOLDER, SUFFIX, shipped_letters

LONGEST_TITLE = 200
_TITLE = re.compile(r"\s*\{#\s*title:\s*(.*?)\s*#\}", re.DOTALL)
_KNOWN: Kept[tuple[str, str], Mapping[str, str]] = Kept(64)
"""Titles by the version's content and the language."""


def titles_in(files: Mapping[str, bytes], *, content_hash: str, language: str) -> Mapping[str, str]:
    """The titles of the letters of a version by their names, in a language; in another one where
    the letter is not written in it, and as shipped where the version has none. Read once for each
    version and language in a process: `content_hash` is that of the files."""

    def read() -> Mapping[str, str]:
        own = {
            path: content.decode("utf-8", "replace")
            for path, content in files.items()
            if path.startswith(FOLDER)
        }
        return titles_of({**shipped_letters(), **own}, language)

    return _KNOWN.get((content_hash, language), read)


def titles_of(texts: Mapping[str, str], language: str) -> Mapping[str, str]:
    """The titles in these files, by the name of the letter."""
    spoken = language_of(language)
    order = (spoken.tag, *spoken.others, DEFAULT)
    found: dict[str, str] = {}
    for tag in reversed(order):
        ending = f".{tag}{SUFFIX}"
        for path, text in texts.items():
            if path.startswith(FOLDER) and path.endswith(ending):
                name = path.removeprefix(FOLDER).removesuffix(ending)
                found[name] = title_of(text) or name.replace("-", " ")
    if language == PSEUDO:
        return {name: accented(title) for name, title in found.items()}
    return found


def title_of(text: str) -> str:
    """The title at the head of a letter's text; where it has none, its subject as far as that is
    the same in every letter."""
    named = _TITLE.match(text)
    if named:
        return " ".join(named[1].split())[:LONGEST_TITLE]
    subject = without_title(text).strip().partition("\n")[0]
    return "" if "{" in subject else subject[:LONGEST_TITLE]


def without_title(text: str) -> str:
    """What is left to be written of a letter's text."""
    return _TITLE.sub("", text, count=1)
