"""The scopes around an element that a modification activates: found where they are open, opened
where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.bpmn.model import Element, Process
from service.engine.errors import EngineError
from service.engine.flat import Game, Inner
from service.engine.parse_tasks import scope_spec
from service.engine.scope import apply_inputs
from service.engine.token import COMPLETED, FUTURE, STARTED, Token
from service.sentence import Sentence

Scope = Token | None
"""The task that opened a scope; None is the instance."""


def wrong(element_id: str, message: str) -> EngineError:
    return EngineError("modification", element_id, message)


def is_active(token: Token) -> bool:
    return token.task_spec.is_node and "in" in token.internal_data


def process_scope(game: Game, process: Process, ancestor: Scope, *, given: bool) -> Any:
    if given:
        workflow: Any = game if ancestor is None else game.subprocesses.get(ancestor.id)
        workflow = workflow or (ancestor.workflow if ancestor is not None else game)
        while not workflow.is_process:
            workflow = workflow.caller.workflow
        return workflow
    found = [
        each
        for each in (game, *game.subprocesses.values())
        if each.is_process and each.name == process.id
    ]
    return _only(found, process)


def _only(found: Sequence[Any], what: Process | Element) -> Any:
    if len(found) != 1:
        raise wrong(
            what.id,
            Sentence(
                "{id} is active {count} times: say in which one by an ancestor's key.",
                id=what.id,
                count=len(found),
            ),
        )
    return found[0]


def inner_scope(
    workflow: Any, process: Process, element: Element, around: frozenset[str] | None
) -> Inner:
    """The inside of a sub-process in a scope: one that is there, or a new one where there is none
    or below the ancestor."""
    game: Game = workflow.top_workflow
    found = [
        token
        for token in workflow.tasks.values()
        if token.task_spec.element_id == element.id
        and is_active(token)
        and (token.body is not None) == element.has_instances
        and token.id in game.subprocesses
    ]
    chosen = [token for token in found if around is not None and token.id in around]
    if chosen:
        return game.subprocesses[chosen[0].id]  # type: ignore[no-any-return]
    below = around is not None and (not workflow.scope_id or workflow.scope_id in around)
    if found and not below:
        return game.subprocesses[_only(found, element).id]  # type: ignore[no-any-return]
    _check_opening(process, element)
    return _open(workflow, process, element)


def _check_opening(process: Process, element: Element) -> None:
    if element.loop is not None:
        raise wrong(
            element.id,
            Sentence(
                "{id} is done for each of many items: an instance of it cannot be opened.",
                id=element.id,
            ),
        )
    if element.ad_hoc is not None:
        raise wrong(
            element.id,
            Sentence(
                "{id} is ad hoc: put the token on it, then begin what is in it.", id=element.id
            ),
        )
    for each, start in process.event_starts(element.scope):
        if each.id == element.id and start.interrupting:
            raise wrong(
                element.id,
                Sentence("{id} interrupts what is around it, and has not begun.", id=element.id),
            )


def _open(workflow: Any, process: Process, element: Element) -> Inner:
    """Open a sub-process without beginning at its start."""
    specs, game = workflow.spec.task_specs, workflow.top_workflow
    above = workflow.task_tree
    if f"{element.id}.BoundaryEventSplit" in specs:
        split = specs[f"{element.id}.BoundaryEventSplit"]
        above = Token(workflow, split, above, state=COMPLETED)
    task = Token(workflow, specs[element.id], above, state=STARTED)
    for boundary in process.attached.get(element.id, ()):
        Token(workflow, specs[boundary.id], above, state=FUTURE)
    task.task_spec.tell_entered(task)
    apply_inputs(task, element.inputs)
    if above.task_spec.is_split:
        task.task_spec.open_boundaries(task)
    name = scope_spec(process.id, element.id)
    inner = Inner.restored(game.bundle.specs[name], task, is_process=False)
    inner.name, inner.data = name, task.data
    inner.open()
    inner.task_tree._state = COMPLETED
    for wait in inner.spec.start.event_subs:
        spec = inner.spec.task_specs[wait]
        spec._update(inner.task_tree._add_child(spec, FUTURE))
    return inner
