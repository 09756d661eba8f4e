"""The list of languages: everything that is said in several asks here.

A language is added by a row below, its catalogue (`locale/LOCALE/LC_MESSAGES/redress.po`) and the
texts of the definition files (letters, titles of forms, names in diagrams).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """`tag` is its BCP 47 tag, as in HTML and in definition files; `locale` the name CLDR knows it
    by, with the country whose habits it follows; `name` what it calls itself; `fonts` the families
    of letters on paper, best first; `comma` stands between the items of a list in a sentence."""

    tag: str
    locale: str
    name: str
    fonts: tuple[str, ...]
    comma: str = "、"
    others: tuple[str, ...] = ()
    """Whose text is shown where a definition has none in this language."""
    wide: bool = True
    """Whether its punctuation is full-width."""

    @property
    def colon(self) -> str:
        """Between a label and what it says."""
        return "：" if self.wide else ": "

    def sentence(self, text: str) -> str:
        """A sentence with its stop, ready for the next one."""
        return text.rstrip(".。") + ("。" if self.wide else ". ")

    def bracketed(self, text: object) -> str:
        """An aside, with the space or none that goes before it."""
        return f"（{text}）" if self.wide else f" ({text})"

    @property
    def folder(self) -> str:
        """The folder of its catalogue."""
        return self.tag.replace("-", "_")


_TC = ("Noto Serif CJK TC", "Noto Serif TC", "Noto Sans CJK TC", "Noto Sans TC")
_SC = ("Noto Serif CJK SC", "Noto Serif SC", "Noto Sans CJK SC", "Noto Sans SC")
_LATIN = ("Noto Serif", "DejaVu Serif")
ALL = (
    Language("zh-Hant", "zh_Hant_TW", "繁體中文", (*_TC, *_LATIN), others=("zh-Hans",)),
    Language("zh-Hans", "zh_Hans_CN", "简体中文", (*_SC, *_LATIN), others=("zh-Hant",)),
    Language("en", "en_GB", "English", (*_LATIN, *_TC), comma=", ", wide=False),
)
DEFAULT = "en"
PSEUDO = "en-XA"
"""Accented English. Whatever a page shows in plain letters under it has bypassed the catalogue;
nobody is offered it."""
BY_TAG: Mapping[str, Language] = {each.tag: each for each in ALL}
LANGUAGES: Mapping[str, str] = {each.tag: each.name for each in ALL}
"""What each language calls itself, by its tag, in the order they are offered in."""


def language_of(tag: str) -> Language:
    """The row of a tag; English's for one that is not known."""
    return BY_TAG.get(tag) or BY_TAG[DEFAULT]


def is_known(tag: str | None) -> bool:
    """Whether pages can be asked for in it."""
    return tag in BY_TAG or tag == PSEUDO


def best_language(accepted: Iterable[str]) -> str:
    """The language that fits what a browser accepts best; English where none does. Chinese without
    a script is Traditional, but for the countries that write Simplified."""
    for tag in accepted:
        parts = set(tag.lower().replace("_", "-").split("-"))
        if "zh" in parts:
            return "zh-Hans" if parts & {"hans", "cn", "sg"} else "zh-Hant"
        if "en" in parts:
            return DEFAULT
    return DEFAULT
