"""Functions as values: boxed function definitions and business knowledge. Arguments are made to fit
or not called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.dmn import parts
from service.dmn.compiler import Compiler, Scope, Step, compile_boxed, register
from service.dmn.parts import Variable
from service.dmn.result import Run
from service.dmn.types import coerce, misfit
from service.feel import FeelFunction, FeelType
from service.sentence import Sentence


def _compile_function(compiler: Compiler, node: parts.Function) -> Step:
    return function_step(compiler, node, name="function")


def function_step(compiler: Compiler, node: parts.Function, *, name: str) -> Step:
    """The step that makes the function value, which sees the scope it was made in."""
    if node.kind.upper() != "FEEL":
        return _external(node, name)
    inner = compiler.within(*(parameter.name for parameter in node.parameters))
    body = compile_boxed(inner, node.body)
    kinds = [compiler.type_of(each.type_ref, each.place) for each in node.parameters]
    bind = _binder(node.parameters, kinds)
    names = tuple(each.name for each in node.parameters)
    result = None if node.body is None else compiler.type_of(node.body.type_ref, node.place)

    def function(scope: Scope, run: Run) -> Any:
        def call(*arguments: Any) -> Any:
            run.step()
            bound = bind(arguments, run)
            if bound is None:
                return None
            run.enter()
            try:
                return body({**scope, **bound}, run)
            finally:
                run.leave()

        return FeelFunction(name, names, call, types=tuple(kinds), result=result)

    return function


def _binder(parameters: tuple[Variable, ...], kinds: list[FeelType]) -> Callable[..., Scope | None]:
    """Arguments by name, or None where one does not fit: such a call is not carried out."""

    def bind(arguments: tuple[Any, ...], run: Run) -> Scope | None:
        if len(arguments) != len(parameters):
            run.note(
                Sentence(
                    "The function takes {counts} arguments, it was given {given}.",
                    counts=len(parameters),
                    given=len(arguments),
                )
            )
            return None
        bound = {}
        for slot, kind, argument in zip(parameters, kinds, arguments, strict=True):
            fits, bound[slot.name] = coerce(argument, kind, run.feel)
            if not fits:
                run.note(misfit(slot.name, kind, argument))
                return None
        return bound

    return bind


def _external(node: parts.Function, name: str) -> Step:
    message = Sentence(
        "External {kind} functions are not run; write the function in FEEL.", kind=node.kind
    )

    def function(scope: Scope, run: Run) -> Any:
        def call(*arguments: Any) -> Any:
            run.note(message, element=node.place.id)

        return FeelFunction(name, tuple(each.name for each in node.parameters), call)

    return function


register(parts.Function, _compile_function)
