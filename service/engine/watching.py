"""Conditional events: what waits until its condition holds, looked at whenever a variable changes
that it reads, as in Camunda 8.

Every change of a variable is noted while a step is made. Before the next element is entered the
waits that see a change are looked at, those of outer scopes first. One that has just begun to wait
is looked at once whatever has changed. A condition that cannot be evaluated does not hold.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.util.event import BpmnEvent

from service.engine.errors import EngineError
from service.engine.scope import evaluate, levels
from service.engine.token import WAITING, Token

MARK = "cond"


def look(game: Any) -> None:
    """Let those conditional events happen whose conditions hold now."""
    changed, game.changed = game.changed, []
    game.subprocesses.read_all()
    waiting = [task for task in game.event_manager.tasks.values() if MARK in task.internal_data]
    for task in sorted(waiting, key=lambda each: (len(levels(each)), int(each.id))):
        if task.gone or task._state != WAITING or not _concerns(task, changed):
            continue
        if _holds(task):
            spec = task.task_spec
            spec.catch(task, BpmnEvent(spec.event_definition, payload={}))
            spec._update(task)


def _concerns(task: Token, changed: list[tuple[str, frozenset[str], bool]]) -> bool:
    """Whether a wait has just begun, or sees a change of a variable that its condition reads."""
    event = task.task_spec.event_definition.element.event
    read = event.value.expression.names
    scopes = {name for _, name in levels(task)}
    for scope, names, created in changed:
        if scope == task.id and not names:
            return True
        wanted = not event.changes or ("create" if created else "update") in event.changes
        if wanted and scope in scopes and names & read:
            return True
    return False


def _holds(task: Token) -> bool:
    event = task.task_spec.event_definition.element.event
    try:
        return evaluate(task, event.value.expression) is True
    except EngineError:
        return False
