"""A draft of the procedure is given up. It stays to be read; who gave it up is in its record."""

from __future__ import annotations

from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def discard_draft(runtime: Runtime, key: int, *, actor: Actor, now: datetime) -> None:
    """Discard an open draft, also another's. For those who may edit drafts. Raises Forbidden,
    NotFound, StateConflict when it is not open."""
    check_permission(actor, Permission.EDIT_DRAFTS)
    with runtime.database.transaction() as connection:
        found = definitions.get_draft(connection, key)
        definitions.end_draft(connection, key, "discarded")
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.DRAFT_DISCARDED,
            actor=actor.name,
            at=now,
            details={
                "title": found.title,
                "openedBy": found.created_by,
                "state": {"from": found.state, "to": "discarded"},
            },
        )
