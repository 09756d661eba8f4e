"""Somebody is away for some days: they are given no complaint meanwhile."""

from __future__ import annotations

from datetime import date, datetime

from service import audit, identity
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def set_absence(
    runtime: Runtime, name: str, *, first: date, last: date, actor: Actor, now: datetime
) -> None:
    """Say that somebody is away from `first` to `last`, both included; an absence that begins on
    the same day is replaced. For those who plan the staff. Raises Forbidden, InvalidInput for days
    in the wrong order, NotFound."""
    check_permission(actor, Permission.PLAN_STAFF)
    with runtime.database.transaction() as connection:
        before = identity.find_absence(connection, name, first=first)
        identity.set_absence(connection, name, first=first, last=last)
        audit.record(
            connection,
            audit.account_subject(name),
            HouseEvent.ABSENCE_SET,
            actor=actor.name,
            at=now,
            details={
                "first": first.isoformat(),
                "last": {
                    "from": None if before is None else before.last.isoformat(),
                    "to": last.isoformat(),
                },
            },
        )
