"""Translations that say what a text said before it was changed: the English was written anew, and
what stands for it in another language was left as it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson

from service.definitions.compare_read import Item, read_items
from service.dmn import XmlRefused
from service.errors import Problem, Severity
from service.i18n.languages import LANGUAGES
from service.sentence import Sentence

CODE = "translation-stale"
MOST = 200
"""Findings of this kind; where all is translated anew they are no help."""
_NAME = re.compile(r"extensionElements/properties/property\[name:(?P<tag>[\w-]+)\]/@value")
_TITLE = re.compile(r"title/(?P<tag>[\w-]+)")
_FIELD = re.compile(r"uiSchema/(?P<field>[^/]+)/ui:(?P<part>title|help|enumNames):(?P<tag>[\w-]+)")
_LETTER = re.compile(r"(?P<stem>.+)\.(?P<tag>[\w-]+)\.letter\.txt")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in English, with what it is in another language: `id` is the element's."""

    id: str
    language: str
    english: str
    said: str


def find_stale(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Problem]:
    """A warning for each, by file; files that cannot be read, and new ones, have none."""
    found: list[Problem] = []
    for path, content in sorted(after.items()):
        if path in before and before[path] != content:
            found += _of_file(path, before[path], content)
    found += _letters(before, after)
    return found[:MOST]


def _of_file(path: str, before: bytes, after: bytes) -> Iterator[Problem]:
    try:
        old, new = ({t.id + t.language: t for t in _texts(path, c)} for c in (before, after))
    except (XmlRefused, orjson.JSONDecodeError):
        return
    for key, text in new.items():
        known = old.get(key)
        if known is not None and known.english != text.english and known.said == text.said:
            yield _problem(path, text, known.english)


def _texts(path: str, content: bytes) -> Iterator[_Text]:
    """What is translated in a diagram or a form."""
    if not path.endswith((".bpmn", ".form.json")):
        return
    items = read_items(path, content)
    for item in items.values():
        for key, said in item.facts.items():
            found = _english(path, item, key, items)
            if found is not None:
                element, tag, english = found
                yield _Text(element, tag, english, said)


def _english(
    path: str, item: Item, key: str, items: Mapping[str, Item]
) -> tuple[str, str, str] | None:
    """What a translation is of: the element, its language, the English; None for another fact."""
    if named := _NAME.fullmatch(key):
        return item.id, named["tag"], item.facts.get("@name", "")
    if (titled := _TITLE.fullmatch(key)) and titled["tag"] != "en":
        return item.id, titled["tag"], item.facts.get("title/en", "")
    if field := _FIELD.fullmatch(key):
        name, part = field["field"], field["part"]
        schema = items.get(f"{path}#{name}")
        plain = item.facts.get(f"uiSchema/{name}/ui:{part}", "")
        if part == "title" and schema is not None:
            plain = plain or schema.facts.get("title", "")
        if part == "enumNames" and schema is not None:
            plain = plain or schema.facts.get("enum", "")
        return f"{name}.{part}", field["tag"], plain
    return None


def _problem(path: str, text: _Text, before: str) -> Problem:
    element = text.id.partition(".")[0]
    message = Sentence(
        "“{before}” is now “{after}”, and in {language} still “{said}”",
        before=before[:80],
        after=text.english[:80],
        language=LANGUAGES.get(text.language, text.language),
        said=text.said[:80],
    )
    return Problem(CODE, path, 0, element, message, "Translate it anew.", Severity.WARNING)


def _letters(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Problem]:
    """Letters in another language that stayed as they were while the English one was changed."""
    for path, content in sorted(after.items()):
        found = _LETTER.fullmatch(path)
        if found is None or found["tag"] == "en" or before.get(path) != content:
            continue
        english = f"{found['stem']}.en.letter.txt"
        if english in before and english in after and before[english] != after[english]:
            message = Sentence(
                "the English letter was changed, and the one in {language} was not",
                language=LANGUAGES.get(found["tag"], found["tag"]),
            )
            yield Problem(CODE, path, 0, "", message, "Translate it anew.", Severity.WARNING)
