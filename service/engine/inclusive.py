"""Inclusive joins (BPMN 2.0, 13.4.3): when no token still under way could add to those that have
arrived.

A join opens when at least one flow has a token and every token elsewhere in the scope that can
reach an empty flow without passing the join can also reach one that has a token. What can be
reached is worked out once per process.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.bpmn.model import Process
from service.bpmn.reach import link_targets
from service.engine import moves, waits
from service.engine.game import Token, TokenGame

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


def open_inclusive(game: TokenGame, reaches: Mapping[str, Reach]) -> bool:
    """Open the inclusive joins that may open now; whether there was one. Called when nothing else
    can move."""
    waiting = [
        (scope, gateway)
        for scope in game.tasks.values()
        if scope.task_spec.process.id in reaches
        for gateway in scope.internal_data.get("joins", ())
        if gateway in reaches[scope.task_spec.process.id]
    ]
    opened = False
    for scope, gateway in waiting:
        if not _awaits_more(scope, gateway, reaches, _under_way(scope, gateway)):
            _open(scope, gateway)
            opened = True
    return opened or _open_mutual(waiting, reaches)


def _open_mutual(waiting: list[tuple[Token, str]], reaches: Mapping[str, Reach]) -> bool:
    """Joins that wait for nothing but each other would wait for ever: the first of them goes on."""
    for scope, gateway in waiting:
        if not _awaits_more(scope, gateway, reaches, _active(scope)):
            _open(scope, gateway)
            return True
    return False


def _open(scope: Token, gateway: str) -> None:
    process = scope.task_spec.process
    moves.open_join(scope, process, process.elements[gateway])


def _active(scope: Token) -> list[str]:
    children = (scope.workflow.tasks[child] for child in scope._children)
    return [token.task_spec.element_id for token in children if not waits.is_wait(token)]


def _under_way(scope: Token, gateway: str) -> list[str]:
    return [*(other for other in scope.internal_data["joins"] if other != gateway), *_active(scope)]


def _awaits_more(
    scope: Token, gateway: str, reaches: Mapping[str, Reach], under_way: list[str]
) -> bool:
    reach = reaches[scope.task_spec.process.id][gateway]
    arrived = scope.internal_data["joins"][gateway]
    for element_id in under_way:
        adds = any(element_id in reach[flow] for flow in reach if flow not in arrived)
        if adds and not any(element_id in reach[flow] for flow in arrived if flow in reach):
            return True
    return False
