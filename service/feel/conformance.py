"""Whether a value has a type (`instance of`), and how it is made to fit one: DMN 1.5
§10.3.2.9.4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.feel.scope import Run
from service.feel.temporal import at_midnight, is_date
from service.feel.types import (
    ANY,
    AnyType,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NullType,
    RangeType,
    SimpleType,
)
from service.feel.values import FeelFunction, Range, kind_of


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
    if isinstance(kind, FunctionType):
        return isinstance(value, FeelFunction) and conforms(type_of(value), kind)
    if isinstance(kind, RangeType):
        return isinstance(value, Range) and _has_ends(value, kind, run, constrained)
    return _has_parts(value, kind, run or Run(None, None), constrained)


def _has_ends(value: Range, kind: RangeType, run: Run | None, constrained: bool) -> bool:
    return all(
        end is None or is_instance(end, kind.element, run, constrained=constrained)
        for end in (value.start, value.end)
    )


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
        return _type_of_list(value)
    if isinstance(value, Mapping):
        return ContextType(tuple((key, type_of(each)) for key, each in value.items()))
    if isinstance(value, Range):
        return RangeType(type_of(value.start if value.start is not None else value.end))
    if isinstance(value, FeelFunction):
        return _type_of_function(value)
    return SimpleType(kind_of(value))


def _type_of_list(value: list[Any]) -> ListType:
    kinds = {type_of(item) for item in value if item is not None}
    return ListType(kinds.pop() if len(kinds) == 1 else ANY)


def _type_of_function(value: FeelFunction) -> FunctionType:
    return FunctionType(value.types or (ANY,) * len(value.parameters), value.result or ANY)


def coerce(value: Any, kind: FeelType, run: Run | None = None) -> tuple[bool, Any]:
    """The value as the type wants it, or (False, None)."""
    if value is None or isinstance(kind, AnyType):
        return True, value
    if is_instance(value, kind, run):
        return True, value
    if isinstance(value, list) and len(value) == 1 and is_instance(value[0], kind, run):
        return True, value[0]
    other: Any = None
    base = _base(kind)
    if isinstance(base, ListType) and not isinstance(value, list):
        other = [value]
    elif is_date(value) and base == SimpleType("date and time"):
        other = at_midnight(value)
    good = other is not None and is_instance(other, kind, run)
    return (True, other) if good else (False, None)


def _base(kind: FeelType) -> FeelType:
    while isinstance(kind, ConstrainedType):
        kind = kind.base
    return kind
