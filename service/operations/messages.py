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
from service.operations.apply import Instance
from service.operations.execute import Decide, Outcome, Plan, execute
from service.operations.runtime import Runtime


def correlate_message(
    runtime: Runtime, name: str, key: str, variables: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Outcome:
    """Deliver a message to the instance that waits for that name and correlation key.

    Raises NotFound when nothing does.
    """
    with runtime.database.read() as connection:
        waiting = jobs.find_subscriptions(connection, name, key)
    for row in waiting:
        plan = Plan(
            DeliverMessage(row.engine_id, variables),
            Event.MESSAGE_CORRELATED,
            {"message": name, "element": row.element_id},
        )
        try:
            return execute(runtime, row.key, _always(plan), actor=actor.name, now=now)
        except StateConflict:
            continue
    raise NotFound(f"Nothing waits for the message {name!r} with the key {key!r}.")


def _always(plan: Plan) -> Decide:
    def decide(connection: Connection, instance: Instance) -> Plan:
        return plan

    return decide
