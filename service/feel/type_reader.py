"""How a type is written: `number`, `list<string>`, `context<a: number>`, `function<Any> -> Any`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.feel.errors import FeelSyntaxError
from service.feel.lexer import Token, name_parts, place, tokenize
from service.feel.types import (
    ALIASES,
    ANY,
    SIMPLE,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NullType,
    RangeType,
    SimpleType,
    UnknownType,
)
from service.sentence import Sentence

TypeNames = dict[tuple[str, ...], FeelType]


def parse_type(text: str, types: Mapping[str, FeelType] | None = None) -> FeelType:
    """The type that a typeRef or an annotation names. Raises FeelSyntaxError."""
    reader = TypeReader(tokenize(text), 0, type_names(types or {}), text)
    found = reader.read()
    if reader.token.kind != "end":
        raise reader.fail(Sentence("the end of a type"))
    return found


def type_names(types: Mapping[str, FeelType]) -> TypeNames:
    """Every type that may be named, by the tokens of its name: FEEL's own and `types`."""
    names: TypeNames = {name_parts(name): SimpleType(name) for name in SIMPLE}
    names |= {(alias,): SimpleType(name) for alias, name in ALIASES.items()}
    names |= {("Any",): ANY, ("Null",): NullType()}
    names |= {("list",): ListType(), ("context",): ContextType(), ("range",): RangeType()}
    for name, kind in types.items():
        parts = name_parts(name)
        if parts:
            names[parts] = kind
    return names


@dataclass(slots=True)
class TypeReader:
    """Reads one type from the token at `at` on, and leaves `at` behind it."""

    tokens: list[Token]
    at: int
    names: TypeNames
    text: str

    @property
    def token(self) -> Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def fail(self, expected: str) -> FeelSyntaxError:
        token = self.token
        line, column = place(self.text, token.start)
        return FeelSyntaxError(
            "expected {expected}, found '{text}'",
            line,
            column,
            expected=expected,
            text=token.text or Sentence("the end"),
        )

    def read(self) -> FeelType:
        if self._symbol(1) == "<":
            match self._symbol():
                case "list":
                    return ListType(self._element())
                case "range":
                    return RangeType(self._element())
                case "context":
                    return self._context()
                case "function":
                    return self._function()
        return self._named()

    def _symbol(self, offset: int = 0) -> str:
        token = self.tokens[min(self.at + offset, len(self.tokens) - 1)]
        return token.text if token.kind in ("op", "name") else ""

    def _expect(self, symbol: str) -> None:
        if self._symbol() != symbol:
            raise self.fail(f"'{symbol}'")
        self.at += 1

    def _element(self) -> FeelType:
        self.at += 2
        element = self.read()
        self._expect(">")
        return element

    def _context(self) -> ContextType:
        self.at += 2
        entries: list[tuple[str, FeelType]] = []
        while self._symbol() != ">":
            first = self.at
            while self._symbol() not in (":", ""):
                self.at += 1
            key = " ".join(token.text for token in self.tokens[first : self.at])
            self._expect(":")
            entries.append((key, self.read()))
            if self._symbol() != ">":
                self._expect(",")
        self._expect(">")
        return ContextType(tuple(entries))

    def _function(self) -> FunctionType:
        self.at += 2
        parameters: list[FeelType] = []
        while self._symbol() != ">":
            parameters.append(self.read())
            if self._symbol() != ">":
                self._expect(",")
        self._expect(">")
        result: FeelType = ANY
        if self._symbol() == "->":
            self.at += 1
            result = self.read()
        return FunctionType(tuple(parameters), result)

    def _named(self) -> FeelType:
        """The longest name that is known, else a name nothing is known of."""
        best = max((parts for parts in self.names if self._starts(parts)), key=len, default=())
        if best:
            self.at += len(best)
            return self.names[best]
        if self.token.kind not in ("name", "quoted"):
            raise self.fail(Sentence("a type"))
        name = self.token.text
        self.at += 1
        while self._symbol() == "." and self.tokens[self.at + 1].kind == "name":
            name += "." + self.tokens[self.at + 1].text
            self.at += 2
        return UnknownType(name)

    def _starts(self, parts: tuple[str, ...]) -> bool:
        return len(self.tokens) > self.at + len(parts) and all(
            self.tokens[self.at + i].text == part and self.tokens[self.at + i].kind != "str"
            for i, part in enumerate(parts)
        )
