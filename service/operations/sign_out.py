"""Somebody leaves: their browser's session ends."""

from __future__ import annotations

from service import identity
from service.execution import Runtime


def sign_out(runtime: Runtime, token: str) -> None:
    """End the session of this token; nothing when it has ended already."""
    with runtime.database.transaction() as connection:
        identity.close_session(connection, token)
