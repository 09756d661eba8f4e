"""Messages from outside find the cases that wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service import jobs
from service.audit import Event
from service.db import Connection
from service.engine.commands import DeliverMessage
from service.errors import NotFound, StateConflict
from service.identity import Actor
from service.operations.execute import Decide, Outcome, execute, find_outcome
from service.operations.idempotency import Once
from service.operations.plan import Plan
from service.operations.runtime import Runtime
from service.operations.write import Instance


def correlate_message(
    runtime: Runtime,
    name: str,
    key: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
) -> Outcome:
    """Deliver a message to the instance that waits for that name and correlation key. Sent again with the same
    idempotency key it has the same outcome, once.

    Raises NotFound when nothing waits for it.
    """
    once = Once.of(idempotency_key, "correlate", name, key, variables)
    with runtime.database.read() as connection:
        known = find_outcome(connection, once, actor=actor.name)
        if known is not None:
            return known
        waiting = jobs.find_subscriptions(connection, name, key)
    for row in waiting:
        plan = Plan(
            DeliverMessage(row.engine_id, variables),
            Event.MESSAGE_CORRELATED,
            {"message": name, "element": row.element_id},
        )
        try:
            return execute(runtime, row.key, _always(plan), actor=actor.name, now=now, once=once)
        except StateConflict:
            continue
    raise NotFound(f"Nothing waits for the message {name!r} with the key {key!r}.")


def _always(plan: Plan) -> Decide:
    def decide(connection: Connection, instance: Instance) -> Plan:
        return plan

    return decide
