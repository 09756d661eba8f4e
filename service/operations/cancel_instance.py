"""An administrator ends a process instance before its end."""

from __future__ import annotations

from datetime import datetime

from service.audit import Event
from service.engine.commands import Cancel
from service.errors import InvalidInput
from service.execution import Outcome, Plan, Runtime, always, execute, on_case
from service.identity import Actor, Permission, check_permission


def cancel_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Terminate a root instance. Raises Forbidden, InvalidInput without a reason, NotFound,
    StateConflict."""
    check_permission(actor, Permission.CANCEL_INSTANCES)
    if not reason.strip():
        raise InvalidInput("expected a reason for the cancellation, got none")

    plan = Plan(Cancel(reason), Event.INSTANCE_CANCELLED, {"reason": reason[:500]})
    return execute(runtime, on_case(root_key, always(plan), actor=actor), now=now)
