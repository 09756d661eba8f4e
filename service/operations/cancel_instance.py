"""An administrator ends a process instance before its end."""

from __future__ import annotations

from datetime import datetime

from service.audit import Event
from service.engine.commands import Cancel
from service.execution import Outcome, Plan, Runtime, always, execute, on_case
from service.identity import Actor, Permission, check_permission
from service.lengths import check_reason


def cancel_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Terminate a root instance. Raises Forbidden, InvalidInput without a reason, NotFound,
    StateConflict."""
    check_permission(actor, Permission.CANCEL_INSTANCES)
    why = check_reason(reason)
    plan = Plan(Cancel(why), Event.INSTANCE_CANCELLED, {"reason": why})
    return execute(runtime, on_case(root_key, always(plan), actor=actor), now=now)
