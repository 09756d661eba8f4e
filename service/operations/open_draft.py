"""Somebody begins to change the procedure, from the version that is released."""

from __future__ import annotations

from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.operations.start import COMPLAINT_PROCESS


def open_draft(runtime: Runtime, title: str, *, actor: Actor, now: datetime) -> int:
    """Open a draft with the files of the released complaint procedure; its key. For those who may
    edit drafts.

    Raises Forbidden, NotFound where nothing is released, InvalidInput for a title that says
    nothing.
    """
    check_permission(actor, Permission.EDIT_DRAFTS)
    key = runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        released = definitions.find_released(connection, COMPLAINT_PROCESS)
        if released is None:
            raise NotFound("No complaint procedure is released that a draft could start from.")
        made = definitions.open_draft(
            connection,
            key=key,
            name=definitions.get_bundle_name(connection, released.bundle_key),
            title=title,
            base_bundle_key=released.bundle_key,
            actor=actor.name,
            now=now,
        )
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.DRAFT_OPENED,
            actor=actor.name,
            at=now,
            details={"title": made.title, "base": str(released.bundle_key)},
        )
    return key
