"""A person keeps a view of the task list under a name."""

from __future__ import annotations

from datetime import datetime

from service import audit, tasks
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor
from service.tasks import SavedFilter


def save_filter(
    runtime: Runtime, name: str, query: str, *, shared: bool, actor: Actor, now: datetime
) -> SavedFilter:
    """Keep a view (`query` is the list's query string) for the actor, or for everybody. Raises
    InvalidInput for an unusable name, StateConflict for one that is taken or one too many."""
    with runtime.database.transaction() as connection:
        made = tasks.save_filter(connection, actor.name, name, query, shared=shared, now=now)
        audit.record(
            connection,
            audit.account_subject(actor.name),
            HouseEvent.FILTER_SAVED,
            actor=actor.name,
            at=now,
            details={"name": made.name, "query": made.query, "shared": shared},
        )
    return made
