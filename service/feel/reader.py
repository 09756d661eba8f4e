"""The tokens of one text with a finger on the next one, and the names in scope, matched longest
first."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from decimal import Decimal, DecimalException
from itertools import accumulate

from service.feel.errors import FeelSyntaxError
from service.feel.lexer import Token, name_parts, tokenize
from service.feel.type_reader import TypeNames, TypeReader, type_names
from service.feel.types import FeelType
from service.feel.values import NUMBERS
from service.sentence import Sentence

KEYWORDS = frozenset(
    ("and", "or", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies")
)
KEYWORDS |= {"between", "instance", "function", "true", "false", "null"}
# Properties with a space, known after a dot without being announced.
PROPERTIES = ("time offset", "start included", "end included")


class Reader:
    """`words` maps the first token of a name with several tokens to all of them."""

    def __init__(self, text: str, names: Collection[str], types: Mapping[str, FeelType]) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.at = 0
        self.depth = 0
        self.reads = 0
        self.open_end = False
        self.words: dict[str, list[tuple[str, ...]]] = {}
        self.declared: dict[tuple[str, ...], str] = {}
        self.types: TypeNames = type_names(types)
        for name in names:
            self.declare(name)
        for name in PROPERTIES:
            self.declare(name)

    def declare(self, name: str) -> None:
        """Make a name known that a single name token could not spell."""
        if name.isidentifier():
            return
        parts = name_parts(name)
        if len(parts) > 1 and parts not in self.declared:
            self.declared[parts] = name
            self.words.setdefault(parts[0], []).append(parts)
            self.words[parts[0]].sort(key=len, reverse=True)

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def here(self) -> tuple[int, int]:
        """Line and column of the next token, both from 1."""
        offset = self.token.start
        line = bisect_right(self.lines, offset)
        return line, offset - self.lines[line - 1] + 1

    def fail(self, expected: str) -> FeelSyntaxError:
        token = self.token
        found = f"'{self.text[token.start : token.end][:40]}'"
        if token.kind == "end":
            found = Sentence("the end")
        return FeelSyntaxError(
            "expected {expected}, found {found}", *self.here(), expected=expected, found=found
        )

    def sees(self, *symbols: str) -> bool:
        token = self.token
        return token.kind in ("op", "name") and token.text in symbols

    def take(self, symbol: str) -> bool:
        if self.sees(symbol):
            self.at += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.take(symbol):
            raise self.fail(f"'{symbol}'")

    def read_type(self) -> FeelType:
        reader = TypeReader(self.tokens, self.at, self.types, self.text)
        found = reader.read()
        self.at = reader.at
        return found

    def label(self, closer: str) -> str | None:
        """A name in front of ':'; None, with nothing taken, where there is none."""
        i = self.at
        token = self.tokens[i]
        if (
            token.kind == "str"
            and self.tokens[i + 1].text == closer
            and self.tokens[i + 1].kind == "op"
        ):
            self.at = i + 2
            return token.text
        if token.kind not in ("name", "quoted"):
            return None
        while self.tokens[i].kind in ("name", "num", "quoted") or (
            self.tokens[i].kind == "op"
            and self.tokens[i].text in ("-", "+", "*", "/", "**", "'", ".", "?")
        ):
            i += 1
        if self.tokens[i].kind != "op" or self.tokens[i].text != closer:
            return None
        name = self.spelled(self.at, i)
        self.at = i + 1
        return name

    def spelled(self, first: int, after: int) -> str:
        """The tokens as one name: white space counts as one blank, and only where there was
        some."""
        if after - first == 1:
            return self.tokens[first].text
        words = [self.tokens[first].text]
        for i in range(first + 1, after):
            gap = self.tokens[i].start > self.tokens[i - 1].end
            words.append((" " if gap else "") + self.tokens[i].text)
        return "".join(words)

    def known_name(self) -> str | None:
        """The longest name of several tokens that starts here and is in scope."""
        for parts in self.words.get(self.token.text, ()):
            if all(
                self.tokens[min(self.at + i, len(self.tokens) - 1)].text == part
                for i, part in enumerate(parts)
            ):
                self.at += len(parts)
                return self.declared[parts]
        return None

    def property_name(self) -> str:
        if self.token.kind == "quoted":
            self.at += 1
            return self.tokens[self.at - 1].text
        if self.token.kind != "name":
            raise self.fail(Sentence("a name"))
        name = self.known_name()
        if name is not None:
            return name
        first = self.at
        self.at += 1
        # Words one after the other can only be one name here, announced or not.
        while self.token.kind == "name" and self.token.text not in KEYWORDS:
            self.at += 1
        return self.spelled(first, self.at)

    def number(self, text: str, at: tuple[int, int]) -> int | Decimal:
        try:
            value = NUMBERS.create_decimal(text)
        except DecimalException:
            raise FeelSyntaxError(
                "the number {text} is out of range", *at, text=text[:40]
            ) from None
        whole = len(text) < 30 and text.isdigit()
        return int(text) if whole else value
