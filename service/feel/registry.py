"""The register of built-in functions and the decorator that writes into it.

A built-in declares each way it can be called as a line such as `"string:string, start
position:number, length:number?"`; `?` makes a parameter optional and lets it be null, `...` lets it
take all remaining arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from service.feel.types import ANY, AnyType, FeelType, ListType, SimpleType
from service.feel.values import FeelFunction, Signature

BUILTINS: dict[str, FeelFunction] = {}
_TYPES: dict[str, FeelType] = {
    "number": SimpleType("number"),
    "string": SimpleType("string"),
    "boolean": SimpleType("boolean"),
    "list": ListType(AnyType()),
}


def _signature(
    line: str, *, call: Callable[..., Any], spread: bool, inner: bool, named: bool, each: int
) -> Signature:
    parameters = []
    rest = False
    for part in filter(None, (each.strip() for each in line.split(","))):
        name, _, kind = part.partition(":")
        if name.endswith("..."):
            rest, name = True, name[:-3]
        parameters.append((name, kind.rstrip("?"), kind.endswith("?")))
    return Signature(tuple(parameters), call, spread, rest, inner, named, each)


def builtin(
    name: str,
    *lines: str,
    spread: bool = False,
    inner: bool = False,
    named: bool = False,
    each: int = 0,
    result: str = "",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under a FEEL name; a second registration adds ways to call it."""

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        known = BUILTINS.get(name)
        made = partial(_signature, call=call, spread=spread, inner=inner, named=named, each=each)
        signatures = (*(known.signatures if known else ()), *map(made, lines))
        first = signatures[0].parameters
        BUILTINS[name] = FeelFunction(
            name,
            tuple(parameter[0] for parameter in first),
            known.call if known else call,
            variadic=spread or signatures[0].rest,
            types=tuple(_TYPES.get(parameter[1], ANY) for parameter in first),
            result=_TYPES.get(result) or (known.result if known else None),
            inner=known.inner if known else inner,
            signatures=signatures,
        )
        return call

    return register
