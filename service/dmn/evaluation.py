"""Evaluates the graph of a model: what an element requires comes first, each at most once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from service.dmn import parts
from service.dmn.compiler import Scope, fit_value
from service.dmn.graph import Engine, Logic, name_of
from service.dmn.links import Element, Link
from service.dmn.outside import read_value
from service.dmn.parts import Decision, DecisionService, Import, InputData, Knowledge
from service.dmn.result import Run, shown
from service.dmn.types import ANY, coerce, describe, misfit, result_of, title
from service.feel import FeelFunction
from service.sentence import Sentence

_KINDS = {
    parts.Literal: "LITERAL_EXPRESSION",
    parts.Table: "DECISION_TABLE",
    parts.Context: "CONTEXT",
    parts.Invocation: "INVOCATION",
    parts.Items: "LIST",
    parts.Relation: "RELATION",
    parts.Function: "FUNCTION_DEFINITION",
    parts.Conditional: "CONDITIONAL",
    parts.Filter: "FILTER",
    parts.Iterator: "ITERATOR",
}
_COMPUTING = object()


class Environment:
    """The values of one evaluation: what was handed in, and what has been computed from it."""

    def __init__(
        self,
        engine: Engine,
        inputs: Mapping[str, Any],
        functions: Mapping[str, FeelFunction],
        fixed: Mapping[int, Any],
        importer: Environment | None = None,
    ) -> None:
        self._engine = engine
        # Whoever imports this model without a name: of elements named alike, the importer's is
        # meant here too.
        self._importer = importer
        self._inputs = inputs
        self._functions = functions
        self._fixed = fixed
        self._known: dict[int, Any] = dict(fixed)
        self._imported: dict[Import, Environment] = {}
        # Camunda's files declare no input data: a variable that the model does not know is in scope
        # everywhere.
        given = {
            name: inputs[name]
            for name in inputs
            if engine.reads(name) and name not in engine.declared
        }
        self._outside = {
            **given,
            **{name: functions[name] for name in functions if engine.reads(name)},
        }

    def value(self, link: Link, run: Run) -> Any:
        """The value under a link: of an input, a decision, or the function that an element is."""
        if link.path:
            return self._import(link.path[0]).value(Link(link.path[1:], link.element), run)
        element = link.element
        if self._importer is not None:
            environment, chosen = self._importer._chosen(link)
            if chosen.element is not element:
                return environment.value(chosen, run)
        if isinstance(element, Decision):
            return self.decision(element, run)
        if isinstance(element, InputData):
            return self._known_or(element, lambda: self._input(element, run))
        return self._known_or(element, lambda: self._function(element, run))

    def decision(self, element: Decision, run: Run) -> Any:
        known = self._known.get(id(element), self)
        if known is _COMPUTING:
            message = Sentence("The decision {name!r} requires itself.", name=element.name)
            run.note(message, element=element.place.id)
            return None
        if known is not self:
            return known
        self._known[id(element)] = _COMPUTING
        self._known[id(element)] = value = self._evaluate(element, run)
        return value

    def _chosen(self, link: Link) -> tuple[Environment, Link]:
        """The element that has the link's name in the outermost importer, with its place."""
        if self._importer is not None:
            return self._importer._chosen(link)
        kind = type(link.element)
        return self, self._engine.library.named(link.element.variable.name, (kind,)) or link

    def invoke(self, link: Link, inputs: Mapping[str, Any], run: Run) -> Any:
        """Call from outside, arguments by name; one that is missing is null."""
        function: FeelFunction = self.value(link, run)
        return function.call(*(inputs.get(name) for name in function.parameters))

    def _known_or(self, element: Element, make: Callable[[], Any]) -> Any:
        if id(element) not in self._known:
            self._known[id(element)] = make()
        return self._known[id(element)]

    def _import(self, entry: Import) -> Environment:
        if entry not in self._imported:
            inner = self._inputs.get(entry.name) if entry.name else None
            inputs = inner if isinstance(inner, Mapping) else self._inputs
            importer = None if entry.name else self
            self._imported[entry] = Environment(
                self._engine.imported[entry], inputs, self._functions, self._fixed, importer
            )
        return self._imported[entry]

    def _input(self, element: InputData, run: Run) -> Any:
        name = element.variable.name
        value = self._inputs.get(name, self._inputs.get(element.name))
        kind = self._engine.kind(element)
        fits, made = coerce(value, kind, run.feel)
        if not fits:  # the caller may have sent JSON, which has no dates and no decimals
            fits, made = coerce(read_value(value, kind), kind, run.feel)
        if not fits:
            message = Sentence(
                "The input {name!r} must be {kind}, it was {value} that does not fit.",
                name=name,
                kind=title(kind),
                value=describe(value),
            )
            run.note(message, element=element.place.id)
        return made

    def _scope(self, links: tuple[Link, ...], run: Run) -> Scope:
        scope: Scope = dict(self._outside)
        for link in links:
            place: Scope = scope
            *path, own = link.names
            for name in path:
                place = place.setdefault(name, {})
            place[own] = self.value(link, run)
        return scope

    def _evaluate(self, element: Decision, run: Run) -> Any:
        logic = self._engine.logic(element)
        run.enter()
        scope = self._scope(logic.links, run)
        if run.traced:
            run.open(_frame(element, logic, scope))
        # A decision that people make has no logic here: what they decided is handed in.
        decided = element.logic is None and element.variable.name in self._inputs
        value = self._inputs[element.variable.name] if decided else logic.step(scope, run)
        value = fit_value(value, self._engine.kind(element), run, element=element.place.id)
        if run.traced:
            run.close(value)
        run.leave()
        return value

    def _function(self, element: Element, run: Run) -> FeelFunction:
        if isinstance(element, Knowledge):
            return self._knowledge(element, run)
        assert isinstance(element, DecisionService)
        return self._service(element, run)

    def _knowledge(self, element: Knowledge, run: Run) -> FeelFunction:
        logic = self._engine.logic(element)
        scope = self._scope(logic.links, run)
        made: FeelFunction | None = logic.step(scope, run)
        if made is None:
            return FeelFunction(element.variable.name, (), lambda: None)
        kind = self._engine.kind(element)
        result = result_of(kind)
        if result is ANY:
            ready = made
        else:
            wanted, call = result, made.call

            def fitting(*arguments: Any) -> Any:
                return fit_value(call(*arguments), wanted, run, element=element.place.id)

            ready = FeelFunction(
                made.name, made.parameters, fitting, types=made.types, result=result
            )
        scope.setdefault(element.variable.name, ready)
        return ready

    def _service(self, element: DecisionService, run: Run) -> FeelFunction:
        engine = self._engine
        links = engine.links(*element.input_data, *element.input_decisions)
        outputs = engine.links(*element.outputs)
        kind = engine.kind(element)
        result = result_of(kind)

        def call(*arguments: Any) -> Any:
            if len(arguments) != len(links):
                run.note(
                    Sentence(
                        "The service takes {counts} arguments, it was given {given}.",
                        counts=len(links),
                        given=len(arguments),
                    )
                )
                return None
            fixed: dict[int, Any] = {}
            for link, argument in zip(links, arguments, strict=True):
                fits, fixed[id(link.element)] = coerce(argument, engine.kind_of(link), run.feel)
                if not fits:
                    run.note(misfit(name_of(link), engine.kind_of(link), argument))
                    return None
            inner = Environment(engine, {}, self._functions, fixed)
            run.enter()
            values = {name_of(link): inner.value(link, run) for link in outputs}
            run.leave()
            value = next(iter(values.values())) if len(values) == 1 else values
            return fit_value(value, result, run, element=element.place.id)

        return FeelFunction(element.variable.name, tuple(name_of(link) for link in links), call)


def _frame(element: Decision, logic: Logic, scope: Scope) -> dict[str, Any]:
    inputs = {
        ".".join(link.names): shown(_look(scope, link))
        for link in logic.links
        if isinstance(link.element, InputData | Decision)
    }
    return {
        "decisionDefinitionId": element.place.id or element.name,
        "decisionDefinitionName": element.name,
        "decisionDefinitionType": _KINDS.get(type(element.logic), "UNSPECIFIED"),
        "inputs": inputs,
        "evaluatedInputs": [],
        "matchedRules": [],
        "tables": [],
    }


def _look(scope: Scope, link: Link) -> Any:
    place: Any = scope
    for name in link.names:
        place = place[name]
    return place
