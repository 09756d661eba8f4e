"""What a user task has to show, derived from the diagrams: everything that is read once it is done
and before the next person, everything that opened it, and what its process was started about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.bpmn.model import Element, Process
from service.proof.briefing_flow import By, Step, Ways, lay_out
from service.proof.briefing_origins import Budget, From, Origin, Search
from service.proof.briefing_reads import (
    Known,
    assignment_of,
    names_in,
    reads_of,
    waits_for_message,
)

ANYTHING = "*"
"""Stands for all that a process began with."""
MATTERS = frozenset({"earlier compensation", "emergency compensation"})
"""Functions that tell of the case; the others tell of clocks, calendars and people, which every
page of a task shows."""
FOLLOW = "redress.follow"


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be shown: where it comes from, the element that reads it, and the way."""

    origin: Origin
    reader: str
    path: tuple[str, ...]


@dataclass(slots=True)
class Derivation:
    """A set of diagrams laid out, to be asked about its user tasks. `about` are the processes that
    are started about something of their own; `starts` what they are known to begin with."""

    ways: Ways
    known: Known
    about: frozenset[str] = frozenset()
    starts: dict[str, frozenset[str]] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    @property
    def whole(self) -> bool:
        """Whether everything was looked at."""
        return self.ways.whole and self.budget.left > 0

    def needs(self, process: str, element: str) -> list[Need]:
        """What the task needs, in every chain of calls; each thing once."""
        found: dict[Origin, Need] = {}
        for step in self.ways.steps_of(process, element):
            for need in self._of(step):
                if need.origin not in found and self._can_be(need.origin):
                    found[need.origin] = need
        for need in [each for each in found.values() if each.origin.kind is From.COMPUTED]:
            if need.origin not in self.produced(process, element, need.origin.name):
                del found[need.origin]  # known to a decision before it, and not to the task
        order = {kind: place for place, kind in enumerate(From)}
        return sorted(found.values(), key=lambda n: (order[n.origin.kind], n.origin.name))

    def produced(self, process: str, element: str, name: str) -> set[Origin]:
        """Where a variable of the task can come from."""
        search = Search(self.ways, self.known, self.budget)
        search.run((step, name) for step in self.ways.steps_of(process, element))
        return {origin for origin in search.origins if self._can_be(origin)}

    def _can_be(self, origin: Origin) -> bool:
        if origin.kind is From.FUNCTION:
            return origin.name in MATTERS
        if origin.kind is not From.START or origin.name == ANYTHING:
            return True
        known = self.starts.get(origin.root)
        return known is None or origin.name in known

    def _of(self, task: Step) -> Iterator[Need]:
        if task.root in self.about:
            origin = Origin(From.START, ANYTHING, task.root)
            yield Need(origin, task.element, (task.element,))
        elif task.root in self.starts:
            for name in sorted(self.starts[task.root]):
                yield Need(Origin(From.START, name, task.root), task.element, (task.element,))
        yield from self._read_after(task)
        yield from self._opened_by(task)

    def _read_after(self, task: Step) -> Iterator[Need]:
        came = self._region(task)
        for reader, names in _readers(self.ways, self.known, task, came):
            search = Search(self.ways, self.known, self.budget, until=task, within=came)
            search.run((reader, name) for name in names)
            if reader == task:
                search.wanted |= names
            path = _path(came, task, reader)
            if search.origins & {Origin(From.FUNCTION, name) for name in MATTERS}:
                for origin in search.origins:
                    if origin.kind is From.FUNCTION:
                        yield Need(origin, reader.element, path)
            before = Search(self.ways, self.known, self.budget)
            before.run((task, name) for name in search.wanted)
            for origin in before.origins:
                yield Need(origin, reader.element, path)

    def _region(self, task: Step) -> dict[Step, Step]:
        """The steps that can follow the task before another person's, each with the one before
        it."""
        came: dict[Step, Step] = {}
        todo = [task]
        while todo:
            here = todo.pop(0)
            for link in self.ways.after.get(here, ()):
                if link.by is By.EVENT or link.target in came or link.target == task:
                    continue
                came[link.target] = here
                if self.ways.element(link.target).kind != "userTask":
                    todo.append(link.target)
        return came

    def _opened_by(self, task: Step) -> Iterator[Need]:
        """What the gateways, loops and messages between the last person and this task read."""
        loop = self.ways.element(task).loop
        if loop is not None:
            yield from self._looked_up(task, names_in(loop.collection), (task.element,))
            if loop.element:
                item = Origin(From.ITEM, loop.element)
                yield Need(item, task.element, (task.element,))
        came: dict[Step, Step] = {}
        todo = [task]
        while todo:
            here = todo.pop(0)
            for link in self.ways.before.get(here, ()):
                source = link.source
                element = self.ways.element(source)
                path = _path_back(came, source, here, task)
                told = waits_for_message(self.ways.element(here))
                if told:
                    yield Need(Origin(From.MESSAGE, told), here.element, path)
                if source in came or source == task or element.kind == "userTask":
                    continue
                came[source] = here
                todo.append(source)
                yield from self._passed(source, element, link.by, path)

    def _passed(
        self, step: Step, element: Element, by: By, path: tuple[str, ...]
    ) -> Iterator[Need]:
        """What is read where the way to the task goes through `step`."""
        conditions = [flow.condition for flow in element.outgoing if flow.condition is not None]
        names = frozenset().union(*(each.names for each in conditions))
        if not step.left:
            yield from self._looked_up(step, names, path)
        if by is By.IN and element.loop is not None and element.loop.element:
            yield Need(Origin(From.ITEM, element.loop.element), element.id, path)
            yield from self._looked_up(step, names_in(element.loop.collection), path)

    def _looked_up(
        self, step: Step, names: frozenset[str], path: tuple[str, ...]
    ) -> Iterator[Need]:
        search = Search(self.ways, self.known, self.budget)
        search.run((step, name) for name in names - self.known.functions)
        for origin in search.origins:
            yield Need(origin, step.element, path)


