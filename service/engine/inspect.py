"""Reading a state without moving it: what is active, and which variables there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from service.engine import codec
from service.engine.bundle import Bundle
from service.engine.game import Host
from service.engine.moves import scope_id
from service.engine.scope import scope_name
from service.engine.waits import is_wait

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
    active: list[ActiveElement] = []
    variables: dict[str, Mapping[str, Any]] = {}
    for token in game.tasks.values():
        if token.data or token is game.task_tree:
            variables[scope_name(token)] = {**variables.get(scope_name(token), {}), **token.data}
        if not token.task_spec.is_process and not is_wait(token):
            element = token.task_spec.element
            active.append(
                ActiveElement(
                    token.id, element.id, element.kind, token.task_spec.process.id, scope_id(token)
                )
            )
    return Snapshot(tuple(active), variables, game.is_ended())
