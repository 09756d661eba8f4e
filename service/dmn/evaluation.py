"""Evaluates the graph of a model: what an element requires comes first, each at most once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.dmn import parts
from service.dmn.compiler import Compiler, Scope, Step, compile_boxed, fit_value, function_step
from service.dmn.items import Types
from service.dmn.links import Element, Library, Link
from service.dmn.outside import read_value
from service.dmn.parts import Decision, DecisionService, Import, InputData, Knowledge
from service.dmn.result import Run, shown
from service.dmn.types import ANY, coerce, describe, result_of, title, unconstrained
from service.errors import Problem
from service.feel import FeelFunction, FeelType

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


@dataclass(frozen=True, slots=True)
class _Logic:
    """An element compiled: what it requires, its step, and the type its value has to fit."""

    links: tuple[Link, ...]
    step: Step
    kind: FeelType


class Engine:
    """The compiled elements of one library."""

    def __init__(
        self, library: Library, types: Types, problems: list[Problem], imported: Mapping[Import, Engine]
    ) -> None:
        self.library = library
        self.imported = imported
        self.types = types
        self._problems = problems
        self.members: frozenset[str] = frozenset(library.definitions.names).union(
            *(each.members for each in imported.values())
        )
        self._allowed = {item.name: item.allowed_values for item in library.definitions.items}
        named = {**types.own(), **_imported_types(imported)}
        self._scope_types = {name: unconstrained(kind) for name, kind in named.items()}
        self._compiled = {
            id(each): self._compile(each)
            for each in library.elements.values()
            if isinstance(each, Decision | Knowledge)
        }
        self._kinds = {id(each): self._kind(each) for each in library.elements.values()}
        self._check_links()

    def environment(self, inputs: Mapping[str, Any], functions: Mapping[str, FeelFunction]) -> Environment:
        return Environment(self, inputs, functions, {})

    def kind_of(self, link: Link) -> FeelType:
        engine = self
        for entry in link.path:
            engine = engine.imported[entry]
        return engine.kind(link.element)

    def logic(self, element: Decision | Knowledge) -> _Logic:
        return self._compiled[id(element)]

    def kind(self, element: Element) -> FeelType:
        return self._kinds[id(element)]

    def links(self, *hrefs: str) -> tuple[Link, ...]:
        found = (self.library.find(href) for href in hrefs)
        return tuple(link for link in found if link is not None)

    def _kind(self, element: Element) -> FeelType:
        compiler = self._compiler(element)
        kind = compiler.type_of(element.variable.type_ref, element.variable.place)
        # Of a function its result is wanted, which `type_of` leaves open.
        exact = self.types.resolve(element.variable.type_ref) if element.variable.type_ref else None
        return exact if exact is not None and isinstance(element, DecisionService | Knowledge) else kind

    def _compiler(self, element: Element) -> Compiler:
        return Compiler(
            file=self.library.definitions.file,
            owner=element.place.id or element.name,
            resolve=self.types.resolve,
            problems=self._problems,
            members=self.members,
            types=self._scope_types,
            allowed_texts=self._allowed,
        )

    def _compile(self, element: Decision | Knowledge) -> _Logic:
        if isinstance(element, Decision):
            hrefs = (*element.required_inputs, *element.required_decisions, *element.required_knowledge)
        else:
            hrefs = element.required_knowledge
        links = self.links(*hrefs)
        compiler = self._compiler(element).within(*(link.names[0] for link in links))
        if isinstance(element, Decision):
            step = compile_boxed(compiler, element.logic)
        elif element.logic is None:
            step = compile_boxed(compiler, None)
        else:
            named = compiler.within(element.variable.name)
            step = function_step(named, element.logic, name=element.variable.name)
        return _Logic(links, step, ANY)

    def _check_links(self) -> None:
        for element in self.library.elements.values():
            for href in _hrefs(element):
                if self.library.find(href) is None:
                    message = f"The requirement {href!r} names nothing in this file or its imports."
                    mend = "Remove the requirement, or hand in the model that holds it."
                    self._compiler(element).problem("dmn-unknown-reference", element.place, message, mend)
        for element in self.library.definitions.decisions:
            if _needs_itself(self.library, element):
                message = f"The decision {element.name!r} requires itself, through others or directly."
                mend = "Take one requirement out of the circle."
                self._compiler(element).problem("dmn-cycle", element.place, message, mend)


def _name(link: Link) -> str:
    return link.element.variable.name


def _imported_types(imported: Mapping[Import, Engine]) -> dict[str, FeelType]:
    return {
        f"{entry.name}.{name}" if entry.name else name: kind
        for entry, engine in imported.items()
        for name, kind in engine.types.own().items()
    }


def _hrefs(element: Element) -> tuple[str, ...]:
    if isinstance(element, Decision):
        return (*element.required_inputs, *element.required_decisions, *element.required_knowledge)
    if isinstance(element, Knowledge):
        return element.required_knowledge
    if isinstance(element, DecisionService):
        return (*element.outputs, *element.encapsulated, *element.input_decisions, *element.input_data)
    return ()


def _needs_itself(library: Library, decision: Decision) -> bool:
    waiting, seen = list(decision.required_decisions), set()
    while waiting:
        href = waiting.pop()
        link = library.find(href)
        if link is None or link.path or id(link.element) in seen or not isinstance(link.element, Decision):
            continue
        if link.element is decision:
            return True
        seen.add(id(link.element))
        waiting.extend(link.element.required_decisions)
    return False


class Environment:
    """The values of one evaluation: what was handed in, and what has been computed from it."""

    def __init__(
        self,
        engine: Engine,
        inputs: Mapping[str, Any],
        functions: Mapping[str, FeelFunction],
        fixed: Mapping[int, Any],
    ) -> None:
        self._engine = engine
        self._inputs = inputs
        self._functions = functions
        self._fixed = fixed
        self._known: dict[int, Any] = dict(fixed)
        self._imported: dict[Import, Environment] = {}

    def value(self, link: Link, run: Run) -> Any:
        """The value under a link: of an input, a decision, or the function that an element is."""
        if link.path:
            return self._import(link.path[0]).value(Link(link.path[1:], link.element), run)
        element = link.element
        if isinstance(element, Decision):
            return self.decision(element, run)
        if isinstance(element, InputData):
            return self._known_or(element, lambda: self._input(element, run))
        return self._known_or(element, lambda: self._function(element, run))

    def decision(self, element: Decision, run: Run) -> Any:
        known = self._known.get(id(element), self)
        if known is _COMPUTING:
            run.note(f"The decision {element.name!r} requires itself.", element=element.place.id)
            return None
        if known is not self:
            return known
        self._known[id(element)] = _COMPUTING
        self._known[id(element)] = value = self._evaluate(element, run)
        return value

    def invoke(self, element: DecisionService | Knowledge, inputs: Mapping[str, Any], run: Run) -> Any:
        """Call from outside, arguments by name; one that is missing is null."""
        function = self._function(element, run)
        return function.call(*(inputs.get(name) for name in function.parameters))

    def _known_or(self, element: Element, make: Callable[[], Any]) -> Any:
        if id(element) not in self._known:
            self._known[id(element)] = make()
        return self._known[id(element)]

    def _import(self, entry: Import) -> Environment:
        if entry not in self._imported:
            inner = self._inputs.get(entry.name) if entry.name else None
            inputs = inner if isinstance(inner, Mapping) else self._inputs
            self._imported[entry] = Environment(self._engine.imported[entry], inputs, self._functions, self._fixed)
        return self._imported[entry]

    def _input(self, element: InputData, run: Run) -> Any:
        name = element.variable.name
        value = self._inputs.get(name, self._inputs.get(element.name))
        kind = self._engine.kind(element)
        fits, made = coerce(value, kind)
        if not fits:  # the caller may have sent JSON, which has no dates and no decimals
            fits, made = coerce(read_value(value, kind), kind)
        if not fits:
            message = f"The input {name!r} must be {title(kind)}, it was {describe(value)} that does not fit."
            run.note(message, element=element.place.id)
        return made

    def _scope(self, links: tuple[Link, ...], run: Run) -> Scope:
        scope: Scope = dict(self._functions)
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
        value = logic.step(scope, run)
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

            ready = FeelFunction(made.name, made.parameters, fitting, types=made.types, result=result)
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
                run.note(f"The service takes {len(links)} arguments, it was given {len(arguments)}.")
                return None
            fixed: dict[int, Any] = {}
            for link, argument in zip(links, arguments, strict=True):
                fits, fixed[id(link.element)] = coerce(argument, engine.kind_of(link))
                if not fits:
                    wanted = title(engine.kind_of(link))
                    run.note(f"The argument {_name(link)!r} must be {wanted}, it was {describe(argument)}.")
                    return None
            inner = Environment(engine, {}, self._functions, fixed)
            run.enter()
            values = {_name(link): inner.value(link, run) for link in outputs}
            run.leave()
            value = next(iter(values.values())) if len(values) == 1 else values
            return fit_value(value, result, run, element=element.place.id)

        return FeelFunction(element.variable.name, tuple(_name(link) for link in links), call)


def _frame(element: Decision, logic: _Logic, scope: Scope) -> dict[str, Any]:
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
