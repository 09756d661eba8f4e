"""FEEL's types: `instance of`, the coercion of DMN 1.5 §10.3.2.9.4, and how a type is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.feel.errors import FeelSyntaxError
from service.feel.lexer import Token, name_parts, place, tokenize
from service.feel.scope import Run
from service.feel.temporal import at_midnight, is_date
from service.feel.values import FeelFunction, Range, kind_of
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class FeelType:
    """Any of the types below."""


@dataclass(frozen=True, slots=True)
class AnyType(FeelType):
    """Every value."""


@dataclass(frozen=True, slots=True)
class NullType(FeelType):
    """Only null."""


@dataclass(frozen=True, slots=True)
class UnknownType(FeelType):
    """A name nothing is known of; no value is an instance of it, and the answer is null."""

    name: str


@dataclass(frozen=True, slots=True)
class SimpleType(FeelType):
    """number, string, boolean, a temporal type."""

    name: str


@dataclass(frozen=True, slots=True)
class ListType(FeelType):
    element: FeelType = AnyType()


@dataclass(frozen=True, slots=True)
class ContextType(FeelType):
    entries: tuple[tuple[str, FeelType], ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionType(FeelType):
    parameters: tuple[FeelType, ...] = ()
    result: FeelType = AnyType()


@dataclass(frozen=True, slots=True)
class RangeType(FeelType):
    element: FeelType = AnyType()


@dataclass(frozen=True, slots=True)
class ConstrainedType(FeelType):
    """A base type and allowed values."""

    base: FeelType
    check: Callable[[Any, Run], bool]
    text: str = ""


ANY = AnyType()
SIMPLE = (
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
)
# Older spellings that DMN files carry.
ALIASES = {"dateTime": "date and time", "dayTimeDuration": "days and time duration"}
ALIASES |= {"yearMonthDuration": "years and months duration"}


def is_instance(
    value: Any, kind: FeelType, run: Run | None = None, *, constrained: bool = True
) -> bool:
    """Whether the value has the type; null is an instance of Null only. `instance of` ignores
    allowed values."""
    if isinstance(kind, ConstrainedType):
        run = run or Run(None, None)
        return is_instance(value, kind.base, run, constrained=constrained) and (
            not constrained or kind.check(value, run)
        )
    if value is None:
        return isinstance(kind, NullType)
    if isinstance(kind, AnyType):
        return True
    if isinstance(kind, SimpleType):
        return kind_of(value) == kind.name
    if isinstance(kind, RangeType):
        return isinstance(value, Range) and all(
            end is None or is_instance(end, kind.element, run, constrained=constrained)
            for end in (value.start, value.end)
        )
    if isinstance(kind, FunctionType):
        return isinstance(value, FeelFunction) and conforms(type_of(value), kind)
    return _has_parts(value, kind, run or Run(None, None), constrained)


def _has_parts(value: Any, kind: FeelType, run: Run, constrained: bool) -> bool:
    """A null inside a list or context has no say about its type."""

    def fits(part: Any, wanted: FeelType) -> bool:
        return part is None or is_instance(part, wanted, run, constrained=constrained)

    if isinstance(kind, ListType) and isinstance(value, list):
        run.spend(len(value))
        return isinstance(kind.element, AnyType) or all(fits(item, kind.element) for item in value)
    if isinstance(kind, ContextType) and isinstance(value, Mapping):
        run.spend(len(kind.entries))
        return all(key in value and fits(value[key], each) for key, each in kind.entries)
    return False


def conforms(kind: FeelType, other: FeelType) -> bool:
    """Whether every value of `kind` is one of `other`."""
    if isinstance(other, AnyType) or isinstance(kind, NullType) or kind == other:
        return True
    if isinstance(other, ConstrainedType):
        return conforms(kind, other.base)
    if isinstance(kind, ConstrainedType):
        return conforms(kind.base, other)
    if isinstance(kind, ListType) and isinstance(other, ListType):
        return conforms(kind.element, other.element)
    if isinstance(kind, RangeType) and isinstance(other, RangeType):
        return conforms(kind.element, other.element)
    if isinstance(kind, ContextType) and isinstance(other, ContextType):
        mine = dict(kind.entries)
        return all(key in mine and conforms(mine[key], each) for key, each in other.entries)
    if isinstance(kind, FunctionType) and isinstance(other, FunctionType):
        return (
            len(kind.parameters) == len(other.parameters)
            and all(
                conforms(theirs, mine)
                for mine, theirs in zip(kind.parameters, other.parameters, strict=True)
            )
            and conforms(kind.result, other.result)
        )
    return False


def type_of(value: Any) -> FeelType:
    """The narrowest type that the value shows."""
    if value is None:
        return NullType()
    if isinstance(value, list):
        kinds = {type_of(item) for item in value if item is not None}
        return ListType(kinds.pop() if len(kinds) == 1 else ANY)
    if isinstance(value, Mapping):
        return ContextType(tuple((key, type_of(each)) for key, each in value.items()))
    if isinstance(value, Range):
        return RangeType(type_of(value.start if value.start is not None else value.end))
    if isinstance(value, FeelFunction):
        kinds_of = value.types or tuple(ANY for _ in value.parameters)
        return FunctionType(kinds_of, value.result or ANY)
    return SimpleType(kind_of(value))


def coerce(value: Any, kind: FeelType, run: Run | None = None) -> tuple[bool, Any]:
    """The value as the type wants it, or (False, None)."""
    if value is None or isinstance(kind, AnyType):
        return True, value
    if is_instance(value, kind, run):
        return True, value
    if isinstance(value, list) and len(value) == 1 and is_instance(value[0], kind, run):
        return True, value[0]
    base = _base(kind)
    if (
        isinstance(base, ListType)
        and not isinstance(value, list)
        and is_instance([value], kind, run)
    ):
        return True, [value]
    if is_date(value) and base == SimpleType("date and time"):
        moment = at_midnight(value)
        return (True, moment) if is_instance(moment, kind, run) else (False, None)
    return False, None


def _base(kind: FeelType) -> FeelType:
    while isinstance(kind, ConstrainedType):
        kind = kind.base
    return kind


def parse_type(text: str, types: Mapping[str, FeelType] | None = None) -> FeelType:
    """The type a typeRef or an annotation names."""
    tokens = tokenize(text)
    found, after = read_type(tokens, 0, type_names(types or {}), text)
    if tokens[after].kind != "end":
        line, column = place(text, tokens[after].start)
        raise FeelSyntaxError(
            "expected the end of a type, found '{text}'", line, column, text=tokens[after].text
        )
    return found


TypeNames = dict[tuple[str, ...], FeelType]


def type_names(types: Mapping[str, FeelType]) -> TypeNames:
    names: TypeNames = {name_parts(name): SimpleType(name) for name in SIMPLE}
    names |= {(alias,): SimpleType(name) for alias, name in ALIASES.items()}
    names |= {("Any",): ANY, ("Null",): NullType()}
    names |= {("list",): ListType(), ("context",): ContextType(), ("range",): RangeType()}
    for name, kind in types.items():
        parts = name_parts(name)
        if parts:
            names[parts] = kind
    return names


def read_type(tokens: list[Token], at: int, names: TypeNames, text: str) -> tuple[FeelType, int]:
    """The type that starts at a token, and the token after it."""

    def peek(offset: int = 0) -> str:
        token = tokens[min(at + offset, len(tokens) - 1)]
        return token.text if token.kind in ("op", "name") else ""

    def expect(symbol: str) -> None:
        nonlocal at
        if peek() != symbol:
            line, column = place(text, tokens[at].start)
            raise FeelSyntaxError(
                "expected '{symbol}', found '{text}'",
                line,
                column,
                symbol=symbol,
                text=tokens[at].text,
            )
        at += 1

    word = peek()
    if word in ("list", "range") and peek(1) == "<":
        element, at = read_type(tokens, at + 2, names, text)
        expect(">")
        return (ListType(element) if word == "list" else RangeType(element)), at
    if word == "context" and peek(1) == "<":
        at += 2
        entries: list[tuple[str, FeelType]] = []
        while peek() != ">":
            first = at
            while peek() not in (":", ""):
                at += 1
            key = " ".join(token.text for token in tokens[first:at])
            expect(":")
            kind, at = read_type(tokens, at, names, text)
            entries.append((key, kind))
            if peek() != ">":
                expect(",")
        expect(">")
        return ContextType(tuple(entries)), at
    if word == "function" and peek(1) == "<":
        at += 2
        parameters: list[FeelType] = []
        while peek() != ">":
            kind, at = read_type(tokens, at, names, text)
            parameters.append(kind)
            if peek() != ">":
                expect(",")
        expect(">")
        result: FeelType = ANY
        if peek() == "->":
            result, at = read_type(tokens, at + 1, names, text)
        return FunctionType(tuple(parameters), result), at
    best = max((parts for parts in names if _starts(tokens, at, parts)), key=len, default=())
    if best:
        return names[best], at + len(best)
    if tokens[at].kind not in ("name", "quoted"):
        line, column = place(text, tokens[at].start)
        raise FeelSyntaxError(
            "expected a type, found '{text}'",
            line,
            column,
            text=tokens[at].text or Sentence("the end"),
        )
    name = tokens[at].text
    at += 1
    while peek() == "." and tokens[at + 1].kind == "name":
        name += "." + tokens[at + 1].text
        at += 2
    return UnknownType(name), at


def _starts(tokens: list[Token], at: int, parts: tuple[str, ...]) -> bool:
    return len(tokens) > at + len(parts) and all(
        tokens[at + i].text == part and tokens[at + i].kind != "str" for i, part in enumerate(parts)
    )
