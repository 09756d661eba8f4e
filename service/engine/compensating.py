"""Compensation: what was done is remembered by scope, and undone when an event says so, as in
Camunda 8.

An activity that a handler can undo is noted in its scope when it completes, the whole of a
multi-instance activity once. A sub-process that completes hands its notes on to the scope around
it, with its own variables; a called process does not. The event puts a token on each handler, what
was done last first, and waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from typing import Any

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES
from service.engine.specs import Node
from service.engine.token import FUTURE, Token

Note = list[Any]
"""What was done: the activity, its handler, the sub-processes around it from the outside in, and
the variables that were theirs."""


class Undoable(Node):
    """An activity that can be undone, or a sub-process that may hold such."""

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        notes = my_task.workflow.task_tree.internal_data.setdefault("undo", [])
        element = self.element
        if element.undo and my_task.body is None:
            notes.append([element.id, element.undo, [], {}])
        elif element.kind in SCOPES:
            for undone, handler, path, variables in inner_notes(my_task):
                own = {**my_task.data, **variables}
                notes.append([undone, handler, [element.id, *path], own])
        if not notes:
            del my_task.workflow.task_tree.internal_data["undo"]


class Handler(Node):
    """An activity that undoes another; the event that asked for it is told when it is over."""

    def following(self, task: Token) -> list[Any]:
        return [task.workflow.spec.end]

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        over(my_task)

    def ended(self, task: Token) -> None:
        super().ended(task)
        over(task)


def inner_notes(task: Token) -> list[Note]:
    """What was done in a sub-process."""
    kept: list[Note] | None = task.internal_data.pop("undo", None)
    inner = task.game.subprocesses.get(task.id)
    if kept is not None or inner is None:
        return kept or []
    found: list[Note] = inner.task_tree.internal_data.get("undo", [])
    return found


def over(task: Token) -> None:
    """A handler is done, or ended: the event goes on with the last."""
    asked = task.internal_data.pop("undoes", None)
    thrower = task.game.index.get(asked)
    if thrower is None and asked is not None and task.game.subprocesses.find(asked):
        thrower = task.game.index.get(asked)
    if thrower is None or "undoing" not in thrower.internal_data:
        return
    thrower.internal_data["undoing"] -= 1
    if not thrower.internal_data["undoing"]:
        del thrower.internal_data["undoing"]
        thrower.internal_data["result"] = {}
        task.game.ready.append(thrower)


def undo(task: Token) -> bool:
    """Undo what an event asks for; whether it has to wait."""
    wanted = task.task_spec.element.event.name
    count = 0
    for workflow in _scopes(task):
        state = workflow.task_tree.internal_data
        notes: list[Note] = state.get("undo", [])
        chosen = [each for each in notes if wanted is None or wanted.source in _named(each)]
        left = [each for each in notes if each not in chosen]
        state["undo"] = left
        if not left:
            del state["undo"]
        for note in reversed(chosen):
            _begin(task, workflow, note)
        count += len(chosen)
    if count:
        task.internal_data["undoing"] = count
    return count > 0


def _named(note: Note) -> tuple[str, ...]:
    """What may be named to have it undone: the activity, or the sub-process around it."""
    return (note[2][0],) if note[2] else (note[0],)


def _scopes(task: Token) -> list[Any]:
    """The scope of an event; of an event sub-process also the one around it."""
    workflow = task.workflow
    found = [workflow]
    while workflow.caller is not None and workflow.caller.task_spec.element.triggered_by_event:
        workflow = workflow.caller.workflow
        found.append(workflow)
    return found


def _begin(task: Token, workflow: Any, note: Note) -> None:
    _, handler, _, variables = note
    spec = workflow.spec.task_specs[handler]
    token: Token = workflow.task_tree._add_child(spec, FUTURE)
    token.data = dict(variables)
    token.internal_data["undoes"] = task.id
    spec._update(token)


_MADE: dict[tuple[type, type], type] = {}


def mark(spec: Any) -> None:
    """Have the spec of an element take part in compensation, where it does."""
    element: Element = spec.element
    kind = Undoable if element.undo or element.kind in SCOPES else None
    if element.for_compensation and (spec.is_body or element.loop is None):
        kind = Handler
    if kind is None:
        return
    base = type(spec)
    if (kind, base) not in _MADE:
        _MADE[kind, base] = type(f"{kind.__name__}{base.__name__}", (kind, base), {})
    spec.__class__ = _MADE[kind, base]


def compensates(process: Process) -> bool:
    """Whether anything in a process can be undone."""
    return any(each.undo for each in process.elements.values())


def share(
    specs: Mapping[str, Any], processes: Mapping[str, Process], named: Callable[[str, str], str]
) -> None:
    """Handlers in sub-processes run in the scopes around them as well, when theirs is over. `named`
    gives the name of a scope's spec."""
    for process in processes.values():
        for element in process.elements.values():
            if element.for_compensation and element.scope:
                _share(specs, process, element, named)


def _share(
    specs: Mapping[str, Any],
    process: Process,
    element: Element,
    named: Callable[[str, str], str],
) -> None:
    own = specs[named(process.id, element.scope)].task_specs
    at = element.scope
    while at:
        at = process.elements[at].scope
        around = specs[named(process.id, at)]
        for name in (element.id, f"{element.id} [child]"):
            if name in own:
                spec = copy(own[name])
                spec._wf_spec, spec._kept = around, None
                around.task_specs[name] = spec
