"""Cuts FEEL text into tokens. Which tokens make up one name is the parser's business: only it knows
the scope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from service.feel.errors import MAX_TEXT, FeelLimitExceeded, FeelSyntaxError
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is num, str, at, name, quoted (a name in backticks), op or end; `start`/`end` are
    offsets."""

    kind: str
    text: str
    start: int
    end: int


_SPACE = r"[\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
# Digits and the combining dot may continue a name but not start one; symbols above U+0080 (emoji)
# count as letters.
_NAME = r"(?:[^\W\d]|[\U00010000-\U000EFFFF])(?:\w|[\u00b7\u203f\u2040]|[\U00010000-\U000EFFFF])*"
_TOKEN = re.compile(
    rf"""(?P<skip>{_SPACE}|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)
    |(?P<num>(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<at>@{_SPACE[:-1]}*"(?:[^"\\]|\\.)*")
    |(?P<str>"(?:[^"\\]|\\.)*")
    |(?P<name>{_NAME})
    |(?P<quoted>`[^`]+`)
    |(?P<op>\*\*|\.\.|<=|>=|!=|->|[-+*/()\[\]{{}},:.<>=?'])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SIMPLE = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
    "/": "/",
}


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def unescape(body: str) -> str:
    """The string a literal's body means; an escape FEEL does not know stays as it is written."""
    if "\\" not in body:
        return body

    def one(found: re.Match[str]) -> str:
        code = found[1]
        if len(code) > 1:
            number = int(code[1:], 16)
            return chr(number) if number <= 0x10FFFF else found[0]
        return _SIMPLE.get(code, found[0])

    text = _ESCAPE.sub(one, body)
    if re.search("[\ud800-\udfff]", text):  # two \u escapes that make up one character
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def tokenize(text: str) -> list[Token]:
    if len(text) > MAX_TEXT:
        raise FeelLimitExceeded(
            "The expression has {count} characters, at most {most} are allowed.",
            count=len(text),
            most=MAX_TEXT,
        )
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        found = _TOKEN.match(text, offset)
        if found is None:
            line, column = place(text, offset)
            what = repr(text[offset])
            if text[offset] == '"':
                what = Sentence("a string without its closing quote")
            raise FeelSyntaxError("expected an expression, found {what}", line, column, what=what)
        kind = found.lastgroup or ""
        body = found[0]
        if kind == "str":
            body = unescape(body[1:-1])
        elif kind == "at":
            body = unescape(body[body.index('"') + 1 : -1])
        elif kind == "quoted":
            body = body[1:-1]
        if kind != "skip":
            tokens.append(Token(kind, body, offset, found.end()))
        offset = found.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


@lru_cache(maxsize=4096)
def name_parts(name: str) -> tuple[str, ...]:
    """A name as the tokens it is written with; empty when it cannot be written in FEEL."""
    try:
        tokens = tokenize(name)[:-1]
    except (FeelSyntaxError, FeelLimitExceeded):
        return ()
    if not tokens or any(token.kind in ("str", "at", "quoted") for token in tokens):
        return ()
    return tuple(token.text for token in tokens)
