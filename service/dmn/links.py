"""Requirements resolved: which element an href means, and under which name it is in scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.dmn.parts import Decision, DecisionService, Definitions, Import, InputData, Knowledge

Element = InputData | Decision | Knowledge | DecisionService


@dataclass(frozen=True, slots=True)
class Link:
    """An element and the imports that lead to it; one without a name adds nothing to the name in
    scope."""

    path: tuple[Import, ...]
    element: Element

    @property
    def names(self) -> tuple[str, ...]:
        """How the element is written: the names of the imports, then its own."""
        return (*(entry.name for entry in self.path if entry.name), self.element.variable.name)


@dataclass(frozen=True, slots=True)
class Library:
    """A file, its elements by id, and the libraries that it imports."""

    definitions: Definitions
    elements: Mapping[str, Element]
    imports: tuple[tuple[Import, Library], ...]

    def find(self, href: str) -> Link | None:
        """The element that `href` (`#id`, `id` or `namespace#id`) names, here or in an imported
        model."""
        namespace, _, identity = href.rpartition("#")
        if namespace in ("", self.definitions.namespace) and identity in self.elements:
            return Link((), self.elements[identity])
        exact = (each for each in self.imports if namespace == each[0].namespace)
        for entry, library in (*exact, *self.imports):
            found = library.find(f"#{identity}")
            if found is not None:
                return Link((entry, *found.path), found.element)
        return None

    def named(self, name: str, kinds: tuple[type, ...] = ()) -> Link | None:
        """The element with this id or, failing that, this name; decisions win over the rest.

        What is imported without a name belongs to this model too; its own elements come before it.
        """
        own = self._own(name, kinds)
        if own is not None:
            return Link((), own)
        for entry, library in self.imports:
            found = None if entry.name else library.named(name, kinds)
            if found is not None:
                return Link((entry, *found.path), found.element)
        return None

    def _own(self, name: str, kinds: tuple[type, ...]) -> Element | None:
        fitting = [each for each in self.elements.values() if not kinds or isinstance(each, kinds)]
        if self.elements.get(name) in fitting:
            return self.elements[name]
        wanted = " ".join(name.split())
        named = [each for each in fitting if wanted in (each.name, each.variable.name)]
        return min(named, key=lambda each: not isinstance(each, Decision), default=None)


def build_library(definitions: Definitions, imports: Mapping[str, Library]) -> Library:
    """`imports` by namespace, or by the import's location or name."""
    found = []
    for entry in definitions.imports:
        library = next(
            (
                imports[key]
                for key in (entry.namespace, entry.location, entry.name)
                if key in imports
            ),
            None,
        )
        if library is not None:
            found.append((entry, library))
    elements = {_key(each): each for each in _elements(definitions)}
    return Library(definitions, elements, tuple(found))


def _key(element: Element) -> str:
    return element.place.id or element.name


def _elements(definitions: Definitions) -> Iterator[Element]:
    yield from definitions.inputs
    yield from definitions.knowledge
    yield from definitions.services
    yield from definitions.decisions
