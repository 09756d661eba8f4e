"""An administrator repairs the course of an instance: tokens are put on elements, moved, or taken
away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.audit import Event
from service.engine import EngineError
from service.engine.commands import Modify
from service.errors import InvalidInput
from service.execution import Outcome, Plan, Runtime, always, execute, on_case
from service.identity import Actor, Permission, check_permission
from service.lengths import check_reason


def modify_instance(
    runtime: Runtime, root_key: int, command: Modify, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Carry out a modification, all of it or nothing. Raises Forbidden, NotFound, StateConflict,
    InvalidInput without a reason or for what cannot be, EngineError when what follows cannot go on;
    none of them leaves an incident."""
    check_permission(actor, Permission.MODIFY_INSTANCES)
    details = {"reason": check_reason(reason), **_told(command)}
    plan = Plan(command, Event.INSTANCE_MODIFIED, details, noted=False)
    try:
        return execute(runtime, on_case(root_key, always(plan), actor=actor), now=now)
    except EngineError as error:
        if error.code == "modification":
            raise InvalidInput(error.message) from error
        raise


def _names(command: Modify) -> set[str]:
    wanted = [*command.activate, *(move.to for move in command.move)]
    return {name for each in wanted for _, variables in each.variables for name in variables}


def _told(command: Modify) -> dict[str, Any]:
    """What the history says: which elements, and which variables by their names."""
    told = {
        "activated": [each.element_id for each in command.activate],
        "movedTokens": [
            [move.source.element_id or move.source.id, move.to.element_id] for move in command.move
        ],
        "terminated": [each.element_id or each.id for each in command.terminate],
        "names": sorted(_names(command)),
    }
    return {name: value for name, value in told.items() if value}
