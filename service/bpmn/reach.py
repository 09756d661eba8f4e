"""Which elements of a scope a token can ever come to."""

from __future__ import annotations

from collections.abc import Iterable

from service.bpmn.model import Element, Process


def unreachable(process: Process, scope: str) -> list[Element]:
    """The elements directly in a scope that no token can reach, in document order."""
    elements = {element.id: element for element in process.children.get(scope, ())}
    known = {flow.id for element in elements.values() for flow in element.outgoing}
    waiting = [element.id for element in elements.values() if _is_root(element, elements, known)]
    seen: set[str] = set()
    while waiting:
        at = waiting.pop()
        element = elements.get(at)
        if element is None or at in seen:
            continue
        seen.add(at)
        waiting.extend(flow.target for flow in element.outgoing)
        waiting.extend(event.id for event in process.attached.get(at, ()))
        waiting.extend(target.id for target in link_targets(element, elements.values()))
    return [element for element in elements.values() if element.id not in seen]


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
