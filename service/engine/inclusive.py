"""Inclusive joins (BPMN 2.0, 13.4.3): when no token still under way could add to those that have arrived.

A join opens when at least one flow has a token and every token elsewhere in the scope that can reach an empty flow
without passing the join can also reach one that has a token. What can be reached is worked out once per process.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.engine import moves, waits
from service.engine.game import Token, TokenGame
from service.engine.model import Process

Reach = Mapping[str, Mapping[str, frozenset[str]]]
"""Join → incoming flow → the elements from which the flow can be reached without passing the join."""


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
    found = {}
    for element in process.elements.values():
        if element.kind == "inclusiveGateway" and len(element.incoming) > 1:
            found[element.id] = {
                flow: _upstream(source_of[flow], element.id, before) for flow in element.incoming if flow in source_of
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


def open_inclusive(game: TokenGame, reaches: Mapping[str, Reach]) -> bool:
    """Open the inclusive joins that may open now; whether there was one. Called when nothing else can move."""
    opened = False
    for scope in list(game.tasks.values()):
        reach = reaches.get(scope.task_spec.process.id)
        for gateway in list(scope.internal_data.get("joins", ())):
            if reach and gateway in reach and not _awaits_more(scope, gateway, reach[gateway]):
                process = scope.task_spec.process
                moves.open_join(scope, process, process.elements[gateway])
                opened = True
    return opened


def _awaits_more(scope: Token, gateway: str, reach: Mapping[str, frozenset[str]]) -> bool:
    joins = scope.internal_data["joins"]
    arrived = set(joins[gateway])
    under_way = [other for other in joins if other != gateway]
    for child in scope._children:
        token = scope.workflow.tasks[child]
        if not waits.is_wait(token):
            under_way.append(token.task_spec.element_id)
    for element_id in under_way:
        adds = any(element_id in reach[flow] for flow in reach if flow not in arrived)
        if adds and not any(element_id in reach[flow] for flow in arrived if flow in reach):
            return True
    return False
