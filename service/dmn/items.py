"""Item definitions become types. A definition may name one that stands below it, in another model,
or itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from service.dmn.parts import Definitions, ItemDefinition, Place
from service.dmn.types import ANY, simple_type
from service.errors import Problem
from service.feel import (
    ConstrainedType,
    ContextType,
    FeelError,
    FeelType,
    FunctionType,
    ListType,
    Run,
    compile_unary_tests,
    is_instance,
)
from service.sentence import Sentence

Resolve = Callable[[str], FeelType | None]


class Types:
    """The types of one model, made on first use. `outer` finds those of imported models by
    prefix."""

    def __init__(self, definitions: Definitions, outer: Resolve, problems: list[Problem]) -> None:
        self._file = definitions.file
        self._items = {item.name: item for item in definitions.items}
        self._prefixes = {prefix for prefix, _ in definitions.prefixes if prefix}
        self._outer = outer
        self._problems = problems
        self._made: dict[str, FeelType | None] = {}

    def resolve(self, type_ref: str) -> FeelType | None:
        """The type a `typeRef` names: one of ours, of an imported model, or FEEL's."""
        name = " ".join(type_ref.split())
        if name not in self._made:
            # Only a self-reference can meet this entry; it is asked again once the type is whole.
            self._made[name] = ConstrainedType(ANY, partial(self._conforms_later, name), name)
            self._made[name] = self._make(name)
        return self._made[name]

    def own(self) -> Mapping[str, FeelType]:
        """Every type that this model defines, by name."""
        found = {name: self.resolve(name) for name in self._items}
        return {name: kind for name, kind in found.items() if kind is not None}

    def _conforms_later(self, name: str, value: Any, run: Run) -> bool:
        kind = self._made[name]
        return kind is None or is_instance(value, kind, run)

    def _make(self, name: str) -> FeelType | None:
        if name in self._items:
            return self._from_item(self._items[name])
        bare = name.partition(":")[2] if name.partition(":")[0] in self._prefixes else name
        if bare in self._items:
            return self._from_item(self._items[bare])
        return self._outer(name) or simple_type(name)

    def _from_item(self, item: ItemDefinition) -> FeelType:
        element = self._base(item)
        if item.allowed_values:
            element = self._narrow(element, item.allowed_values, item)
        if item.is_collection:
            element = ListType(element)
        if item.type_constraint:
            element = self._narrow(element, item.type_constraint, item)
        return element

    def _base(self, item: ItemDefinition) -> FeelType:
        if item.function is not None:
            parameters = tuple(
                self._or_any(each.type_ref, item.place) for each in item.function.parameters
            )
            return FunctionType(parameters, self._or_any(item.function.output_type_ref, item.place))
        if item.components:
            return ContextType(
                tuple((each.name, self._from_item(each)) for each in item.components)
            )
        return self._or_any(item.type_ref, item.place)

    def _or_any(self, type_ref: str, spot: Place) -> FeelType:
        if not type_ref:
            return ANY
        found = self.resolve(type_ref)
        if found is None:
            message = Sentence("The type {type_ref!r} is not defined.", type_ref=type_ref)
            self._report(
                "dmn-unknown-type", spot, message, "Add an item definition, or choose a type."
            )
        return found or ANY

    def _narrow(self, base: FeelType, text: str, item: ItemDefinition) -> FeelType:
        try:
            tests = compile_unary_tests(text, names=("?",))
        except FeelError as error:
            message = Sentence(
                "{text!r} is not a list of tests: {message}", text=text, message=error
            )
            self._report("feel-syntax", item.place, message, "Mend the allowed values.")
            return base

        def allowed(value: Any, run: Run) -> bool:
            before, run.why = run.why, None  # a value that is not allowed is said by whoever asked
            try:
                return tests.evaluate_within(run, {"?": value}) is True
            finally:
                run.why = before

        return ConstrainedType(base, allowed, text)

    def _report(self, code: str, spot: Place, message: str, fix: str) -> None:
        self._problems.append(
            Problem(
                code=code,
                file=self._file,
                line=spot.line,
                element=spot.id,
                message=message,
                fix=fix,
            )
        )
