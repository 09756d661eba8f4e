"""Something new in a draft: a process, a decision table, a form or a letter, made from its
title."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.definitions import NewKind
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission


def add_draft_files(
    runtime: Runtime,
    key: int,
    kind: NewKind,
    titles: Mapping[str, str],
    *,
    template: str = "empty",
    actor: Actor,
    now: datetime,
) -> str:
    """Add what is new under a name of its own; the path of its first file. A letter is three files,
    one in each language. For those who may edit drafts.

    Raises Forbidden, NotFound, StateConflict when the draft is not open, InvalidInput for titles
    that say nothing.
    """
    check_permission(actor, Permission.EDIT_DRAFTS)
    said = definitions.check_titles(titles)
    with runtime.database.transaction() as connection:
        here = definitions.names_taken(definitions.read_draft(connection, key))
        taken = here | definitions.list_taken(connection)
        name = definitions.id_of(said, default=kind.value, taken=taken)
        files = definitions.new_files(kind, said, name, template=template)
        known = {each.path: each for each in definitions.list_draft_files(connection, key)}
        for path, content in files.items():
            definitions.save_draft_file(
                connection,
                key,
                path,
                content,
                revision=known[path].revision if path in known else 0,
                actor=actor.name,
                now=now,
            )
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.FILES_ADDED,
            actor=actor.name,
            at=now,
            details={"paths": sorted(files)},
        )
    return next(iter(files))
