"""Somebody begins optional steps of a case: elements of an ad-hoc sub-process that is active."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.audit import Event
from service.engine import EngineError
from service.engine.commands import Begin
from service.errors import InvalidInput, NotFound
from service.execution import Outcome, Plan, Runtime, always, execute, on_case
from service.identity import Actor, Permission, check_permission

MOST = 100
"""Steps that are begun at once."""


def begin_steps(
    runtime: Runtime,
    root_key: int,
    within: str,
    steps: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    cancel_others: bool = False,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Begin elements, each with variables of its own, in the ad-hoc sub-process with the engine's
    id `within`; with `cancel_others` what is active in it ends before. Raises Forbidden, NotFound
    where it is not active, StateConflict, Suspended, InvalidInput for what cannot begin in it."""
    check_permission(actor, Permission.BEGIN_STEPS)
    if not 0 < len(steps) <= MOST:
        raise InvalidInput(
            "expected 1 to {most} elements to begin, got {count}", most=MOST, count=len(steps)
        )

    details = {"element": steps[0][0], "begun": [name for name, _ in steps]}
    command = Begin(within, tuple(steps), cancel_others)
    # what cannot go on behind a step that has begun waits there, with an incident
    plan = Plan(command, Event.STEPS_BEGUN, details, noted=False, parked=True)
    try:
        return execute(runtime, on_case(root_key, always(plan), actor=actor), now=now)
    except EngineError as error:
        if error.code == "ad-hoc-gone":
            raise NotFound(error.message) from error
        if error.code == "not-ad-hoc":
            raise InvalidInput(error.message) from error
        raise
