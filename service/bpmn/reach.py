"""Which elements of a scope a token can ever come to, and which loops it can come round."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from service.bpmn.model import Element, Process


def _next(process: Process, element: Element, beside: Mapping[str, Element]) -> Iterator[str]:
    """Where a token can come to from an element: by flows, events attached to it, and links."""
    yield from (flow.target for flow in element.outgoing)
    yield from (event.id for event in process.attached.get(element.id, ()))
    yield from (target.id for target in link_targets(element, beside.values()))


def unreachable(process: Process, scope: str) -> list[Element]:
    """The elements directly in a scope that no token can reach, in document order."""
    elements = {element.id: element for element in process.children.get(scope, ())}
    known = {flow.id for element in elements.values() for flow in element.outgoing}
    roots = [element.id for element in elements.values() if _is_root(element, elements, known)]
    roots += [element.id for element in process.choices(scope)]
    seen = _reached(process, roots, elements)
    return [element for element in elements.values() if element.id not in seen]


def _reached(process: Process, roots: list[str], elements: Mapping[str, Element]) -> set[str]:
    waiting, seen = list(roots), set[str]()
    while waiting:
        at = waiting.pop()
        if at in elements and at not in seen:
            seen.add(at)
            waiting += _next(process, elements[at], elements)
    return seen


def reached_from(process: Process, element: Element) -> set[str]:
    """The ids of the elements of its scope that a token on an element can come to, its own
    included."""
    siblings = {each.id: each for each in process.children.get(element.scope, ())}
    return _reached(process, [element.id], siblings)


def _is_root(element: Element, elements: dict[str, Element], known: set[str]) -> bool:
    """Also what hangs on something that was reported already: one fault is to give one problem."""
    if element.kind == "startEvent" or element.triggered_by_event:
        return True
    if element.kind == "boundaryEvent":
        return element.attached_to not in elements
    return any(flow not in known for flow in element.incoming)


def link_targets(element: Element, siblings: Iterable[Element]) -> list[Element]:
    """Where a link throw event goes on; nothing for any other element."""
    if element.kind != "intermediateThrowEvent" or element.event.kind != "link":
        return []
    return [
        other
        for other in siblings
        if other.kind == "intermediateCatchEvent"
        and other.event.kind == "link"
        and other.event.name == element.event.name
    ]


def loop_before(process: Process, element_id: str) -> tuple[str, ...]:
    """The shortest loop that an element is in, or else the nearest one that leads to it: its
    elements, the first one again at the end. Empty where there is none."""
    element = process.elements.get(element_id)
    if element is None:
        return ()
    following = _following(process, element.scope)
    before: dict[str, list[str]] = {}
    for source, targets in following.items():
        for target in targets:
            before.setdefault(target, []).append(source)
    for candidate in _breadth_first(element_id, before):
        loop = _loop_of(candidate, following)
        if loop:
            return loop
    return ()


def _following(process: Process, scope: str) -> dict[str, list[str]]:
    siblings = process.children.get(scope, ())
    return {
        each.id: [
            *(flow.target for flow in each.outgoing),
            *(event.id for event in process.attached.get(each.id, ())),
            *(target.id for target in link_targets(each, siblings)),
        ]
        for each in siblings
    }


def _breadth_first(start: str, edges: dict[str, list[str]]) -> list[str]:
    """What can be reached from `start`, itself first, the nearest first."""
    found, waiting = [start], deque([start])
    while waiting:
        for each in edges.get(waiting.popleft(), ()):
            if each not in found:
                found.append(each)
                waiting.append(each)
    return found


def _loop_of(start: str, following: dict[str, list[str]]) -> tuple[str, ...]:
    """The shortest way from an element back to it."""
    came: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for each in following.get(at, ()):
            if each == start:
                way = [start, at]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return tuple(reversed(way)) if at != start else (start, start)
            if each not in came:
                came[each] = at
                waiting.append(each)
    return ()
