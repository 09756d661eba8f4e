"""Whom somebody answers to, and how they are called."""

from __future__ import annotations

from datetime import datetime

from service import identity
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.operations.change_account import note


def set_superior(
    runtime: Runtime, name: str, superior: str, *, actor: Actor, now: datetime
) -> None:
    """Say whom an account answers to, "" for nobody: a complaint about somebody is closed to those
    above them. For those who manage accounts. Raises Forbidden, NotFound, InvalidInput where the
    line would be a circle."""
    check_permission(actor, Permission.MANAGE_ACCOUNTS)
    with runtime.database.transaction() as connection:
        before = identity.get_superior(connection, name)
        if before == superior:
            return
        identity.set_superior(connection, name, superior)
        details = {"superior": {"from": before, "to": superior}}
        note(
            connection,
            name,
            HouseEvent.ACCOUNT_CHANGED,
            actor=actor,
            now=now,
            details=details,
        )
