"""Retire a version: nothing starts in it and nothing moves to it any more; cases that run in it go
on."""

from __future__ import annotations

from datetime import datetime

from service import definitions
from service.db import Connection
from service.definitions import COMPLAINT_PROCESS
from service.definitions import review as rows
from service.definitions.review_states import PAST, Verb
from service.errors import StateConflict
from service.execution import MOST_SAID, Runtime, check_may_now
from service.identity import Actor
from service.lengths import check_reason


def retire_bundle(runtime: Runtime, key: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Retire a version that was superseded, or a released one whose processes other released
    versions start.

    Raises InvalidInput without a reason, Forbidden for the role or by four eyes, NotFound, and
    StateConflict for a version that is not in that state or without which a process of the
    complaint procedure could not start.
    """
    text = check_reason(reason, MOST_SAID)
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        check_may_now(connection, version, Verb.RETIRE, actor)
        _check_others_start(connection, version)
        definitions.retire(connection, key, now=now)
        rows.add_step(
            connection, key, PAST[Verb.RETIRE], actor=actor.name, now=now, details={"reason": text}
        )


def _check_others_start(connection: Connection, version: definitions.Version) -> None:
    """A bundle that has nothing to do with complaints may go altogether."""
    alone = definitions.list_only_here(connection, version.key)
    if alone and definitions.is_governed(connection, version.key, COMPLAINT_PROCESS):
        raise StateConflict(
            "Version {version} of {version_name} is the only one that starts {alone}; "
            "without it no complaint could be registered or followed. Release another "
            "version first, then retire this one.",
            version=version.version,
            version_name=version.name,
            alone=_some(alone),
        )


def _some(names: list[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
