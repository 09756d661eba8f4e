"""How tokens move: arriving, leaving by flows, joining, and the end of scopes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.bpmn.model import Element, Flow, Process
from service.bpmn.reach import link_targets
from service.engine import changes as c
from service.engine import waits
from service.engine.errors import EngineError
from service.engine.game import READY, Token, TokenGame
from service.engine.scope import apply_outputs, is_true, scope_name


def arrive(token: Token) -> None:
    """Note that the token entered its element; one that failed there has done so already."""
    if "in" in token.internal_data:
        return
    token.internal_data["in"] = True
    element = token.task_spec.element
    token.workflow.emit(
        c.ElementEntered(
            token.id, element.id, element.kind, scope_id(token), token.task_spec.process.id
        )
    )


def scope_id(token: Token) -> str:
    """The id of the scope around a token, "" at the root of the instance."""
    scope = token.parent
    return "" if scope is None else scope_name(scope)


def enter(
    scope: Token, process: Process, element_id: str, *, fired: Mapping[str, Any] | None = None
) -> Token:
    """Put a token on an element inside a scope; `fired` carries the variables of the event that put
    it there."""
    spec = scope.workflow.bundle.spec.task_specs[f"{process.id}/{element_id}"]
    game: TokenGame = scope.workflow
    return game.add(spec, scope) if fired is None else game.add(spec, scope, fired=dict(fired))


def finish(token: Token, variables: Mapping[str, Any]) -> None:
    """The element is done: results go where they belong, then the token leaves."""
    apply_outputs(token, token.task_spec.element.outputs, variables)
    token.complete()


def report(token: Token, variables: Mapping[str, Any]) -> None:
    """The work of the element is done, whether or not it can be left: that comes next."""
    token.internal_data["result"] = dict(variables)
    token._set_state(READY)
    token.workflow.queue.appendleft(token)


def leave(token: Token) -> None:
    """The token completed its element: waits around it end, and it goes on by the outgoing
    flows."""
    game, spec = token.workflow, token.task_spec
    waits.close_children(token)
    token.internal_data.pop("in", None)
    game.emit(c.ElementLeft(token.id, spec.element_id, "completed"))
    if "mi" in token.internal_data:
        return  # the body goes on, once it knows of it
    element: Element = spec.element
    if element.kind == "endEvent":
        if token.parent is not None and token.parent.parent is None and element.id not in game.ends:
            game.ends.append(element.id)
        return
    if element.kind == "eventBasedGateway":
        flow_id, target, variables = token.internal_data["go"]
        game.emit(c.FlowTaken(flow_id, spec.process.id))
        enter(token.parent, spec.process, target, fired=variables)
        return
    for flow in _chosen(token, element):
        take(token.parent, spec.process, flow)


def take(scope: Token, process: Process, flow: Flow) -> None:
    """Take a sequence flow: the token appears at its target, or is counted at a join."""
    game = scope.workflow
    game.emit(c.FlowTaken(flow.id, process.id))
    target = process.elements[flow.target]
    joins = len(target.incoming) > 1 and target.kind in ("parallelGateway", "inclusiveGateway")
    if not joins:
        enter(scope, process, target.id)
        return
    arrived: dict[str, int] = scope.internal_data.setdefault("joins", {}).setdefault(target.id, {})
    arrived[flow.id] = arrived.get(flow.id, 0) + 1
    if target.kind == "parallelGateway" and len(arrived) == len(target.incoming):
        open_join(scope, process, target)


def open_join(scope: Token, process: Process, gateway: Element) -> None:
    """One token from every flow that has one, and a single token goes on."""
    joins: dict[str, dict[str, int]] = scope.internal_data["joins"]
    left = {flow: count - 1 for flow, count in joins[gateway.id].items() if count > 1}
    if left:
        joins[gateway.id] = left
    else:
        del joins[gateway.id]
    if not joins:
        del scope.internal_data["joins"]
    enter(scope, process, gateway.id)


def _chosen(token: Token, element: Element) -> list[Flow]:
    """The outgoing flows that are taken, in document order."""
    flows = element.outgoing
    if element.kind == "exclusiveGateway":
        return _first(token, element)
    if element.kind == "parallelGateway" or not any([flow.condition for flow in flows]):
        return list(flows)
    chosen = [
        flow
        for flow in flows
        if flow.id != element.default
        and (flow.condition is None or is_true(token, flow.condition, f"the flow {flow.id}"))
    ]
    chosen = chosen or [flow for flow in flows if flow.id == element.default]
    if not chosen:
        raise _no_flow(element)
    return chosen


def _first(token: Token, element: Element) -> list[Flow]:
    for flow in element.outgoing:
        if flow.id == element.default:
            continue
        if flow.condition is None:
            if len(element.outgoing) == 1:
                return [flow]
            continue
        if is_true(token, flow.condition, f"the flow {flow.id}"):
            return [flow]
    default = [flow for flow in element.outgoing if flow.id == element.default]
    if not default and element.outgoing:
        raise _no_flow(element)
    return default


def _no_flow(element: Element) -> EngineError:
    return EngineError(
        "no-flow",
        element.id,
        ("No condition of the gateway “{element_name}” holds, and it has no default flow."),
        element_name=element.name or element.id,
    )


def jump(token: Token) -> None:
    """A link throw event goes on at the catch event of the same name in its scope."""
    spec = token.task_spec
    for target in link_targets(spec.element, spec.process.children.get(spec.element.scope, ())):
        enter(token.parent, spec.process, target.id)


def is_empty(scope: Token) -> bool:
    """Whether nothing in a scope is active or waits at a join."""
    return scope.busy == 0 and "joins" not in scope.internal_data


def end_process(token: Token) -> None:
    """A process is over: the instance ends, or the call activity goes on with the variables of the
    called process."""
    game = token.workflow
    waits.close_children(token)
    parent = token.parent
    if parent is None:
        token.internal_data["ended"] = True
        game.emit(c.InstanceEnded("completed", tuple(game.ends)))
        return
    variables = dict(token.data)
    game.remove(token)
    parent.task_spec.returned(parent, variables)


def terminate_scope(token: Token) -> None:
    """A terminate end event: everything else in its scope ends."""
    scope = token.parent
    scope.internal_data.pop("joins", None)
    for child in list(scope._children):
        if child != token.id and child in scope.workflow.tasks:
            waits.terminate(scope.workflow.tasks[child])


def call_depth(token: Token) -> int:
    """How many processes call each other above a token."""
    depth = 0
    at: Token | None = token
    while at is not None:
        depth += at.task_spec.is_process
        at = at.parent
    return depth
