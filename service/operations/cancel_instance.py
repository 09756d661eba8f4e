"""An administrator ends a process instance before its end."""

from __future__ import annotations

from datetime import datetime

from service.audit import Event
from service.db import Connection
from service.engine.commands import Cancel
from service.errors import Forbidden, InvalidInput
from service.execution.execute import Outcome, execute
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import Actor, Role
from service.instances import Instance


def cancel_instance(
    runtime: Runtime, root_key: int, *, reason: str, actor: Actor, now: datetime
) -> Outcome:
    """Terminate a root instance. Raises Forbidden, InvalidInput without a reason, NotFound,
    StateConflict."""
    if not actor.has(Role.ADMIN):
        raise Forbidden("Only an administrator may cancel a process instance.")
    if not reason.strip():
        raise InvalidInput("expected a reason for the cancellation, got none")

    def decide(connection: Connection, instance: Instance) -> Plan:
        return Plan(Cancel(reason), Event.INSTANCE_CANCELLED, {"reason": reason[:500]})

    return execute(runtime, root_key, decide, actor=actor.name, now=now)
