"""What the built-in functions of FEEL take and give, as far as it can be told without running
them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.feel import BUILTINS, FeelFunction, SimpleType
from service.feel.values import Signature
from service.lint.kinds import ANY, Kind, join_all, list_of, of

DAY = "date"
MOMENT = "date and time"
TIME = "time"
SPANS = ("days and time duration", "years and months duration")
TEMPORAL = (DAY, MOMENT, TIME, *SPANS)
_TAKES = {
    "number": ("number",),
    "string": ("string",),
    "boolean": ("boolean",),
    "context": ("context",),
    "function": ("function",),
    "range": ("range",),
    "day": (DAY, MOMENT),
    "date": (DAY, MOMENT),
    "moment": (DAY, MOMENT),
    "time": (TIME, MOMENT),
    "duration": SPANS,
}
_FROM = {
    "date": ("string", DAY, MOMENT),
    "time": ("string", TIME, MOMENT),
    "date and time": ("string", DAY, MOMENT),
}
_GIVES: dict[str, Kind] = {
    "date": of(DAY),
    "time": of(TIME),
    "date and time": of(MOMENT),
    "now": of(MOMENT),
    "today": of(DAY),
    "duration": of(*SPANS),
    "years and months duration": of(SPANS[1]),
    "last day of month": of(DAY),
    "context": of("context"),
    "context put": of("context"),
    "context merge": of("context"),
    "index of": list_of(of("number")),
    "split": list_of(of("string")),
    "extract": list_of(of("string")),
    "get entries": of("list"),
    "range": of("range"),
}
_LISTED = frozenset({"count", "list contains", "index of", "sublist", "remove", "insert before"})
"""Functions of which the first argument is a list in fact: that FEEL takes a single value for a
list of one is no use there."""
_SAME = frozenset({"abs", "floor", "ceiling"})
_LISTS = frozenset(
    {
        "append",
        "concatenate",
        "distinct values",
        "duplicate values",
        "flatten",
        "insert before",
        "list replace",
        "partition",
        "remove",
        "reverse",
        "sort",
        "sublist",
        "union",
    }
)
_CHOICE = frozenset({"max", "min"})
NUMBERS = frozenset({"sum", "mean", "median", "product", "stddev"})


def builtin(name: str) -> FeelFunction | None:
    return BUILTINS.get(name)


def fitting(function: FeelFunction, count: int, names: Sequence[str]) -> list[Signature]:
    """The ways to call it with so many arguments, or with arguments of these names."""
    return [each for each in function.signatures if _fits(each, count, names)]


def _fits(signature: Signature, count: int, names: Sequence[str]) -> bool:
    if names:
        known = {parameter[0] for parameter in signature.parameters}
        return set(names) <= known
    needed = sum(not optional for _, _, optional in signature.parameters)
    if signature.spread:
        return count >= 1
    return needed <= count and (signature.rest or count <= len(signature.parameters))


def takes(function: str, signature: Signature, names: Sequence[str], count: int) -> Iterator[Kind]:
    """What each argument may be."""
    by_name = {name: kind for name, kind, _ in signature.parameters}
    positions = [kind for _, kind, _ in signature.parameters]
    for at in range(count):
        if signature.spread and count > 1:
            yield ANY
            continue
        kind = by_name[names[at]] if names else positions[min(at, len(positions) - 1)]
        if kind == "list" and function in _LISTED:
            yield of("list")
        else:
            yield _kind(function, kind, only=len(positions) == 1)


def _kind(function: str, kind: str, *, only: bool) -> Kind:
    if only and function in _FROM:
        return of(*_FROM[function])
    found = _TAKES.get(kind)
    return ANY if found is None else of(*found)


def _solid(kind: Kind) -> Kind:
    return of(*kind.solid) if kind.solid else ANY


def gives(function: FeelFunction, arguments: Sequence[Kind]) -> Kind:
    """The kind of the result."""
    name = function.name
    if isinstance(function.result, SimpleType):
        return of(function.result.name)
    if name in NUMBERS:
        return of("number", *SPANS)
    if name in _SAME and arguments:
        return _solid(arguments[0])
    if name in _CHOICE and len(arguments) > 1:
        return join_all(map(_solid, arguments))
    return of("list") if name in _LISTS else _GIVES.get(name, ANY)


def how(function: FeelFunction) -> str:
    """The ways to call a function, as a person would write them."""
    ways = []
    for each in function.signatures[:3]:
        shown = [name + ("?" if optional else "") for name, _, optional in each.parameters]
        ways.append(f"{function.name}({', '.join(shown)}{', …' if each.rest else ''})")
    return " or ".join(ways)
