"""Throw away what a person typed into a task's form and did not send."""

from __future__ import annotations

from datetime import datetime

from service import audit, tasks
from service.audit import HouseEvent
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor


def drop_draft(runtime: Runtime, key: int, *, actor: Actor, now: datetime) -> None:
    """Forget the actor's own draft of a task's form; nothing when there is none. For whoever may
    see the task. Raises NotFound.

    The record names the fields, not what stood in them: that may be the customer's.
    """
    with runtime.database.transaction() as connection:
        if not tasks.can_see(tasks.get_task(connection, key), actor):
            raise NotFound("There is no user task {key}.", key=key)
        kept = tasks.find_draft(connection, key, actor.name)
        if kept is None:
            return
        tasks.drop_draft(connection, key, actor.name)
        audit.record(
            connection,
            audit.task_subject(key),
            HouseEvent.ANSWER_DROPPED,
            actor=actor.name,
            at=now,
            details={"fields": sorted(kept.answer)},
        )


def forget_draft(runtime: Runtime, key: int, *, actor: Actor) -> None:
    """Forget the actor's draft of a task that they have completed: what was sent is in the case,
    which says by whom and when."""
    with runtime.database.transaction() as connection:
        tasks.drop_draft(connection, key, actor.name)
