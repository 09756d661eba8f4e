"""Reading a state without moving it: what is active, and which variables there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.engine import codec
from service.engine.bundle import Bundle
from service.engine.flat import Game
from service.engine.host import Host

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ActiveElement:
    """An element instance that is active. `scope` is "" at the root."""

    id: str
    element_id: str
    kind: str
    process_id: str
    scope: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a state says. `variables` by scope id, "" for the root."""

    active: tuple[ActiveElement, ...]
    variables: Mapping[str, Mapping[str, Any]]
    ended: bool


def inspect(bundle: Bundle, state: bytes) -> Snapshot:
    """The active elements and the variables of a state."""
    game = codec.load(state, bundle, now=_EPOCH, host=Host())
    game.subprocesses.read_all()
    found = Snapshot(tuple(_active(game)), _variables(game), game.is_ended())
    game.let_go()
    return found


@dataclass(frozen=True, slots=True)
class OpenChoice:
    """An ad-hoc sub-process that is active: `elements` may begin in it, and nothing in it is active
    when it is `idle`."""

    id: str
    element_id: str
    process_id: str
    elements: tuple[str, ...]
    idle: bool


def open_choices(bundle: Bundle, state: bytes | None) -> list[OpenChoice]:
    """The ad-hoc sub-processes of a state in which something may begin, the outer ones first."""
    if not bundle.chooses or not state:
        return []
    active = inspect(bundle, state).active
    scopes = {each.scope for each in active}
    bodies = {each.id: each for each in active if each.kind == "adHocSubProcess"}
    found = []
    for each in bodies.values():
        if each.scope not in bodies or bodies[each.scope].element_id != each.element_id:
            choices = bundle.models[each.process_id].choices(each.element_id)
            names = tuple(choice.id for choice in choices)
            idle = each.id not in scopes
            found.append(OpenChoice(each.id, each.element_id, each.process_id, names, idle))
    return found


def _active(game: Game) -> list[ActiveElement]:
    active = []
    for task in sorted(game.index.values(), key=lambda each: int(each.id)):
        spec = task.task_spec
        if spec.is_node and "in" in task.internal_data:
            body = task.body
            scope = task.workflow.scope_id if body is None else body.id
            element = spec.element
            active.append(ActiveElement(task.id, element.id, element.kind, spec.process.id, scope))
    return active


def _variables(game: Game) -> dict[str, Mapping[str, Any]]:
    variables: dict[str, Mapping[str, Any]] = {"": game.data}
    for task in game.index.values():
        if task.data and task.task_spec.is_node:
            variables[task.id] = task.data
    for caller, workflow in game.subprocesses.items():
        if workflow.data:
            variables[caller] = {**variables.get(caller, {}), **workflow.data}
    return variables
