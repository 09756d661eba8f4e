"""Errors, escalations and signals: who catches what is thrown.

An error or escalation looks for its catcher from the thrower outwards: boundary events of the activity, then event
sub-processes of the scope around it, then the boundary events of that scope, and so on through called processes to the
root. At one place a matching code comes before a catcher that names none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.engine import changes as c
from service.engine import waits
from service.engine.errors import EngineError
from service.engine.game import Token
from service.engine.model import Element
from service.engine.scope import value_of


def throw_error(token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
    """Raise a BPMN error from where the token stands. Raises EngineError when nothing catches it."""
    game, thrower = token.workflow, token.task_spec.element_id
    for place, catcher, at_boundary in _catchers(token, "error", code):
        game.emit(c.ErrorRaised(thrower, code, catcher.id))
        told = {**variables, **({"errorCode": code, "errorMessage": message} if message else {})}
        _catch(place, catcher, told, at_boundary=at_boundary)
        return
    raise EngineError(
        "uncaught-error",
        thrower,
        f"The error {code!r} thrown at {thrower} is caught nowhere{': ' + message if message else ''}.",
    )


def throw_escalation(token: Token, code: str, variables: Mapping[str, Any]) -> None:
    """Raise an escalation; when nothing catches it, it is only recorded."""
    game, thrower = token.workflow, token.task_spec.element_id
    for place, catcher, at_boundary in _catchers(token, "escalation", code):
        game.emit(c.EscalationRaised(thrower, code, catcher.id))
        _catch(place, catcher, variables, at_boundary=at_boundary)
        return
    game.emit(c.EscalationRaised(thrower, code, ""))


def throw_signal(token: Token, name: str, variables: Mapping[str, Any]) -> None:
    """Broadcast a signal: to everything that waits for it here; the caller carries it to other instances."""
    game = token.workflow
    game.emit(c.SignalThrown(token.task_spec.element_id, name, dict(variables)))
    catch_signal(game, name, variables)


def catch_signal(game: Any, name: str, variables: Mapping[str, Any]) -> int:
    """Deliver a signal to every wait of this instance; how many caught it."""
    waiting = [token for token in game.tasks.values() if token.internal_data.get("signal") == name]
    caught = 0
    for token in waiting:
        if token.id in game.tasks and "signal" in token.internal_data:
            waits.fire(token, variables)
            caught += 1
    return caught


def _catch(place: Token, catcher: Element, variables: Mapping[str, Any], *, at_boundary: bool) -> None:
    if at_boundary:
        waits.catch_at_boundary(place, catcher, variables)
    else:
        waits.catch_in_scope(place, catcher, variables)


def _catchers(token: Token, kind: str, code: str) -> Iterator[tuple[Token, Element, bool]]:
    """The catchers from the inside out: the token they belong to, the event, and whether it is a boundary event."""
    at: Token | None = token
    below: str | None = None
    while at is not None:
        spec = at.task_spec
        inside = at is not token or spec.is_process
        if inside and (spec.is_process or spec.element.kind == "subProcess") and "items" not in at.internal_data:
            scope = "" if spec.is_process else spec.element_id
            starts = [start for owner, start in spec.process.event_starts(scope) if owner.id != below]
            yield from ((at, start, False) for start in _matching(at, starts, kind, code))
        if not spec.is_process and "mi" not in at.internal_data:
            attached = spec.process.attached.get(spec.element_id, ())
            yield from ((at, event, True) for event in _matching(at, attached, kind, code))
        below = None if spec.is_process else spec.element_id
        at = at.parent


def _matching(at: Token, events: Any, kind: str, code: str) -> list[Element]:
    fitting = [event for event in events if event.event.kind == kind]
    exact = [e for e in fitting if e.event.name is not None and value_of(at, e.event.name) == code]
    return exact + [event for event in fitting if event.event.name is None]
