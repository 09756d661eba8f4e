"""Types of values: what an item definition admits, and how a value is made to fit (DMN 1.5, 10.3.2.9.4).

A value that does not fit becomes null; the caller keeps the reason. A list of one is taken for its element, a date
for the date and time at midnight UTC. Whether a value is a number, a time, ... is FEEL's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from service.feel import FeelFunction, compile_expression

SIMPLE_NAMES = (
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
    "context",
    "list",
    "function",
)
_ALIASES = {
    "any": "Any",
    "dateTime": "date and time",
    "datetime": "date and time",
    "dayTimeDuration": "days and time duration",
    "days and time": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "years and months": "years and months duration",
    "integer": "number",
    "long": "number",
    "double": "number",
}


@dataclass(frozen=True, slots=True)
class Type:
    """A type with a name. `conforms` is never asked about null, which every type admits."""

    name: str
    conforms: Callable[[Any], bool]
    is_list: bool = False
    entries: tuple[tuple[str, Type], ...] = ()
    element: Type | None = None
    parameters: tuple[Type, ...] = ()
    result: Type | None = None
    is_function: bool = False


def _anything(value: Any) -> bool:
    return True


ANY = Type("Any", _anything)


def _simple(name: str) -> Callable[[Any], bool]:
    test = compile_expression(f"value instance of {name}")
    return lambda value: test.evaluate({"value": value}) is True


def _is_number(value: Any) -> bool:
    return isinstance(value, (Decimal, int, float)) and not isinstance(value, bool)


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


SIMPLE: Mapping[str, Type] = {
    "Any": ANY,
    "number": Type("number", _is_number),
    "string": Type("string", _is(str)),
    "boolean": Type("boolean", _is(bool)),
    "context": Type("context", _is(dict)),
    "list": Type("list", _is(list), is_list=True),
    "function": Type("function", _is(FeelFunction), is_function=True),
    **{
        name: Type(name, _simple(name))
        for name in SIMPLE_NAMES
        if name not in {"number", "string", "boolean", "context", "list", "function"}
    },
}


def simple_type(name: str) -> Type | None:
    """The built-in type of this name, with or without a prefix such as `feel:`."""
    bare = name.rpartition(":")[2]
    return SIMPLE.get(_ALIASES.get(bare, bare))


def list_of(element: Type, name: str = "") -> Type:
    def conforms(value: Any) -> bool:
        return isinstance(value, list) and all(each is None or element.conforms(each) for each in value)

    return Type(name or f"list<{element.name}>", conforms, is_list=True, element=element)


def context_of(entries: tuple[tuple[str, Type], ...], name: str) -> Type:
    """A context that has at least these entries."""

    def conforms(value: Any) -> bool:
        if not isinstance(value, Mapping):
            return False
        return all(key in value and (value[key] is None or kind.conforms(value[key])) for key, kind in entries)

    return Type(name, conforms, entries=entries)


def function_of(parameters: tuple[Type, ...], result: Type, name: str) -> Type:
    def conforms(value: Any) -> bool:
        return isinstance(value, FeelFunction) and len(value.parameters) == len(parameters)

    return Type(name, conforms, parameters=parameters, result=result, is_function=True)


def constrained(base: Type, check: Callable[[Any], bool], name: str) -> Type:
    """`base`, narrowed to the values that `check` accepts."""

    def conforms(value: Any) -> bool:
        return base.conforms(value) and check(value)

    return Type(name, conforms, is_list=base.is_list, entries=base.entries, element=base.element, result=base.result)


def coerce(value: Any, kind: Type) -> tuple[bool, Any]:
    """(fits, the value made to fit): null fits every type; what cannot be made to fit is (False, None)."""
    if value is None or kind is ANY or kind.conforms(value):
        return True, value
    if isinstance(value, list) and len(value) == 1 and not kind.is_list:
        return coerce(value[0], kind)
    if type(value) is date and kind.name == "date and time":
        return True, _midnight(value)
    if kind.entries and isinstance(value, Mapping):
        return _coerce_entries(value, kind)
    if kind.element is not None and isinstance(value, list):
        return _coerce_elements(value, kind)
    return False, None


def _coerce_entries(value: Mapping[str, Any], kind: Type) -> tuple[bool, Any]:
    made = dict(value)
    for key, entry in kind.entries:
        fits, made[key] = coerce(value[key], entry) if key in value else (False, None)
        if not fits:
            return False, None
    return (True, made) if kind.conforms(made) else (False, None)


def _coerce_elements(value: list[Any], kind: Type) -> tuple[bool, Any]:
    element = kind.element or ANY
    made = [coerce(each, element) for each in value]
    if not all(fits for fits, _ in made):
        return False, None
    values = [each for _, each in made]
    return (True, values) if kind.conforms(values) else (False, None)


_TO_DATE_TIME = compile_expression('date and time(value, time("00:00:00Z"))')


def _midnight(value: date) -> Any:
    return _TO_DATE_TIME.evaluate({"value": value})


def describe(value: Any) -> str:
    """The name of the simple type that a value has, for a reason."""
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return "date and time"
    return next((name for name, kind in SIMPLE.items() if kind is not ANY and kind.conforms(value)), "value")
