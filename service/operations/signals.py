"""Signals reach every case that listens, from outside or from another case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import jobs
from service.audit import Event
from service.engine import EngineError
from service.engine.commands import DeliverSignal
from service.errors import StateConflict
from service.execution import Plan, Runtime, always, execute, on_case
from service.identity import Actor
from service.jobs import Cause
from service.operations.start_events import because_of, start_by_signal


def broadcast_signal(
    runtime: Runtime,
    name: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    thrown_by: int = 0,
    cause: Cause | None = None,
) -> int:
    """Deliver a signal to every case with an open subscription, and start the processes that it
    starts; how many.

    Each case catches in a transaction of its own: one that cannot go on has an incident and stops
    nobody else. `thrown_by` is the root key of the case that threw it, which has caught its own
    already; `cause` what brought it, so that a signal delivered twice starts nothing twice, and
    what follows from it is known to.
    """
    if cause is None:
        key = runtime.keys.root_key()
        cause = Cause(key, origin=key, depth=0)
    with runtime.database.read() as connection:
        rows = jobs.find_signal_subscriptions(connection, name)
    plan = Plan(DeliverSignal(name, variables), Event.SIGNAL_CAUGHT, {"signal": name})
    caught = 0
    for root_key in sorted({row.root_key for row in rows} - {thrown_by}):
        try:
            caused = because_of(plan, root_key, cause, now=now)
            execute(runtime, on_case(root_key, always(caused), actor=actor), now=now)
        except (StateConflict, EngineError):
            continue
        caught += 1
    return caught + start_by_signal(runtime, name, variables, now=now, cause=cause)
