"""A person no longer wants a view of the task list that they keep."""

from __future__ import annotations

from datetime import datetime

from service import audit, tasks
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor


def delete_filter(runtime: Runtime, filter_id: str, *, actor: Actor, now: datetime) -> None:
    """Forget a view of the actor's own. Raises NotFound, Forbidden when it is another's."""
    with runtime.database.transaction() as connection:
        gone = tasks.delete_filter(connection, filter_id, actor.name)
        audit.record(
            connection,
            audit.account_subject(actor.name),
            HouseEvent.FILTER_DELETED,
            actor=actor.name,
            at=now,
            details={"name": gone.name, "query": gone.query, "shared": gone.shared},
        )
