"""What waits for the world: timers, message and signal subscriptions, and how everything ends that
is interrupted.

A wait is a token in the state WAITING: the catch event itself, or, below an activity, an
event-based gateway or a scope, a token of the boundary event, the following event, or the event
sub-process's start that it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import moves
from service.engine.game import WAITING, Token
from service.engine.timers import first_due, next_due
from service.engine.values import key_of, text_of
from service.sentence import Sentence

WAITED = frozenset({"timer", "message", "signal"})
"""Events that need a wait; errors and escalations find their catcher when they are thrown."""


def is_wait(token: Token) -> bool:
    """Whether the token only stands for an event that may come, and is no activity of its own."""
    return "wait" in token.internal_data


def add_wait(parent: Token, process: Process, element: Element, *, flow: str = "") -> None:
    """Wait for an event on behalf of `parent`."""
    spec = parent.workflow.bundle.spec.task_specs[f"{process.id}/{element.id}"]
    token = parent.workflow.add(spec, parent, state=WAITING, wait=flow)
    arm(token, element)


def arm(token: Token, element: Element) -> None:
    """Hand out the timer or subscription of an event; its id is the token's."""
    game, event = token.workflow, element.event
    token._set_state(WAITING)
    match event.kind:
        case "timer":
            due, repetitions = first_due(token, event)
            if repetitions:
                token.internal_data["anchor"] = game.now.isoformat()
            _set_timer(token, element, due, repetitions)
        case "message":
            name = text_of(token, event.name, "the message's name")
            key = key_of(
                token, event.key, Sentence("the correlation key of the message {name!r}", name=name)
            )
            token.internal_data["sub"] = name
            game.emit(_subscription(token, element, name, key))
        case "signal":
            name = text_of(token, event.name, "the signal's name")
            token.internal_data["signal"] = name
            game.emit(_subscription(token, element, name, ""))


def _subscription(token: Token, element: Element, name: str, key: str) -> c.SubscriptionOpened:
    kind: Any = element.event.kind
    process_id = token.task_spec.process.id
    return c.SubscriptionOpened(
        token.id, element.id, kind, name, key, element.interrupting, process_id
    )


def _set_timer(token: Token, element: Element, due: datetime, repetitions: int) -> None:
    token.internal_data["due"] = due.isoformat()
    if repetitions:
        token.internal_data["left"] = repetitions
    token.workflow.emit(c.TimerSet(token.id, element.id, due, repetitions))


def disarm(token: Token, *, fired: bool) -> None:
    """The timer or subscription of a wait is over."""
    state, game, element_id = token.internal_data, token.workflow, token.task_spec.element_id
    if state.pop("due", None) is not None:
        game.emit(c.TimerEnded(token.id, element_id, "fired" if fired else "cancelled"))
    elif state.pop("sub", None) is not None or state.pop("signal", None) is not None:
        game.emit(c.SubscriptionEnded(token.id, element_id, "correlated" if fired else "cancelled"))


def open_boundaries(token: Token) -> None:
    """Wait for the boundary events of an activity (of the whole of it when it is
    multi-instance)."""
    if "mi" in token.internal_data:
        return
    process = token.task_spec.process
    for boundary in process.attached.get(token.task_spec.element_id, ()):
        if boundary.event.kind in WAITED:
            add_wait(token, process, boundary)


def open_scope(token: Token, process: Process, scope: str) -> None:
    """Wait for the start events of the event sub-processes of a scope."""
    for _, start in process.event_starts(scope):
        if start.event.kind in WAITED:
            add_wait(token, process, start)


def close_children(token: Token) -> None:
    """End and drop everything below a token that is done."""
    if not token._children:
        return
    tokens = token.workflow.tasks
    for child in list(token._children):
        if child in tokens:
            terminate(tokens[child])


def terminate(token: Token) -> None:
    """End a token and all below it, innermost first, saying what ended."""
    game = token.workflow
    close_children(token)
    disarm(token, fired=False)
    if token.internal_data.pop("failed", False):
        game.emit(c.IncidentEnded(token.id, token.task_spec.element_id))
    state, element_id = token.internal_data, token.task_spec.element_id
    match state.pop("open", None):
        case "task":
            game.emit(c.TaskEnded(token.id, element_id, "cancelled"))
        case "job":
            game.emit(c.JobEnded(token.id, element_id, "cancelled"))
    if state.pop("in", None) and not token.task_spec.is_process:
        game.emit(c.ElementLeft(token.id, element_id, "terminated"))
    token.cancel()
    if token.id in game.tasks:
        game.remove(token)


def fire(token: Token, variables: Mapping[str, Any]) -> None:
    """The event of a wait has come."""
    if not is_wait(token):
        disarm(token, fired=True)
        moves.finish(token, variables)
        return
    element, parent = token.task_spec.element, token.parent
    if parent.task_spec.element_id and parent.task_spec.element.kind == "eventBasedGateway":
        _fire_after_gateway(token, variables)
    elif element.kind == "boundaryEvent":
        _rearm_or_end(token)
        catch_at_boundary(parent, element, variables)
    else:
        _rearm_or_end(token)
        catch_in_scope(parent, element, variables)


def catch_at_boundary(host: Token, element: Element, variables: Mapping[str, Any]) -> None:
    """A boundary event of `host` caught its event: it goes on there, in place of the activity or
    beside it."""
    scope, process = host.parent, host.task_spec.process
    if element.interrupting:
        terminate(host)
    moves.enter(scope, process, element.id, fired=variables)


def catch_in_scope(scope: Token, start: Element, variables: Mapping[str, Any]) -> None:
    """An event sub-process of `scope` starts, in place of everything else in the scope or beside
    it."""
    process = scope.task_spec.process
    if start.interrupting:
        scope.internal_data.pop("joins", None)
        scope.internal_data["interrupted"] = True
        _close_inside(scope)
    inner = moves.enter(scope, process, start.scope)
    inner.internal_data["begin"] = [start.id, dict(variables)]


def _close_inside(scope: Token) -> None:
    """End what is inside a scope. Its boundary events are around it: they go on waiting."""
    tokens = scope.workflow.tasks
    for child in list(scope._children):
        if child in tokens and not _is_around(tokens[child]):
            terminate(tokens[child])


def _is_around(token: Token) -> bool:
    return is_wait(token) and token.task_spec.element.kind == "boundaryEvent"


def _rearm_or_end(token: Token) -> None:
    """A wait that fired: interrupting ones end, others go on waiting, or a new one waits for a
    cycle's next time."""
    element, state = token.task_spec.element, token.internal_data
    is_timer = "due" in state
    if not is_timer and not element.interrupting:
        return
    disarm(token, fired=True)
    if is_timer and not element.interrupting:
        _set_next(token, element)
    token.workflow.remove(token)


def _set_next(token: Token, element: Element) -> None:
    state, game = token.internal_data, token.workflow
    left = state.get("left", 0)
    if left == 0:
        return
    anchor, fired = state["anchor"], state.get("fired", 0) + 1
    due = next_due(token, element.event, anchor=datetime.fromisoformat(anchor), fired=fired)
    again = game.add(
        token.task_spec, token.parent, state=WAITING, wait="", anchor=anchor, fired=fired
    )
    _set_timer(again, element, due, left - 1 if left > 0 else left)


def _fire_after_gateway(token: Token, variables: Mapping[str, Any]) -> None:
    gateway = token.parent
    gateway.internal_data["go"] = [
        token.internal_data["wait"],
        token.task_spec.element_id,
        dict(variables),
    ]
    disarm(token, fired=True)
    token.workflow.remove(token)
    gateway.complete()
