"""The elements of a model compiled: what each requires, its logic, the type of its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.dmn.compiler import Compiler, Step, compile_boxed
from service.dmn.functions import function_step
from service.dmn.items import Types
from service.dmn.links import Element, Library, Link
from service.dmn.parts import Decision, DecisionService, Import, Knowledge
from service.dmn.types import ANY, unconstrained
from service.errors import Problem
from service.feel import BUILTINS, FeelType
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Logic:
    """An element compiled: what it requires, its step, and the type its value has to fit."""

    links: tuple[Link, ...]
    step: Step
    kind: FeelType


class Engine:
    """The compiled elements of one library."""

    def __init__(
        self,
        library: Library,
        types: Types,
        problems: list[Problem],
        imported: Mapping[Import, Engine],
    ) -> None:
        self.library = library
        self.imported = imported
        self.types = types
        self._problems = problems
        elements = library.elements.values()
        self.declared = {each.variable.name for each in elements} | {each.name for each in elements}
        self.members: frozenset[str] = frozenset(library.definitions.names).union(
            *(each.members for each in imported.values())
        )
        self._read: set[str] = set()
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

    def kind_of(self, link: Link) -> FeelType:
        engine = self
        for entry in link.path:
            engine = engine.imported[entry]
        return engine.kind(link.element)

    def logic(self, element: Decision | Knowledge) -> Logic:
        return self._compiled[id(element)]

    def kind(self, element: Element) -> FeelType:
        return self._kinds[id(element)]

    def reads(self, name: str) -> bool:
        """Whether any text of the library may look for the name in what is handed in."""
        return name in self._read or name in BUILTINS

    def links(self, *hrefs: str) -> tuple[Link, ...]:
        found = (self.library.find(href) for href in hrefs)
        return tuple(link for link in found if link is not None)

    def _kind(self, element: Element) -> FeelType:
        compiler = self._compiler(element)
        kind = compiler.type_of(element.variable.type_ref, element.variable.place)
        # Of a function its result is wanted, which `type_of` leaves open.
        exact = self.types.resolve(element.variable.type_ref) if element.variable.type_ref else None
        return (
            exact
            if exact is not None and isinstance(element, DecisionService | Knowledge)
            else kind
        )

    def _compiler(self, element: Element) -> Compiler:
        return Compiler(
            file=self.library.definitions.file,
            owner=element.place.id or element.name,
            resolve=self.types.resolve,
            problems=self._problems,
            members=self.members,
            types=self._scope_types,
            allowed_texts=self._allowed,
            read=self._read,
        )

    def _compile(self, element: Decision | Knowledge) -> Logic:
        if isinstance(element, Decision):
            hrefs = (
                *element.required_inputs,
                *element.required_decisions,
                *element.required_knowledge,
            )
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
        return Logic(links, step, ANY)

    def _check_links(self) -> None:
        for element in self.library.elements.values():
            for href in _hrefs(element):
                if self.library.find(href) is None:
                    message = Sentence(
                        "The requirement {href!r} names nothing in this file or its imports.",
                        href=href,
                    )
                    fix = "Remove the requirement, or hand in the model that holds it."
                    self._compiler(element).problem(
                        "dmn-unknown-reference", element.place, message, fix
                    )
        for element in self.library.definitions.decisions:
            if _needs_itself(self.library, element):
                message = Sentence(
                    "The decision {element_name!r} requires itself, through others or directly.",
                    element_name=element.name,
                )
                fix = "Take one requirement out of the circle."
                self._compiler(element).problem("dmn-cycle", element.place, message, fix)


def name_of(link: Link) -> str:
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
        return (
            *element.outputs,
            *element.encapsulated,
            *element.input_decisions,
            *element.input_data,
        )
    return ()


def _needs_itself(library: Library, decision: Decision) -> bool:
    waiting, seen = list(decision.required_decisions), set()
    while waiting:
        href = waiting.pop()
        link = library.find(href)
        if (
            link is None
            or link.path
            or id(link.element) in seen
            or not isinstance(link.element, Decision)
        ):
            continue
        if link.element is decision:
            return True
        seen.add(id(link.element))
        waiting.extend(link.element.required_decisions)
    return False
