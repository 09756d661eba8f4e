"""A file leaves a draft. Its revisions stay, so that it can be brought back."""

from __future__ import annotations

from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def remove_draft_file(
    runtime: Runtime, key: int, path: str, *, actor: Actor, now: datetime
) -> None:
    """Remove a file from a draft. For those who may edit drafts. Raises Forbidden, NotFound,
    StateConflict when the draft is not open."""
    check_permission(actor, Permission.EDIT_DRAFTS)
    with runtime.database.transaction() as connection:
        file, _ = definitions.read_draft_file(connection, key, path)
        definitions.save_draft_file(
            connection, key, path, None, revision=file.revision, actor=actor.name, now=now
        )
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.FILE_REMOVED,
            actor=actor.name,
            at=now,
            details={"path": path, "revision": file.revision, "bytes": file.size},
        )
