"""From where the flows into an inclusive join can be reached (BPMN 2.0, 13.4.3). Worked out once
per process."""

from __future__ import annotations

from collections.abc import Mapping

from service.bpmn.model import Process
from service.bpmn.reach import link_targets

Reach = Mapping[str, Mapping[str, frozenset[str]]]
"""Join → incoming flow → the elements from which the flow can be reached without passing the
join."""


def reach_of(process: Process) -> Reach:
    """The reach of every inclusive join of a process."""
    before: dict[str, set[str]] = {}
    source_of = {}
    for element in process.elements.values():
        for flow in element.outgoing:
            before.setdefault(flow.target, set()).add(element.id)
            source_of[flow.id] = element.id
        if element.attached_to is not None:
            before.setdefault(element.id, set()).add(element.attached_to)
        for target in link_targets(element, process.children.get(element.scope, ())):
            before.setdefault(target.id, set()).add(element.id)
    found = {}
    for element in process.elements.values():
        if element.kind == "inclusiveGateway" and len(element.incoming) > 1:
            found[element.id] = {
                flow: _upstream(source_of[flow], element.id, before)
                for flow in element.incoming
                if flow in source_of
            }
    return found


def _upstream(start: str, without: str, before: Mapping[str, set[str]]) -> frozenset[str]:
    seen, stack = set(), [start]
    while stack:
        at = stack.pop()
        if at in seen or at == without:
            continue
        seen.add(at)
        stack.extend(before.get(at, ()))
    return frozenset(seen)
