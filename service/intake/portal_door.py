"""The door of the portal: a secret is given, shown, and a visit ends. Each is an operation."""

from __future__ import annotations

from datetime import datetime

from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.intake import portal_access


def give_portal_access(runtime: Runtime, root_key: int, *, actor: Actor, now: datetime) -> str:
    """A new secret for a case; the one before stops to work. Who gave it and when is in the case's
    history. For those who may give access. Raises Forbidden, NotFound."""
    check_permission(actor, Permission.GIVE_PORTAL_ACCESS)
    secret = portal_access.new_secret()
    with runtime.database.transaction() as connection:
        portal_access.give_access(connection, root_key, secret, actor=actor, now=now)
    return secret


def enter_portal(
    runtime: Runtime, number: str, secret: str, *, key: str, now: datetime
) -> str | None:
    """A token for the browser that showed number and secret; None when they do not belong together.
    `key` is the service's own secret. For everybody."""
    with runtime.database.transaction() as connection:
        root_key = portal_access.check_secret(connection, number, secret, key=key)
        if root_key is None:
            return None
        return portal_access.open_visit(connection, root_key, now=now)


def leave_portal(runtime: Runtime, token: str) -> None:
    """End the visit of this token; nothing when it has ended already. For everybody."""
    with runtime.database.transaction() as connection:
        portal_access.close_visit(connection, token)


def count_portal_try(runtime: Runtime, what: str, who: str, *, most: int, now: datetime) -> None:
    """Count one more try of a visitor. For everybody. Raises TooManyAttempts when there are more
    than `most` within the window."""
    with runtime.database.transaction() as connection:
        portal_access.count_try(connection, what, who, most=most, now=now)
