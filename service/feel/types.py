"""FEEL's types as records. What has a type is told in `conformance`, how one is written in
`type_reader`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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
    """A base type and allowed values. `check` gets the value and the evaluation that asks."""

    base: FeelType
    check: Callable[[Any, Any], bool]
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
