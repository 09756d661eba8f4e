"""Somebody shows a name and a password, and gets a session for their browser."""

from __future__ import annotations

from datetime import datetime

from service import identity
from service.execution import Runtime


def sign_in(runtime: Runtime, name: str, password: str, *, now: datetime) -> str | None:
    """The token of a new session, or None for a name and a password that do not belong together.

    The password is hashed before the transaction that writes is opened: it takes long on purpose,
    and nobody else could write meanwhile.
    """
    with runtime.database.read() as connection:
        found = identity.verify_password(connection, name, password)
    if found is None:
        return None
    with runtime.database.transaction() as connection:
        return identity.open_session(connection, found.name, now=now)
