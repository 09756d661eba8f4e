"""What the product says, in the reader's language, from gettext catalogues.

The English in the code is the key. `locale/*/LC_MESSAGES/redress.po` has the sentences of each
language, in the format that every translator's tool opens; they are read when they are first
needed, so nothing has to be compiled. `python -m service.i18n.check` holds them complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from typing import Any

from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from service.i18n.amounts import number
from service.i18n.languages import BY_TAG, DEFAULT, PSEUDO, Language, language_of
from service.i18n.pseudo import accented
from service.sentence import Counted, Named, Sentence, fill

LOCALE = Path(__file__).parent / "locale"


def say(text: str, language: str) -> str:
    """A word or a sentence in a language; its English where the language has none."""
    if isinstance(text, Named):
        return str(chosen(text.texts, language, default=str(text)))
    if isinstance(text, Sentence) and text.facts:
        template, facts = _words(text.template, language), text.facts
        if isinstance(text, Counted):
            count = text.facts["n"]
            template = _form(text.one, text.many, count, language)
            facts = {**facts, "n": number(count, language)}
        return fill(
            template,
            facts,
            say=lambda inner: say(inner, language),
            comma=language_of(language).comma,
        )
    return _words(text, language)


def say_many(one: str, many: str, count: int | float, language: str) -> str:
    """The form of a sentence that a number needs; the number, as the language writes it, fills the
    placeholder `{n}`."""
    return say(Counted(one, many, count), language)


def listed(items: Iterable[str], language: str) -> str:
    """Things named in a sentence, as the language does it: `a, b and c`, `甲、乙和丙`."""
    return str(format_list([*items], locale=language_of(language).locale))


def chosen(texts: Mapping[str, Any], language: str, *, prefix: str = "", default: Any = "") -> Any:
    """The text of a definition in a language (`name:zh-Hant`), in the other Chinese where only that
    is there."""
    if language == PSEUDO:
        found = chosen(texts, DEFAULT, prefix=prefix, default=default)
        if isinstance(found, list | tuple):
            return [accented(str(each)) for each in found]
        return accented(found) if isinstance(found, str) else found
    spoken = language_of(language)
    for each in (spoken.tag, *spoken.others):
        if texts.get(prefix + each):
            return texts[prefix + each]
    return default


@lru_cache(maxsize=8)
def load_words(tag: str) -> Mapping[str, str]:
    """The words of a language by their English. Raises OSError where its catalogue is missing."""
    return {
        str(entry.id): str(entry.string)
        for entry in load_catalogue(BY_TAG[tag])
        if entry.id and entry.string and isinstance(entry.id, str)
    }


@lru_cache(maxsize=8)
def load_plurals(tag: str) -> Mapping[str, tuple[str, ...]]:
    """The plural forms of a language by the English singular."""
    return {
        entry.id[0]: tuple(entry.string)
        for entry in load_catalogue(BY_TAG[tag])
        if isinstance(entry.id, tuple | list)
        and isinstance(entry.string, tuple | list)
        and all(entry.string)
    }


def path_of(language: Language) -> Path:
    """The file of a language's catalogue."""
    return LOCALE / language.folder / "LC_MESSAGES" / "redress.po"


def load_catalogue(language: Language) -> Catalog:
    """The catalogue as its file has it."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language.folder, abort_invalid=True)


def _form(one: str, many: str, count: int | float, language: str) -> str:
    """The form by the rule at the head of the catalogue (gettext); a fraction takes the form of
    many things."""
    forms = load_plurals(language).get(one) if language in BY_TAG else None
    if not forms:
        return _words(one if count == 1 else many, language)
    whole = int(count) if count == int(count) else 2
    return forms[_rule(language)(whole)]


@lru_cache(maxsize=8)
def _rule(tag: str) -> Callable[[int], int]:
    return c2py(load_catalogue(BY_TAG[tag]).plural_expr)


def _words(text: str, language: str) -> str:
    if language == PSEUDO:
        return accented(text)
    return load_words(language).get(text, str(text)) if language in BY_TAG else str(text)
