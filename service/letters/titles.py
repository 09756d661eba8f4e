"""What the letters of a version are called: the title at the head of each file,
`{# title: Acknowledgement #}`, which stands in no letter."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.definitions.tables import bundle_file, definition_file
from service.i18n.languages import DEFAULT, PSEUDO, language_of
from service.i18n.pseudo import accented
from service.instances.tables import process_instance
from service.letters.texts import FOLDER, SUFFIX, shipped_letters

LONGEST_TITLE = 200
_TITLE = re.compile(r"\s*\{#\s*title:\s*(.*?)\s*#\}", re.DOTALL)
_TEXTS = Prepared(
    sa.select(bundle_file.c.path, definition_file.c.content)
    .join(definition_file, bundle_file.c.content_hash == definition_file.c.content_hash)
    .join(process_instance, process_instance.c.bundle_key == bundle_file.c.bundle_key)
    .where(
        process_instance.c.root_key == sa.bindparam("b_root_key"),
        bundle_file.c.path.startswith(FOLDER, autoescape=True),
    )
)


def list_titles(connection: Connection, root_key: int, language: str) -> Mapping[str, str]:
    """The titles of the letters of the case's version by their names, in a language; in another one
    where the letter is not written in it, and as shipped where the version has none."""
    texts = dict(shipped_letters())
    for row in _TEXTS.all(connection, {"b_root_key": root_key}):
        texts[row["path"]] = bytes(row["content"]).decode("utf-8", "replace")
    return titles_of(texts, language)


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
