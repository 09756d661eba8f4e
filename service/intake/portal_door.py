"""The door of the portal: a secret is shown, and a visit ends. Each is an operation."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.execution import Runtime
from service.identity import Limit, TooManyAttempts, count_of, count_up
from service.intake import portal_access

SECRETS = Limit("portal secret", 20)
VISITS = Limit("portal visit", 100, timedelta(days=1))
"""Of one case: each is a row of its history."""
COMPLAINTS = Limit("portal complaint", 10)
UPLOADS = Limit("portal bytes", 200_000_000, timedelta(days=1))
"""Of one address; files of a customer that are larger together go by another way."""


def enter_portal(
    runtime: Runtime, number: str, secret: str, *, key: str, address: str, now: datetime
) -> str | None:
    """A token for the browser that showed number and secret; None when they do not belong together.
    `key` is the service's own secret. For everybody. Raises TooManyAttempts where too many wrong
    ones came from this address (those of others keep no customer out, for a secret has 80 bits),
    or the case was opened too often."""
    with runtime.database.transaction() as connection:
        if count_of(connection, SECRETS, address, now=now) >= SECRETS.most:
            raise TooManyAttempts
        visit = portal_access.check_secret(connection, number, secret, key=key, now=now)
        if visit is None:
            count_up(connection, SECRETS, address, now=now)
            return None
        if count_up(connection, VISITS, str(visit.root_key), now=now) > VISITS.most:
            raise TooManyAttempts
        return portal_access.open_visit(connection, visit, now=now)


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
