"""A file of a draft is saved from its editor. The file's revision says who saved it and when."""

from __future__ import annotations

from datetime import datetime

from service import definitions
from service.definitions import DraftFile
from service.errors import InvalidInput
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def save_draft_file(
    runtime: Runtime,
    key: int,
    path: str,
    content: bytes,
    *,
    revision: int,
    actor: Actor,
    now: datetime,
) -> DraftFile:
    """Save a file that was changed from `revision`; what is there then. For those who may edit
    drafts.

    Raises Forbidden, NotFound, InvalidInput for nothing or a path that is none of a definition,
    DraftChanged when another revision is there, StateConflict when the draft is not open, TooLarge.
    """
    check_permission(actor, Permission.EDIT_DRAFTS)
    if not content.strip():
        raise InvalidInput("expected the content of {path}, got nothing", path=path)
    with runtime.database.transaction() as connection:
        return definitions.save_draft_file(
            connection, key, path, content, revision=revision, actor=actor.name, now=now
        )
