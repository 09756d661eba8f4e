"""Calling functions: arguments by position or name, checked against what the function asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from service.feel.conformance import coerce
from service.feel.errors import MAX_CALLS, FeelLimitExceeded, Null
from service.feel.operators import At, Code
from service.feel.scope import Env, Run, admit
from service.feel.temporal import (
    DateTime,
    DaysTimeDuration,
    YearsMonthsDuration,
    at_midnight,
    is_date,
)
from service.feel.types import FeelType
from service.feel.values import FeelFunction, Signature, kind_of
from service.sentence import Sentence

Arguments = tuple[Any, ...]
UNGIVEN: Any = object()


NO_POINTS = frozenset({"list", "context", "function", "range", "null", "boolean", "unknown"})
"""Kinds whose values have no place among others of their kind."""


def fits(value: Any, kind: str) -> tuple[bool, Any]:
    """The value as a built-in's parameter wants it: a list of one gives its item, one item a
    list."""
    if kind == "any":
        return True, value
    if value is None:
        return False, None
    if kind == "list":
        return True, value if isinstance(value, list) else [value]
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    found = kind_of(value)
    if kind == found:
        return True, value
    return _fits_several(value, kind, found)


def _fits_several(value: Any, kind: str, found: str) -> tuple[bool, Any]:
    """The value for a parameter that takes values of several kinds; `found` is its own."""
    if kind == "duration":
        return isinstance(value, (DaysTimeDuration, YearsMonthsDuration)), value
    if kind == "day":  # a date, or the date of a date and time
        return (True, value.date) if isinstance(value, DateTime) else (is_date(value), value)
    if kind == "moment":  # a date and time, or a date at midnight UTC
        return (
            (True, at_midnight(value)) if is_date(value) else (isinstance(value, DateTime), value)
        )
    return kind == "point" and found not in NO_POINTS, value


def arrange(signature: Signature, values: Arguments, names: tuple[str, ...]) -> Arguments | Null:
    """The arguments in the signature's order, or why they do not fit."""
    found = _by_name(signature, values, names) if names else _gathered(signature, values)
    if isinstance(found, Null):
        return found
    required = sum(1 for parameter in signature.parameters if not parameter[2])
    most = len(signature.parameters)
    if not required <= len(found) <= most:
        counts = str(required) if required == most else f"{required}–{most}"
        return Null(
            "{counts} arguments are needed, {given} are given", counts=counts, given=len(found)
        )
    return _fitted(signature, found)


def _wrong_names(known: list[str], names: tuple[str, ...]) -> Null | None:
    strange = [name for name in names if name not in known]
    if strange:
        return Null(
            "there is no parameter '{name}'; it has {known}", name=strange[0], known=_listed(known)
        )
    return Null("a parameter is named twice") if len(set(names)) != len(names) else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or Sentence("none")


def _by_name(signature: Signature, values: Arguments, names: tuple[str, ...]) -> Arguments | Null:
    known = [parameter[0] for parameter in signature.parameters]
    wrong = _wrong_names(known, names)
    if wrong:
        return wrong
    given = dict(zip(names, values, strict=True))
    if signature.rest and type(given.get(known[-1])) is not list:  # one item for a list of one
        given |= {name: [given[name]] for name in known[-1:] if name in given}
    return tuple(given.get(name, UNGIVEN) for name in known)


def _gathered(signature: Signature, values: Arguments) -> Arguments | Null:
    """The values by position; those that belong to one list put into it."""
    if signature.named:
        return Null("its arguments must be named")
    if signature.rest:
        fixed = len(signature.parameters) - 1
        if len(values) <= fixed:
            return Null(
                "at least {least} arguments are needed, {given} are given",
                least=fixed + 1,
                given=len(values),
            )
        return (*values[:fixed], list(values[fixed:]))
    if signature.spread:
        if not values:
            return Null("at least one argument is needed")
        if not (len(values) == 1 and isinstance(values[0], list)):
            return (list(values),) if values != (None,) else values
    return values


