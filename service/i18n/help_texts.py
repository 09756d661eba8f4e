"""The help of the product: one file for each language, `locale/LANGUAGE/help.txt`, with the same
topics in the same order. A topic begins with `# name | title`; a line is a paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from service.i18n.catalogue import LOCALE
from service.i18n.languages import PSEUDO, language_of
from service.i18n.pseudo import accented


@dataclass(frozen=True, slots=True)
class Topic:
    """What is said of one thing."""

    name: str
    title: str
    paragraphs: tuple[str, ...]


@cache
def help_in(language: str) -> tuple[Topic, ...]:
    """Every topic in a language; in English where that has none."""
    text = (LOCALE / language_of(language).folder / "help.txt").read_text("utf-8")
    found = tuple(map(_topic, text.split("# ")[1:]))
    return tuple(map(_marked, found)) if language == PSEUDO else found


def _marked(topic: Topic) -> Topic:
    """As every text of the language in which a text that bypasses the catalogues is seen."""
    return Topic(topic.name, accented(topic.title), tuple(map(accented, topic.paragraphs)))


def _topic(part: str) -> Topic:
    head, *lines = part.strip().splitlines()
    name, _, title = head.partition(" | ")
    return Topic(name, title, tuple(line for line in lines if line.strip()))
