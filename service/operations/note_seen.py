"""Somebody is still there: their session goes on."""

from __future__ import annotations

from datetime import datetime

from service import identity
from service.execution import Runtime


def note_seen(runtime: Runtime, token: str, *, now: datetime) -> None:
    """Something is done in the session of this token now. For everybody: it is their own."""
    with runtime.database.transaction() as connection:
        identity.note_seen(connection, token, now=now)
