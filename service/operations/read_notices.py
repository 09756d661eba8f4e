"""A person has seen their notices."""

from __future__ import annotations

from datetime import datetime

from service import notifications
from service.execution import Runtime
from service.identity import Actor


def read_notices(
    runtime: Runtime, *, actor: Actor, now: datetime, until: datetime | None = None
) -> None:
    """Mark all notices of the actor as read, or those `until` then; each keeps when that was."""
    with runtime.database.transaction() as connection:
        notifications.mark_read(connection, actor.name, now=now, until=until)