def derivation_of(
    processes: Mapping[str, Process],
    known: Known,
    *,
    about: frozenset[str],
    starts: Mapping[str, frozenset[str]],
) -> Derivation:
    """Lay the diagrams out. What a process is followed up with, by `redress.follow`, it starts
    with."""
    begun = dict(starts)
    for process in processes.values():
        for element in process.elements.values():
            wanted = element.headers.get("process", "")
            if element.job == FOLLOW and wanted in processes:
                begun[wanted] = frozenset(each.target for each in element.inputs)
    return Derivation(lay_out(processes), known, about, begun)


def _asked_behind(element: Element) -> frozenset[str]:
    """The names in the conditions of the flows that leave it."""
    conditions = [flow.condition for flow in element.outgoing if flow.condition is not None]
    return frozenset().union(*(each.names for each in conditions))


def _readers(
    ways: Ways, known: Known, task: Step, came: Mapping[Step, Step]
) -> Iterator[tuple[Step, frozenset[str]]]:
    for step in (task, *came):
        element = ways.element(step)
        if step.left:
            names = reads_of(element, known) if element.outgoing else frozenset()
        elif step == task:
            names = _asked_behind(element)
        elif element.kind == "userTask":
            names = assignment_of(element)
        else:
            loop = names_in(element.loop.collection) if element.loop is not None else frozenset()
            names = reads_of(element, known) | loop
        if names:
            yield step, names


def _path(came: Mapping[Step, Step], task: Step, reader: Step) -> tuple[str, ...]:
    path, here = [reader.element], reader
    while here != task:
        here = came[here]
        path.append(here.element)
    return _plain(path[::-1])


def _path_back(came: Mapping[Step, Step], source: Step, here: Step, task: Step) -> tuple[str, ...]:
    path, at = [source.element], here
    while at != task:
        path.append(at.element)
        at = came[at]
    return _plain([*path, task.element])


def _plain(path: list[str]) -> tuple[str, ...]:
    return tuple(each for place, each in enumerate(path) if place == 0 or path[place - 1] != each)
