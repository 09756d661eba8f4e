"""The door of the portal: a secret is given, shown, and a visit ends. Each is an operation."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.execution import Runtime
from service.identity import (
    Actor,
    Limit,
    Permission,
    TooManyAttempts,
    check_permission,
    count_of,
    count_up,
)
from service.intake import portal_access

SECRETS = Limit("portal secret", 20)
COMPLAINTS = Limit("portal complaint", 10)
UPLOADS = Limit("portal bytes", 200_000_000, timedelta(days=1))
"""Of one address; files of a customer that are larger together go by another way."""


def give_portal_access(runtime: Runtime, root_key: int, *, actor: Actor, now: datetime) -> str:
    """A new secret for a case; the one before stops to work. Who gave it and when is in the case's
    history. For those who may give access. Raises Forbidden, NotFound."""
    check_permission(actor, Permission.GIVE_PORTAL_ACCESS)
    secret = portal_access.new_secret()
    with runtime.database.transaction() as connection:
        portal_access.give_access(connection, root_key, secret, actor=actor, now=now)
    return secret


def enter_portal(
    runtime: Runtime, number: str, secret: str, *, key: str, address: str, now: datetime
) -> str | None:
    """A token for the browser that showed number and secret; None when they do not belong together.
    `key` is the service's own secret. For everybody. Raises TooManyAttempts where too many wrong
    ones came from this address; those of others keep no customer out, for a secret has 80 bits."""
    with runtime.database.transaction() as connection:
        if count_of(connection, SECRETS, address, now=now) >= SECRETS.most:
            raise TooManyAttempts
        root_key = portal_access.check_secret(connection, number, secret, key=key)
        if root_key is None:
            count_up(connection, SECRETS, address, now=now)
            return None
        return portal_access.open_visit(connection, root_key, now=now)


def leave_portal(runtime: Runtime, token: str) -> None:
    """End the visit of this token; nothing when it has ended already. For everybody."""
    with runtime.database.transaction() as connection:
        portal_access.close_visit(connection, token)


def count_portal(runtime: Runtime, limit: Limit, who: str, *, now: datetime, by: int = 1) -> None:
    """Count something that a visitor does. For everybody. Raises TooManyAttempts when it is more
    than the limit lets pass."""
    with runtime.database.transaction() as connection:
        if count_up(connection, limit, who, now=now, by=by) > limit.most:
            raise TooManyAttempts
