"""Which elements may be at work while another one is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.bpmn.model import Element, Process
from service.bpmn.reach import link_targets

MOST_TOGETHER = 400
"""Elements of one group that are told apart; in larger ones each may run with each."""


def concurrent(process: Process) -> Mapping[str, frozenset[str]]:
    """For each element those that may run at the same time, what is inside them included."""
    found: dict[str, set[str]] = {key: set() for key in process.elements}
    for one, other in _pairs(process):
        inner, outer = _with_inside(process, one), _with_inside(process, other)
        for left, right in ((inner, outer), (outer, inner)):
            for key in left:
                found[key] |= right
    return {key: frozenset(others) for key, others in found.items()}


def _pairs(process: Process) -> Iterator[tuple[set[str], set[str]]]:
    """Groups of elements that run side by side."""
    for element in process.elements.values():
        if element.triggered_by_event:
            yield _event_scope(process, element)
        elif element.kind == "boundaryEvent" and not element.interrupting:
            handler = _reached(process, [element])
            yield handler, _siblings(process, element) - handler
        elif len(element.outgoing) > 1 and _splits(element):
            yield from _branches(_begun_together(process, element))
        elif element.ad_hoc is not None:
            yield from _begun_apart(process, element)


def _begun_together(process: Process, split: Element) -> list[set[str]]:
    """What each flow out of a split leads to."""
    targets = [process.elements.get(flow.target) for flow in split.outgoing]
    return [_reached(process, [each]) for each in targets if each is not None]


def _begun_apart(process: Process, host: Element) -> Iterator[tuple[set[str], set[str]]]:
    """What begins in an ad-hoc sub-process runs beside all else in it, itself included."""
    inside = {each.id for each in process.children.get(host.id, ())}
    yield inside, inside


def _event_scope(process: Process, event: Element) -> tuple[set[str], set[str]]:
    return {event.id}, _siblings(process, event) - {event.id}


def _branches(branches: list[set[str]]) -> Iterator[tuple[set[str], set[str]]]:
    """What only the one or only the other branch of a split comes to."""
    if sum(map(len, branches)) > MOST_TOGETHER:
        yield set().union(*branches), set().union(*branches)
        return
    for at, one in enumerate(branches):
        for other in branches[at + 1 :]:
            yield one - other, other - one


def _splits(element: Element) -> bool:
    return element.kind not in ("exclusiveGateway", "eventBasedGateway")


def _siblings(process: Process, element: Element) -> set[str]:
    return {each.id for each in process.children.get(element.scope, ())}


def _reached(process: Process, start: Iterable[Element]) -> set[str]:
    """What a token can come to from these elements, in the same scope."""
    stack, seen = list(start), set[str]()
    while stack:
        at = stack.pop()
        if at.id in seen:
            continue
        seen.add(at.id)
        siblings = process.children.get(at.scope, ())
        following = [process.elements.get(flow.target) for flow in at.outgoing]
        stack += [each for each in following if each is not None]
        stack += process.attached.get(at.id, ())
        stack += link_targets(at, siblings)
    return seen


def _with_inside(process: Process, elements: set[str]) -> set[str]:
    """These and everything in them."""
    found, stack = set(elements), list(elements)
    while stack:
        for child in process.children.get(stack.pop(), ()):
            if child.id not in found:
                found.add(child.id)
                stack.append(child.id)
    return found
