"""Errors, escalations and signals: who catches what is thrown.

An error or escalation is looked for from the token outwards: at each scope first its event
sub-processes, then the boundary events of the activity; a matching code before a catch-all. Called
processes hand on what they do not catch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.bpmn.model import Element
from service.engine import changes as c
from service.engine import waits
from service.engine.errors import EngineError
from service.engine.game import Token, TokenGame


def throw_error(token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
    """A BPMN error interrupts what it was thrown in, out to where it is caught."""
    element_id = token.task_spec.element_id
    caught = _catcher(token, "error", code)
    if caught is None:
        raise EngineError(
            "uncaught-error",
            element_id,
            "The error {code!r} of {element_id} is caught nowhere: {message}"
            if message
            else "The error {code!r} of {element_id} is caught nowhere.",
            message=message,
            code=code,
            element_id=element_id,
        )
    at, catcher = caught
    token.workflow.emit(c.ErrorRaised(element_id, code, catcher.id))
    _catch(at, catcher, variables)


def throw_escalation(token: Token, code: str, variables: Mapping[str, Any]) -> bool:
    """An escalation tells the scopes outside; True when something caught it."""
    caught = _catcher(token, "escalation", code)
    raised = c.EscalationRaised(
        token.task_spec.element_id, code, "" if caught is None else caught[1].id
    )
    token.workflow.emit(raised)
    if caught is None:
        return False
    _catch(*caught, variables)
    return True


def throw_signal(token: Token, name: str, variables: Mapping[str, Any]) -> None:
    """A signal is for everyone: this instance at once, the others through the caller."""
    token.workflow.emit(c.SignalThrown(token.task_spec.element_id, name, dict(variables)))
    deliver_signal(token.workflow, name, variables)


def deliver_signal(game: TokenGame, name: str, variables: Mapping[str, Any]) -> None:
    """Everything that waits for the signal at this moment catches it, unless another catch has
    ended it."""
    waiting = [token for token in game.tasks.values() if token.internal_data.get("signal") == name]
    for token in waiting:
        if token.id in game.tasks and token.internal_data.get("signal") == name:
            waits.fire(token, variables)


def _catch(at: Token, catcher: Element, variables: Mapping[str, Any]) -> None:
    if catcher.kind == "boundaryEvent":
        waits.catch_at_boundary(at, catcher, variables)
    else:
        waits.catch_in_scope(at, catcher, variables)


def _catcher(token: Token, kind: str, code: str) -> tuple[Token, Element] | None:
    """The nearest token whose boundary event or event sub-process catches the code, and that
    event."""
    at: Token | None = token
    below: Token | None = None
    while at is not None:
        spec = at.task_spec
        if below is not None and not _is_interrupted(at, below):
            scope = "" if spec.is_process else spec.element_id
            own = below.task_spec.element_id
            starts = [start for inner, start in spec.process.event_starts(scope) if inner.id != own]
            found = _best(starts, kind, code)
            if found is not None:
                return at, found
        if not spec.is_process and "mi" not in at.internal_data:
            found = _best(spec.process.attached.get(spec.element_id, ()), kind, code)
            if found is not None:
                return at, found
        at, below = at.parent, at
    return None


def _is_interrupted(scope: Token, below: Token) -> bool:
    """Whether the scope is already in its interrupting event sub-process, or is the body around its
    own instance."""
    if not scope.task_spec.is_process and scope.task_spec is below.task_spec:
        return True
    return scope.internal_data.get("interrupted") is True


def _best(events: list[Element] | tuple[Element, ...], kind: str, code: str) -> Element | None:
    general = None
    for element in events:
        if element.event.kind != kind:
            continue
        wanted = element.event.name.source if element.event.name is not None else ""
        if wanted == code:
            return element
        if not wanted and general is None:
            general = element
    return general
