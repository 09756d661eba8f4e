"""A new release of the shipped procedure reaches a bank that has changed it: as a draft in which
both come together, which is reviewed like any other change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service import audit, definitions
from service.audit import HouseEvent
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS, Merged
from service.engine import content_hash
from service.errors import NotFound, StateConflict
from service.execution import Runtime, keep_keys
from service.identity import SYSTEM, Actor, Permission, check_permission
from service.operations.deploy_draft import KEYS_FOR_A_VERSION

MOST_NAMED = 100
"""So many files and places are named in the draft's record."""


def bring_in_release(
    runtime: Runtime, files: Mapping[str, bytes], *, title: str, actor: Actor, now: datetime
) -> int:
    """Open a draft of the complaint's procedure with what `files`, the shipped ones, have changed
    since the release that the bank's version was made from; its key. Where both have changed the
    same, the bank's stands, and the draft's record says so.

    The release itself is kept as a version that is not in force, from which the next one is told
    apart. For those who may edit drafts. Raises Forbidden, NotFound where no procedure is in force,
    DefinitionInvalid, StateConflict when the version in force has everything of the release.
    """
    check_permission(actor, Permission.EDIT_DRAFTS)
    found = _compare(runtime, files)
    if found.merged.files == found.ours and (found.known is not None or not found.merged.clashes):
        raise StateConflict("The version in force has everything that this release has.")
    keep_keys(runtime)
    spare = [runtime.keys.root_key() for _ in range(KEYS_FOR_A_VERSION)]
    key = runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        # a version that came into force meanwhile is told apart by the review of the draft
        made = definitions.open_draft(
            connection,
            key=key,
            name=found.name,
            title=title,
            base_bundle_key=found.in_force,
            actor=actor.name,
            now=now,
        )
        shipped = found.known or _store(connection, found.name, files, spare, now=now)
        _save(connection, made.key, found.ours, found.merged.files, actor=actor, now=now)
        audit.record(
            connection,
            audit.draft_subject(key),
            HouseEvent.DRAFT_OPENED,
            actor=actor.name,
            at=now,
            details={
                "title": made.title,
                "base": str(found.in_force),
                "release": str(shipped),
                **_details(found.merged),
            },
        )
    return key


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The version in force with its files, what comes of it and the release, and the version that
    the release was kept as before, if it was."""

    name: str
    in_force: int
    ours: Mapping[str, bytes]
    merged: Merged
    known: int | None


def _compare(runtime: Runtime, files: Mapping[str, bytes]) -> _Comparison:
    """What the draft is to hold, worked out before anything is written."""
    content = content_hash(files)
    with runtime.database.read() as connection:
        current = definitions.find_released(connection, COMPLAINT_PROCESS)
        if current is None:
            raise NotFound("No procedure is in force that a release could be brought into.")
        name = definitions.get_bundle_name(connection, current.bundle_key)
        before = definitions.find_shipped_before(connection, name, content, by=SYSTEM.name)
        known = definitions.find_same(connection, name, content)
        ours = definitions.read_files(connection, current.bundle_key)
        base = files if before is None else definitions.read_files(connection, before)
    return _Comparison(
        name, current.bundle_key, ours, definitions.merge_files(base, ours, files), known
    )


def _store(
    connection: Connection,
    name: str,
    files: Mapping[str, bytes],
    spare: list[int],
    *,
    now: datetime,
) -> int:
    return definitions.deploy(
        connection, files, name=name, actor=SYSTEM.name, now=now, next_key=spare.pop
    ).bundle_key


def _details(merged: Merged) -> dict[str, object]:
    return {
        "taken": list(merged.taken[:MOST_NAMED]),
        "joined": list(merged.joined[:MOST_NAMED]),
        "toSettle": [
            {"path": each.path, "place": each.place, "name": each.name}
            for each in merged.clashes[:MOST_NAMED]
        ],
    }


def _save(
    connection: Connection,
    key: int,
    ours: Mapping[str, bytes],
    merged: Mapping[str, bytes],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    for path in sorted(definitions.changed_paths(merged, ours)):
        definitions.save_draft_file(
            connection,
            key,
            path,
            merged.get(path),
            revision=1 if path in ours else 0,
            actor=actor.name,
            now=now,
        )
