"""Put a version into force other than by the review's own release: at an installation, or in spite
of the review."""

from __future__ import annotations

from datetime import datetime

from service import definitions
from service.db import Connection
from service.definitions import ReviewPolicy, ReviewState
from service.definitions import review as rows
from service.definitions.review_states import PAST, USED, Verb
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.operations.review_process import end_review

SKIPPED = "bundle:review:skipped"


def put_in_force(
    connection: Connection,
    runtime: Runtime,
    key: int,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Release a version: the first of the procedure, an approved one, or, for a `reason`, one
    without review, which only an administrator does, and which the history of the review says.

    Raises NotFound, StateConflict when it has to be approved first, Forbidden.
    """
    version = rows.get_version(connection, key)
    if version.in_use == "released":
        return
    if version.state in USED:
        raise StateConflict(
            "Version {version} of {version_name} is {version_state}; deploy its files again.",
            version=version.version,
            version_name=version.name,
            version_state=version.state,
        )
    if version.state is ReviewState.APPROVED and not reason:
        if version.release_at is not None and version.release_at > now:
            raise StateConflict(
                "It is to be released at {release_at}; it cannot be before.",
                release_at=version.release_at.isoformat(),
            )
        _note(connection, version, PAST[Verb.RELEASE], actor, now, "")
    elif reason:
        check_permission(actor, Permission.SKIP_REVIEW)
        _note(connection, version, SKIPPED, actor, now, reason)
    elif needs_review(connection, key):
        raise StateConflict(
            "Version {version} of {version_name} is {version_state}; another version is in "
            "force, so this one has to be approved first. Without review an "
            "administrator releases it, for a reason.",
            version=version.version,
            version_name=version.name,
            version_state=version.state,
        )
    end_review(
        connection, runtime, version, reason=reason or "released otherwise", actor=actor, now=now
    )
    definitions.release(connection, key, actor=actor.name, now=now)


def needs_review(connection: Connection, key: int) -> bool:
    """Whether it changes a procedure that is or was in force, and that somebody reviews."""
    policy = definitions.policy_of(connection, key)
    return policy is not ReviewPolicy.NONE and definitions.was_in_force(connection, key)


def _note(
    connection: Connection,
    version: definitions.Version,
    event: str,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    rows.move_review(connection, version, ReviewState.RELEASED)
    details = {"reason": reason} if reason else {}
    rows.add_step(connection, version.key, event, actor=actor.name, now=now, details=details)
