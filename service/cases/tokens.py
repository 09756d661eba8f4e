"""Text as tokens that both databases search alike: words, and pairs of Chinese characters.

A run of Chinese `帳戶費` gives `帳戶 戶費 費`: two characters are one token, one character
is the beginning of one. A run of digits across separators is also one token, so that a telephone
number is found
however it is typed; so is an address of mail, whose ending is the same in half of all cases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TOKENS = 16_000
"""A PostgreSQL tsvector knows 16,383 positions."""
MAX_TERMS = 12
_WIDE = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003134f"
)
_RUN = re.compile(rf"[{_WIDE}]+|(?:(?![{_WIDE}])[^\W_])+")
_IS_WIDE = re.compile(rf"[{_WIDE}]")
_NUMBER = re.compile(r"\d[\d\s\-()./]{4,}\d")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w.-]+")
"""It begins where such a run begins: tried from each place within one it would read the rest of the
run each time."""
_LONGEST = 60
Phrase = tuple[list[str], bool]
"""Tokens that follow each other; whether the last one is only the beginning of one."""


def tokens_of(text: str) -> list[str]:
    """The tokens of a text, in order."""
    return [token for run in _runs(text) for token in _tokens(run)][:MAX_TOKENS]


@dataclass(frozen=True, slots=True)
class Words:
    """What texts are found by: their tokens, and their numbers and addresses without separators."""

    tokens: tuple[str, ...]
    joined: tuple[str, ...]

    def __add__(self, other: Words) -> Words:
        return Words(self.tokens + other.tokens, self.joined + other.joined)

    def __str__(self) -> str:
        """As they are indexed: no more of them than there are places for."""
        return " ".join((*self.tokens[:MAX_TOKENS], *self.joined)[:MAX_TOKENS])


def words_in(*texts: str | None) -> Words:
    """The words of these texts, each read by itself."""
    tokens: list[str] = []
    joined: list[str] = []
    for text in filter(None, texts):
        tokens += tokens_of(text)
        joined += [re.sub(r"\D", "", found) for found in _NUMBER.findall(text)]
        joined += [token for found in _ADDRESS.findall(text) if (token := _together(found))]
    return Words(tuple(tokens), tuple(joined))


def index_text(*texts: str | None) -> str:
    """What is indexed for these texts."""
    return str(words_in(*texts))


def phrases_of(query: str) -> list[Phrase]:
    """What a query looks for: phrases that all have to be there."""
    phrases: list[Phrase] = []
    for term in query.split()[:MAX_TERMS]:
        runs = _runs(term)
        if not runs:
            continue
        if _ADDRESS.fullmatch(term):
            phrases.append(([_together(term)], True))
            continue
        tokens = [token for run in runs[:-1] for token in _tokens(run)]
        last = runs[-1]
        if not _IS_WIDE.match(last) or len(last) == 1:
            phrases.append(([*tokens, last[:_LONGEST]], True))
        else:
            phrases.append(([*tokens, *_pairs(last)], False))
    return phrases


def _together(address: str) -> str:
    """An address as one token."""
    return "".join(_runs(address))[:_LONGEST]


def _runs(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    return _RUN.findall(unicodedata.normalize("NFC", plain))


def _tokens(run: str) -> Iterator[str]:
    if not _IS_WIDE.match(run):
        yield run[:_LONGEST]
        return
    yield from _pairs(run)
    yield run[-1]


def _pairs(run: str) -> Iterator[str]:
    for at in range(len(run) - 1):
        yield run[at : at + 2]
