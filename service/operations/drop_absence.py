"""An absence is no more: somebody comes back earlier, or it was a mistake."""

from __future__ import annotations

from datetime import date, datetime

from service import audit, identity
from service.audit import HouseEvent
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def drop_absence(runtime: Runtime, name: str, *, first: date, actor: Actor, now: datetime) -> None:
    """Forget the absence that begins on `first`. For those who plan the staff. Raises Forbidden,
    NotFound."""
    check_permission(actor, Permission.PLAN_STAFF)
    with runtime.database.transaction() as connection:
        before = identity.find_absence(connection, name, first=first)
        if before is None:
            raise NotFound("{name} has no absence that begins on {first}.", name=name, first=first)
        identity.drop_absence(connection, name, first=first)
        audit.record(
            connection,
            audit.account_subject(name),
            HouseEvent.ABSENCE_DROPPED,
            actor=actor.name,
            at=now,
            details={"first": first.isoformat(), "last": {"from": before.last.isoformat()}},
        )
