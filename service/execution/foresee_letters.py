"""The letters that a command would write, without writing anything."""

from __future__ import annotations

from datetime import datetime

from service.db import Connection
from service.execution.apply_effects import letters_of
from service.execution.move_case import move_case
from service.execution.plan import Decide
from service.execution.runtime import Runtime
from service.execution.unit import Ask, Stopped, Target
from service.identity import Actor
from service.letters import Queued


def foresee_letters(
    connection: Connection,
    runtime: Runtime,
    key: int,
    decide: Decide,
    *,
    actor: Actor,
    now: datetime,
) -> list[Queued]:
    """The letters to the customer, each as it would be queued. Raises whatever the command would
    raise, EngineError where the process could not go on."""
    try:
        moved = move_case(connection, runtime, Target(key, (Ask(decide, actor),)), now=now)
    except Stopped as stopped:
        raise stopped.error from stopped
    return letters_of(connection, moved.instance, moved.view, now=now)
