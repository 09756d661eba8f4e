"""Files from a modeler on somebody's machine go into a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def upload_draft_files(
    runtime: Runtime, key: int, files: Mapping[str, bytes], *, actor: Actor, now: datetime
) -> None:
    """Put files, path → content, into a draft, all or none: each replaces the one of its path, or
    is new. For those who may edit drafts.

    Raises Forbidden, NotFound, StateConflict when the draft is not open, InvalidInput for a path
    that is none of a definition, TooLarge.
    """
    check_permission(actor, Permission.EDIT_DRAFTS)
    with runtime.database.transaction() as connection:
        known = {each.path: each for each in definitions.list_draft_files(connection, key)}
        changes: dict[str, dict[str, int]] = {}
        for path, content in files.items():
            before = known[path].revision if path in known else 0
            saved = definitions.save_draft_file(
                connection, key, path, content, revision=before, actor=actor.name, now=now
            )
            changes[path] = {"from": before, "to": saved.revision}
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.FILES_UPLOADED,
            actor=actor.name,
            at=now,
            details={"revisions": changes},
        )
