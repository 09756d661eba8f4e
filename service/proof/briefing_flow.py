"""The ways of a bundle with its calls laid out: which step can follow which, in which call.

A step is an element in the chain of calls that leads to it, so that nothing returns to a place it
was not called from. Bounded: past `MOST` steps the rest is not laid out and `whole` is False.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES

MOST = 50_000
Chain = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An element of a process, called by way of `chain` (process and call activity, outermost
    first). An activity with an inside is entered as one step and `left` as another."""

    chain: Chain
    process: str
    element: str
    left: bool = False

    @property
    def root(self) -> str:
        return self.chain[0][0] if self.chain else self.process


class By(StrEnum):
    """How one step leads to the next: along a flow, into what is called or contained, out of it,
    or because an event happened meanwhile."""

    FLOW = "flow"
    IN = "in"
    OUT = "out"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Link:
    """From one step to another."""

    by: By
    source: Step
    target: Step


@dataclass(slots=True)
class Ways:
    """All steps that can be reached from the processes that nothing calls."""

    processes: Mapping[str, Process]
    after: dict[Step, list[Link]] = field(default_factory=dict)
    before: dict[Step, list[Link]] = field(default_factory=dict)
    whole: bool = True
    aside: dict[str, frozenset[str]] = field(default_factory=dict)

    def element(self, step: Step) -> Element:
        return self.processes[step.process].elements[step.element]

    def steps_of(self, process: str, element: str) -> list[Step]:
        """An element in every chain of calls."""
        return [
            step
            for step in self.after
            if step.process == process and step.element == element and not step.left
        ]


def _roots(processes: Mapping[str, Process]) -> list[Process]:
    """The processes that no other calls; where each is called, all."""
    called = {_called(e) for process in processes.values() for e in process.elements.values()}
    roots = [process for key, process in processes.items() if key not in called]
    return roots or list(processes.values())


def lay_out(processes: Mapping[str, Process]) -> Ways:
    """The ways of all processes that no other calls; where each is called, of all."""
    found = Ways(processes, aside={key: _aside(each) for key, each in processes.items()})
    roots = _roots(processes)
    todo = [start for root in roots for start in _beginnings((), root, "")]
    while todo:
        step = todo.pop()
        if step in found.after:
            continue
        if len(found.after) >= MOST:
            found.whole = False
            break
        found.after[step] = list(_links(found, step))
        for link in found.after[step]:
            found.before.setdefault(link.target, []).append(link)
            todo.append(link.target)
    return found


def _called(element: Element) -> str:
    text = element.called_process
    return text.source if text is not None and text.expression is None else ""


def _aside(process: Process) -> frozenset[str]:
    """Elements that only something beside the main course leads to: an event that interrupts
    nothing. They end by themselves; what they are in goes on."""
    seen: set[str] = set()
    todo = [
        e.id
        for e in process.elements.values()
        if (e.kind == "startEvent" and not _is_beside(process, e))
        or (e.kind == "boundaryEvent" and e.interrupting)
    ]
    while todo:
        here = process.elements[todo.pop()]
        if here.id not in seen:
            seen.add(here.id)
            todo += [f.target for f in here.outgoing if f.target in process.elements]
    return frozenset(process.elements) - seen


def _is_beside(process: Process, start: Element) -> bool:
    scope = process.elements.get(start.scope)
    return scope is not None and scope.triggered_by_event and not start.interrupting


def _links(ways: Ways, step: Step) -> Iterator[Link]:
    process, element = ways.processes[step.process], ways.element(step)
    if step.left:
        yield from _onwards(ways, step)
        return
    for event in process.attached.get(element.id, ()):
        yield Link(By.EVENT, step, _beside(step, event.id))
    inner = _inside(ways, step, element)
    yield from (Link(By.IN, step, each) for each in inner)
    if not inner:
        yield from _onwards(ways, step)


def _inside(ways: Ways, step: Step, element: Element) -> list[Step]:
    process, wanted = ways.processes[step.process], _called(element)
    if element.kind in SCOPES:
        return _beginnings(step.chain, process, element.id)
    seen = {step.process, *(each for each, _ in step.chain)}
    if element.kind != "callActivity" or wanted not in ways.processes or wanted in seen:
        return []
    chain = (*step.chain, (step.process, element.id))
    return _beginnings(chain, ways.processes[wanted], "")


def _beginnings(chain: Chain, process: Process, scope: str) -> list[Step]:
    """Where a scope begins: its start events, and those of the event sub-processes in it."""
    starts = [e.id for e in process.children.get(scope, ()) if e.kind == "startEvent"]
    starts += [start.id for _, start in process.event_starts(scope)]
    starts += [each.id for each in process.choices(scope)]
    return [Step(chain, process.id, start) for start in starts]


def _caught_by(process: Process, thrown: Element) -> list[str]:
    """Where the flow goes on that a link event leaves."""
    return [
        other.id
        for other in process.elements.values()
        if other.kind == "intermediateCatchEvent" and other.event.name == thrown.event.name
    ]


def _onwards(ways: Ways, done: Step) -> Iterator[Link]:
    """What follows once `done` is over: its flows, or the end of what it is in."""
    element, process = ways.element(done), ways.processes[done.process]
    if element.event.kind == "link" and element.kind == "intermediateThrowEvent":
        for other in _caught_by(process, element):
            yield Link(By.FLOW, done, _beside(done, other))
    elif element.outgoing and not element.triggered_by_event:
        for flow in element.outgoing:
            yield Link(By.FLOW, done, _beside(done, flow.target))
    else:
        for begun in process.choices(element.scope):
            yield Link(By.FLOW, done, _beside(done, begun.id))
        outer = _around(done, element)
        if outer is not None and element.id not in ways.aside[process.id]:
            yield Link(By.OUT, done, outer)


def _around(step: Step, element: Element) -> Step | None:
    """The activity that a step without a flow on is in."""
    if element.scope:
        return Step(step.chain, step.process, element.scope, left=True)
    if step.chain:
        process, call = step.chain[-1]
        return Step(step.chain[:-1], process, call, left=True)
    return None


def _beside(step: Step, element: str) -> Step:
    return Step(step.chain, step.process, element)
