"""SpiffWorkflow's event manager, with BPMN's rule of who catches an error or escalation.

It is looked for from the token outwards: at each scope first its event sub-processes, then the
boundary events of the activity; a matching code before a catch-all. Called processes hand on what
they do not catch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    CodeEventDefinition,
    ErrorEventDefinition,
)
from SpiffWorkflow.bpmn.util.event import BpmnEvent, EventManager

from service.engine import changes as c
from service.engine.errors import EngineError
from service.engine.token import WAITING, Token


class Events(EventManager):  # type: ignore[misc]
    """What waits in one root instance, by id."""

    def catch(self, event: BpmnEvent, internal: bool = True) -> int:
        """Deliver an event. A signal reaches everything that waits for it at this moment, unless
        another catch has ended it. Raises EngineError("uncaught-error")."""
        if isinstance(event.event_definition, CodeEventDefinition):
            return self._catch_code(event)
        waiting = [task for task in self.tasks.values() if task.task_spec.catches(task, event)]
        for task in waiting:
            if not task.gone and task._state == WAITING:
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
        return len(waiting)

    def _catch_code(self, event: BpmnEvent) -> int:
        thrower, definition = event.target, event.event_definition
        element_id, code = thrower.task_spec.element_id, definition.code or ""
        caught, is_error = self._find(thrower, event), isinstance(definition, ErrorEventDefinition)
        if is_error and caught is None:
            raise _uncaught(element_id, code, definition.name or "")
        kind = c.ErrorRaised if is_error else c.EscalationRaised
        by = "" if caught is None else caught.task_spec.element_id
        thrower.game.emit(kind(element_id, code, by))
        if caught is None:
            return 0
        thrower.stopped = caught.task_spec.cancel_activity
        caught.task_spec.catch(caught, event)
        caught.task_spec._update(caught)
        return 1

    def _find(self, thrower: Token, event: BpmnEvent) -> Token | None:
        for place, inside in _outwards(thrower):
            found = [
                task
                for task in place.children
                if task.id in self.tasks
                and task._state == WAITING
                and task.task_spec.catches(task, event)
                and not task.task_spec.leads_to(inside)
            ]
            if found:
                caught: Token = max(
                    found, key=lambda task: bool(task.task_spec.event_definition.code)
                )
                return caught
        return None


def _outwards(thrower: Token) -> Iterator[tuple[Token, Token]]:
    """The tasks below which waits may stand, each with the task of that scope that the event comes
    from: first the thrower's own boundary, then the scope it is in, and so on outwards."""
    at: Token | None = thrower
    while at is not None:
        workflow: Any = at.workflow
        holder = at.body or at
        split = workflow.tasks.get(holder._parent)
        if split is not None and split.task_spec.is_split:
            yield split, at
        if workflow.task_tree is not None:
            yield workflow.task_tree, at
        at = workflow.caller


def _uncaught(element_id: str, code: str, message: str) -> EngineError:
    return EngineError(
        "uncaught-error",
        element_id,
        "The error {code!r} of {element_id} is caught nowhere: {message}"
        if message
        else "The error {code!r} of {element_id} is caught nowhere.",
        message=message,
        code=code,
        element_id=element_id,
    )
