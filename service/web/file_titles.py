"""What the files of a procedure are called, and in which order a person looks for them: by kind,
each with the title that stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

import orjson

from service.definitions import DraftFile, names_in
from service.errors import RedressError
from service.i18n.catalogue import chosen
from service.letters import title_of as title_of_letter
from service.sentence import WordList
from service.web import forms

KINDS: WordList = (
    "Diagrams",
    "Decision tables",
    "Forms",
    "Letters",
    "Rules",
    "Scenarios",
    "Drills",
    "Other files",
)
"""The groups of files, in the order they are listed."""
_DMN_NAME = re.compile(rb'<(?:\w+:)?definitions\b[^>]*?\sname="([^"]*)"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Titled:
    """A file of a draft, and what it is called in the reader's language; "" where it says no
    title."""

    file: DraftFile
    title: str


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one kind, by title."""

    kind: str
    files: tuple[Titled, ...]


def group_files(
    files: Iterable[DraftFile], content: Mapping[str, bytes], *, language: str, asked: str = ""
) -> list[Group]:
    """The files by kind; of what was asked for, those whose path or title holds it."""
    groups: dict[str, list[Titled]] = {kind: [] for kind in KINDS}
    for each in title_files(files, content, language=language):
        if asked.casefold() in f"{each.file.path} {each.title}".casefold():
            groups[_reader(each.file.path)[0]].append(each)
    return [
        Group(kind, tuple(sorted(found, key=lambda each: each.title or each.file.path)))
        for kind, found in groups.items()
        if found
    ]


def title_files(
    files: Iterable[DraftFile], content: Mapping[str, bytes], *, language: str
) -> list[Titled]:
    """The files with their titles, in the order they come in."""
    return [
        Titled(
            file,
            title_file(file.path, content[file.path], language=language)
            if file.path in content
            else "",
        )
        for file in files
    ]


Read = Callable[[bytes, str], str]


def title_file(path: str, content: bytes, *, language: str) -> str:
    """What a file is called in the reader's language; "" where it says no title."""
    return _titled(_reader(path)[1], content, language)


@lru_cache(maxsize=2048)
def _titled(read: Read, content: bytes, language: str) -> str:
    """Whatever somebody has saved: a file that cannot be read has no title."""
    try:
        return read(content, language)[:200]
    except (RedressError, ValueError, AttributeError, TypeError):
        return ""


def _of_diagram(content: bytes, language: str) -> str:
    return next(iter(names_in(content, language).values()), "")


def _of_table(content: bytes, language: str) -> str:
    found = _DMN_NAME.search(content[:5000])
    return unescape(found[1].decode("utf-8")) if found else ""


def _of_form(content: bytes, language: str) -> str:
    return forms.title_of(orjson.loads(content), language)


def _of_letter(content: bytes, language: str) -> str:
    return title_of_letter(content.decode("utf-8"))


def _of_list(content: bytes, language: str) -> str:
    """Rules and scenarios say `name` or `title`, and `name:zh-Hant`; drills have `names`."""
    told: Mapping[str, Any] = orjson.loads(content)
    key = "title" if "title" in told else "name"
    others = {each.partition(":")[2]: value for each, value in told.items() if f"{key}:" in each}
    return str(chosen({**told.get("names", {}), **others}, language, default=told.get(key, "")))


def _of_nothing(content: bytes, language: str) -> str:
    return ""


def _reader(path: str) -> tuple[str, Read]:
    for ending, kind, read in _ENDINGS:
        if path.endswith(ending):
            return kind, read
    return KINDS[-1], _of_nothing


_ENDINGS: tuple[tuple[str, str, Read], ...] = (
    (".bpmn", KINDS[0], _of_diagram),
    (".dmn", KINDS[1], _of_table),
    (".form.json", KINDS[2], _of_form),
    (".letter.txt", KINDS[3], _of_letter),
    (".rule.json", KINDS[4], _of_list),
    (".scenario.json", KINDS[5], _of_list),
    (".answers.json", KINDS[5], _of_list),
    (".drill.json", KINDS[6], _of_list),
)
