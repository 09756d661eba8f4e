"""Types of values: how a value is made to fit the type it is declared with (DMN 1.5, 10.3.2.9.4).

A value that does not fit becomes null; the caller keeps the reason. FEEL says what a type is and
what conforms to it; here it is carried through the entries of contexts and the elements of lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.feel import (
    AnyType,
    ConstrainedType,
    ContextType,
    FeelFunction,
    FeelSyntaxError,
    FeelType,
    FunctionType,
    ListType,
    NullType,
    RangeType,
    Run,
    SimpleType,
    is_instance,
    parse_type,
    type_of,
)
from service.feel import coerce as feel_coerce
from service.sentence import Sentence

ANY = AnyType()
_FUNCTION = ConstrainedType(ANY, lambda value, run: isinstance(value, FeelFunction), "function")
# A typeRef that some modelers write for numbers without a fraction.
INTEGER = ConstrainedType(
    SimpleType("number"),
    lambda value, run: type(value) is int or value == value.to_integral_value(),
    "without a fraction",
)
_PLAIN: dict[str, tuple[type, ...]] = {
    "number": (int, Decimal),
    "string": (str,),
    "boolean": (bool,),
}
_KNOWN = (AnyType, NullType, SimpleType, ListType, ContextType, FunctionType, RangeType)
_ALIASES = {
    "any": "Any",
    "datetime": "date and time",
    "double": "number",
}


_MADE: dict[str, FeelType] = {
    "function": _FUNCTION,
    "integer": INTEGER,
    "long": INTEGER,
    "int": INTEGER,
}


def is_integer(kind: FeelType | None) -> bool:
    """Whether the type allows only numbers without a fraction."""
    while isinstance(kind, ConstrainedType):
        if kind is INTEGER:
            return True
        kind = kind.base
    return False


def simple_type(name: str) -> FeelType | None:
    """The built-in type of this name, with or without a prefix such as `feel:`."""
    bare = name.rpartition(":")[2] if "<" not in name else name
    if bare in _MADE:
        return _MADE[bare]
    try:
        found = parse_type(_ALIASES.get(bare, bare))
    except FeelSyntaxError:
        return None
    return found if isinstance(found, _KNOWN) else None


def base_of(kind: FeelType) -> FeelType:
    """The type without its constraints."""
    while isinstance(kind, ConstrainedType):
        kind = kind.base
    return kind


def unconstrained(kind: FeelType) -> FeelType:
    """The type as `instance of` means it: allowed values have no say (at any depth)."""
    match base_of(kind):
        case ListType(element=element):
            return ListType(unconstrained(element))
        case ContextType(entries=entries):
            return ContextType(tuple((name, unconstrained(each)) for name, each in entries))
        case FunctionType(parameters=parameters, result=result):
            return FunctionType(
                tuple(unconstrained(each) for each in parameters), unconstrained(result)
            )
        case base:
            return base


def lenient(kind: FeelType) -> FeelType:
    """The type as a value has to fit it: what a function will answer is not known before it is
    called."""
    match kind:
        case FunctionType(parameters=parameters):
            return FunctionType(parameters, ANY)
        case ListType(element=element):
            return ListType(lenient(element))
        case ContextType(entries=entries):
            return ContextType(tuple((name, lenient(each)) for name, each in entries))
        case ConstrainedType(base=base, check=check, text=text):
            return ConstrainedType(lenient(base), check, text)
    return kind


def result_of(kind: FeelType) -> FeelType:
    """What a function of this type answers; a type that is no function's stands for the answer
    itself."""
    base = base_of(kind)
    return base.result if isinstance(base, FunctionType) else kind


def title(kind: FeelType) -> str:
    """The type as a person writes it."""
    match kind:
        case ConstrainedType(base=base, text=text):
            return f"{title(base)} ({text})" if text else title(base)
        case ListType(element=element):
            return f"list of {title(element)}"
        case ContextType(entries=entries):
            return "context of " + ", ".join(name for name, _ in entries) if entries else "context"
        case FunctionType():
            return "function"
        case AnyType():
            return "Any"
    return str(getattr(kind, "name", type(kind).__name__))


def misfit(name: str, kind: FeelType, value: Any) -> Sentence:
    """Why an argument cannot be taken."""
    return Sentence(
        "The argument {name!r} must be {kind}, it was {value}.",
        name=name,
        kind=title(kind),
        value=describe(value),
    )


def describe(value: Any) -> str:
    """The kind of thing that a value is, for a reason."""
    if isinstance(value, list):
        return "a list"
    if isinstance(value, Mapping):
        return "a context"
    return "null" if value is None else title(type_of(value))


def coerce(value: Any, kind: FeelType, run: Run) -> tuple[bool, Any]:
    """(fits, the value made to fit): null fits every type; what cannot be made to fit is (False,
    None)."""
    if value is None or kind is ANY:
        return True, value
    if isinstance(kind, SimpleType) and type(value) in _PLAIN.get(kind.name, ()):
        return True, value  # what nearly every value is, without asking further
    fits, made = feel_coerce(value, kind, run)
    if fits:
        return True, made
    base = base_of(kind)
    if isinstance(base, ContextType) and isinstance(value, Mapping):
        return _coerce_entries(value, base, kind, run)
    if isinstance(base, ListType) and isinstance(value, list):
        return _coerce_elements(value, base, kind, run)
    return False, None


def _coerce_entries(
    value: Mapping[str, Any], base: ContextType, kind: FeelType, run: Run
) -> tuple[bool, Any]:
    made = dict(value)
    for key, entry in base.entries:
        fits, made[key] = coerce(value[key], entry, run) if key in value else (False, None)
        if not fits:
            return False, None
    return (True, made) if is_instance(made, kind, run) else (False, None)


def _coerce_elements(
    value: list[Any], base: ListType, kind: FeelType, run: Run
) -> tuple[bool, Any]:
    made = [coerce(each, base.element, run) for each in value]
    if not all(fits for fits, _ in made):
        return False, None
    values = [each for _, each in made]
    return (True, values) if is_instance(values, kind, run) else (False, None)
