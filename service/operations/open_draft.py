"""Somebody begins to change a procedure, from the version that is in force, or draws a new one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS, Draft, NewKind
from service.errors import NotFound
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def open_draft(
    runtime: Runtime, title: str, *, actor: Actor, now: datetime, procedure: str = ""
) -> int:
    """Open a draft with the files of a procedure as it is in force, the complaint's unless another
    is named; its key. For those who may edit drafts.

    Raises Forbidden, NotFound where nothing is released, InvalidInput for a title that says
    nothing.
    """
    check_permission(actor, Permission.EDIT_DRAFTS)
    key = runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        base = _base(connection, procedure)
        made = definitions.open_draft(
            connection,
            key=key,
            name=definitions.get_bundle_name(connection, base),
            title=title,
            base_bundle_key=base,
            actor=actor.name,
            now=now,
        )
        _note(connection, made, {"base": str(base)})
    return key


def draw_procedure(
    runtime: Runtime,
    titles: Mapping[str, str],
    *,
    template: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Open a draft of a new procedure, with one process as the template has it; its key. `titles`
    are by language. For those who may edit drafts. Raises Forbidden, InvalidInput for titles that
    say nothing, or a template that is none."""
    check_permission(actor, Permission.EDIT_DRAFTS)
    said = definitions.check_titles(titles)
    key = runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        taken = definitions.list_taken(connection)
        name = definitions.id_of(said, default="procedure", taken=taken)
        files = definitions.new_files(NewKind.PROCESS, said, name, template=template)
        made = definitions.open_draft(
            connection,
            key=key,
            name=name,
            title=said["en"],
            base_bundle_key=None,
            actor=actor.name,
            now=now,
        )
        for path, content in files.items():
            definitions.save_draft_file(
                connection, key, path, content, revision=0, actor=actor.name, now=now
            )
        _note(connection, made, {"files": sorted(files)})
    return key


def _base(connection: Connection, procedure: str) -> int:
    if procedure:
        found = definitions.find_in_force(connection, procedure)
    else:
        released = definitions.find_released(connection, COMPLAINT_PROCESS)
        found = None if released is None else released.bundle_key
    if found is None:
        raise NotFound("No such procedure is released that a draft could start from.")
    return found


def _note(connection: Connection, made: Draft, details: Mapping[str, object]) -> None:
    audit.record(
        connection,
        audit.draft_subject(made.key),
        HouseEvent.DRAFT_OPENED,
        actor=made.created_by,
        at=made.created_at,
        details={"title": made.title, **details},
    )