def _fitted(signature: Signature, values: Arguments) -> Arguments | Null:
    fitted: list[Any] = []
    for value, (name, kind, optional) in zip(values, signature.parameters, strict=False):
        if value is UNGIVEN and not optional:
            return Null("the parameter '{name}' is missing", name=name)
        if value is UNGIVEN or (value is None and optional):
            fitted.append(None)
            continue
        good, made = fits(value, kind)
        if not good:
            return Null(
                "'{name}' must be a {kind}, not {found}", name=name, kind=kind, found=kind_of(value)
            )
        fitted.append(made)
    return tuple(fitted)


def invoke(
    run: Run, function: Any, values: Arguments, names: tuple[str, ...] = (), at: At = (1, 1)
) -> Any:
    """The function's value; null with a reason where it cannot be called so."""
    run.spend()
    if not isinstance(function, FeelFunction):
        return run.fail(at, "a {kind} is not a function", "", values, kind=kind_of(function))
    try:
        if function.signatures:
            return _call_builtin(run, function, values, names)
        return _call_function(run, function, values, names)
    except Null as reason:
        return run.fail(
            at,
            "{name}: {reason}",
            function.name,
            values,
            name=function.name,
            reason=reason.sentence,
        )
    except (ArithmeticError, ValueError) as error:  # numbers that the function's author forgot
        return run.fail(
            at,
            "{name}: there is no result for these arguments ({error:.80})",
            function.name,
            values,
            name=function.name,
            error=str(error),
        )


def _call_builtin(
    run: Run, function: FeelFunction, values: Arguments, names: tuple[str, ...]
) -> Any:
    complaint: Null | None = None
    for signature in function.signatures:
        arranged = arrange(signature, values, names)
        if not isinstance(arranged, Null):
            _pay(run, arranged, signature.each)
            found = signature.call(run, *arranged) if signature.inner else signature.call(*arranged)
            if type(found) is str or type(found) is list:
                _pay(run, (found,))
            return found
        complaint = complaint or arranged
        if len(values) == len(signature.parameters):
            complaint = arranged
    raise complaint or Null("there is no such function")


def _pay(run: Run, values: Arguments, each: int = 0) -> None:
    """Long lists and strings cost what going through them takes; short ones are in the price of the
    call."""
    for value in values:
        if type(value) is list:
            run.spend((len(value) >> 3) + each * len(value))
        elif type(value) is str:
            run.spend(len(value) >> 5)


def _in_order(function: FeelFunction, values: Arguments, names: tuple[str, ...]) -> Arguments:
    """The arguments in the order of the parameters, whether they are given by name or not."""
    if not names:
        if len(values) != len(function.parameters) and not function.variadic:
            raise Null(
                "{counts} arguments are needed, {given} are given",
                counts=len(function.parameters),
                given=len(values),
            )
        return values
    if set(names) != set(function.parameters) or len(names) != len(function.parameters):
        raise Null(
            "the parameters are {found}, not {known}",
            found=_listed(function.parameters),
            known=", ".join(names),
        )
    given = dict(zip(names, values, strict=True))
    return tuple(given[name] for name in function.parameters)


def _call_function(
    run: Run, function: FeelFunction, values: Arguments, names: tuple[str, ...]
) -> Any:
    values = _in_order(function, values, names)
    if function.types:
        values = tuple(
            _typed(run, value, kind, name)
            for value, kind, name in zip(values, function.types, function.parameters, strict=False)
        )
    run.calls += 1
    if run.calls > MAX_CALLS:
        raise FeelLimitExceeded("Functions call each other more than {most} deep.", most=MAX_CALLS)
    try:
        # What the host answers may be Python's; what FEEL itself makes is FEEL's already.
        result = (
            function.call(run, *values) if function.inner else admit(function.call(*values), run)
        )
    finally:
        run.calls -= 1
    if function.result is not None:
        good, result = coerce(result, function.result, run)
        if not good:
            raise Null("the result is not of the type the function declares")
    return result


def _typed(run: Run, value: Any, kind: FeelType, name: str) -> Any:
    good, coerced = coerce(value, kind, run)
    if not good:
        raise Null("the argument '{name}' is not of the type it has to be", name=name)
    return coerced


def build_call(callee: Code, arguments: tuple[Code, ...], names: tuple[str, ...], at: At) -> Code:
    def call(env: Env) -> Any:
        function = callee(env)
        return invoke(
            env.run, function, tuple([argument(env) for argument in arguments]), names, at
        )

    return call
