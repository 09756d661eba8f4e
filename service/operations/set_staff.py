"""Where somebody works, what they can do and how many complaints they can hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from service import audit, identity
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def set_staff(
    runtime: Runtime,
    name: str,
    *,
    unit: str,
    skills: Sequence[str],
    capacity: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Set the unit, skills and capacity (complaints at a time) of an account. For those who plan
    the staff. Raises Forbidden, InvalidInput for a capacity that cannot be, NotFound."""
    check_permission(actor, Permission.PLAN_STAFF)
    with runtime.database.transaction() as connection:
        before = identity.get_settings(connection, name)
        identity.set_staff(connection, name, unit=unit, skills=skills, capacity=capacity)
        after = identity.get_settings(connection, name)
        changed = {
            field: {"from": before[field], "to": after[field]}
            for field in after
            if before[field] != after[field]
        }
        if changed:
            audit.record(
                connection,
                audit.account_subject(name),
                HouseEvent.STAFF_CHANGED,
                actor=actor.name,
                at=now,
                details=changed,
            )
