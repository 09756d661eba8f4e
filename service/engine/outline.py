"""A game as rows of element instances, without SpiffWorkflow's tasks in between: what a migration
rewrites. It is the form of states before scopes were workflows (`old_states` reads it):
`[id, parent, process/element, state, data, internal]`, parents before children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from service.engine.flat import Game
from service.engine.old_states import MARKS, Row
from service.engine.specs_scopes import EventSub
from service.engine.token import STARTED, WAITING, Token

KEPT = (
    *("in", "open", "failed", "result", "begin", "total", "done", "gone", "items"),
    *("hear", "undoes", "undoing", "choose"),
)


def rows_of(game: Game) -> list[Row]:
    """The rows of a game, the instance's own first."""
    game.subprocesses.read_all()
    internal = _scope_marks(game)
    if game.is_ended():
        internal["ended"] = True
    rows = [[game.task_tree.id, None, game.name, STARTED, game.data, internal]]
    rows.extend(_inside(game, game.task_tree.id))
    return rows


def _scope_marks(workflow: Any) -> dict[str, Any]:
    """What is kept of a scope beside its tokens: counts at joins, and whether it is interrupted."""
    joins: dict[str, dict[str, int]] = {}
    marks: dict[str, Any] = {}
    for task in workflow.tasks.values():
        if "hear" in task.internal_data and not task.task_spec.is_node:
            marks["hear"] = True
        flow = task.internal_data.get("from")
        if flow is not None:
            counts = joins.setdefault(task.task_spec.element_id, {})
            counts[flow] = counts.get(flow, 0) + 1
        elif isinstance(task.task_spec, EventSub) and _interrupts(task):
            marks["interrupted"] = True
    if notes := workflow.task_tree.internal_data.get("undo"):
        marks["undo"] = notes
    return {"joins": joins, **marks} if joins else marks


def _interrupts(task: Token) -> bool:
    spec = task.task_spec
    starts = spec.process.event_starts(spec.element.scope)
    return any(inner.id == spec.element_id and start.interrupting for inner, start in starts)


def _inside(workflow: Any, parent: str) -> Iterator[Row]:
    for task in workflow.task_tree.children:
        yield from _rows(task, parent)


def _rows(task: Token, parent: str) -> Iterator[Row]:
    if task.task_spec.is_split:
        yield from _split_rows(task, parent)
    elif task.task_spec.is_wait and task._state == WAITING:
        yield from _wait_rows(task, parent)
    elif task.task_spec.is_node and "from" not in task.internal_data:
        yield from _element_rows(task, parent)


def _split_rows(split: Token, parent: str) -> Iterator[Row]:
    waits = [each for each in split.children if each.task_spec.is_wait]
    for task in split.children:
        if not task.task_spec.is_wait:
            yield from _rows(task, parent)
            for wait in waits:
                yield from _rows(wait, task.id)


def _wait_rows(task: Token, parent: str) -> Iterator[Row]:
    """Waits that the world knows; errors and escalations have none."""
    store = {mark: task.internal_data[mark] for mark in MARKS if mark in task.internal_data}
    if any(mark in store for mark in ("due", "sub", "signal", "cond")):
        yield [task.id, parent, _name(task), WAITING, None, {"wait": "", **store}]


def _name(task: Token) -> str:
    return f"{task.task_spec.process.id}/{task.task_spec.element_id}"


def _element_rows(task: Token, parent: str) -> Iterator[Row]:
    game, state = task.game, task.internal_data
    inner = game.subprocesses.get(task.id)
    internal = {name: state[name] for name in (*KEPT, *MARKS) if name in state}
    internal |= _marks(task)
    if inner is not None and not inner.is_process:
        internal |= _scope_marks(inner)
    yield [task.id, parent, _name(task), task._state, task.data, internal]
    if inner is not None and inner.is_process:
        at, marks = inner.task_tree.id, _scope_marks(inner)
        yield [at, task.id, inner.name, STARTED, inner.data, marks]
        yield from _inside(inner, at)
    elif inner is not None:
        yield from _inside(inner, task.id)
    for child in task.children:
        yield from _rows(child, task.id)
    yield from _alternative_rows(task)


def _marks(task: Token) -> dict[str, Any]:
    """What is kept of an element instance under another name."""
    state, found = task.internal_data, {}
    if "key_or_index" in state:
        found["mi"] = state["key_or_index"]
    if "failed" in state:
        found["at"] = task._state
    if "total" in state:
        found["next"] = state["total"] - len(state.get("remaining", ()))
    return found


def _alternative_rows(task: Token) -> Iterator[Row]:
    spec = task.task_spec
    if "hear" in task.internal_data:
        return
    for at, store in task.internal_data.get("alts", {}).items():
        flow = spec.element.outgoing[store["is"]]
        kept = {mark: store[mark] for mark in MARKS if mark in store}
        name = f"{spec.process.id}/{flow.target}"
        yield [at, task.id, name, WAITING, None, {"wait": flow.id, **kept}]
