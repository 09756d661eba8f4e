"""An earlier revision of a draft's file becomes the newest; what lies between stays."""

from __future__ import annotations

from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def restore_draft_file(
    runtime: Runtime, key: int, path: str, *, revision: int, actor: Actor, now: datetime
) -> None:
    """Save the content of `revision` anew. For those who may edit drafts. Raises Forbidden,
    NotFound, StateConflict when the draft is not open."""
    check_permission(actor, Permission.EDIT_DRAFTS)
    with runtime.database.transaction() as connection:
        revisions = definitions.list_revisions(connection, key, path)
        if not revisions:
            raise NotFound("There is no file {path!r} in this draft.", path=path)
        last = revisions[0].revision
        _, content = definitions.read_draft_file(connection, key, path, revision=revision)
        definitions.save_draft_file(
            connection, key, path, content, revision=last, actor=actor.name, now=now
        )
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.FILE_RESTORED,
            actor=actor.name,
            at=now,
            details={"path": path, "revision": {"from": last, "to": revision}},
        )
