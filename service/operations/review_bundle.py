"""A version on its way through review: submitted, said things of, returned or approved, and released from a date.

Approval needs evidence that refuses nothing: proofs, rules and scenarios, gathered by the caller on the very content of
the version. Whoever wrote a part of it does not decide on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import definitions
from service.db import Connection
from service.definitions import Version
from service.definitions import review as rows
from service.definitions.review_states import PAST, USED, Verb, check_may
from service.errors import Forbidden, InvalidInput, RedressError, StateConflict
from service.identity import Actor, Role, find_account
from service.operations.runtime import Runtime

LAPSED = "bundle:release:lapsed"
"""Its day came, but who planned the release may not release any more. Somebody else has to."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of a version's content. `refusals` say why it cannot be approved; `details` are kept."""

    content_hash: str
    refusals: tuple[str, ...]
    details: Mapping[str, Any]


def submit_bundle(runtime: Runtime, key: int, *, summary: str, actor: Actor, now: datetime) -> None:
    """Ask for a review. Raises InvalidInput without a summary, Forbidden, NotFound, StateConflict."""
    with runtime.database.transaction() as connection:
        ask_for_review(connection, key, summary=summary, actor=actor, now=now)


def ask_for_review(connection: Connection, key: int, *, summary: str, actor: Actor, now: datetime) -> None:
    """The same in a transaction that is open."""
    text = _text(summary, "a summary of what was changed and why")
    _move(connection, key, Verb.SUBMIT, actor, now, {"summary": text}, {"summary": text})


def return_bundle(runtime: Runtime, key: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give it back to its owner. Raises InvalidInput without a reason, Forbidden, NotFound, StateConflict."""
    text = _text(reason, "the reason for returning it")
    with runtime.database.transaction() as connection:
        _move(connection, key, Verb.RETURN, actor, now, {"reason": text}, {"release_at": None})


def approve_bundle(runtime: Runtime, key: int, evidence: Evidence, *, reason: str, actor: Actor, now: datetime) -> None:
    """Approve it on evidence. Raises StateConflict while a comment is open or the evidence refuses it."""
    text = _text(reason, "the reason for approving it")
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        if evidence.content_hash != version.content_hash:
            raise StateConflict("The evidence is of another content.")
        unresolved = [each for each in rows.list_comments(connection, key) if each.resolved_at is None]
        refusals = [f"{len(unresolved)} comments are not resolved"] * bool(unresolved) + list(evidence.refusals)
        _may(connection, version, Verb.APPROVE, actor)
        if refusals:
            raise StateConflict(f"It cannot be approved: {'; '.join(refusals)}.")
        details = {"reason": text, "contentHash": version.content_hash, "evidence": dict(evidence.details)}
        _move(connection, key, Verb.APPROVE, actor, now, details)


def release_bundle(runtime: Runtime, key: int, *, at: datetime | None, actor: Actor, now: datetime) -> bool:
    """Release an approved version now, or from a time to come; whether it is released now.

    Raises InvalidInput for a time that has passed, Forbidden, NotFound, StateConflict.
    """
    if at is not None and at < now:
        raise InvalidInput(f"expected a time to come for the release, got {at.isoformat()}")
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        _may(connection, version, Verb.RELEASE, actor)
        if at is not None and at > now:
            rows.plan_release(connection, key, at=at, actor=actor.name)
            details = {"releaseAt": at.isoformat()}
            rows.add_step(connection, key, "bundle:release:planned", actor=actor.name, now=now, details=details)
            return False
        _move(connection, key, Verb.RELEASE, actor, now, {})
        definitions.release(connection, key, actor=actor.name, now=now)
    return True


def release_due_bundles(runtime: Runtime, *, now: datetime) -> int:
    """Release the approved versions whose day has come; how many."""
    with runtime.database.read() as connection:
        due = rows.list_due_releases(connection, now)
    done = 0
    for key, name in due:
        try:
            done += _release_due(runtime, key, name, now)
        except RedressError:
            continue  # returned or released by somebody at this moment
    return done


def _release_due(runtime: Runtime, key: int, name: str, now: datetime) -> bool:
    """Release it for who planned it, by the roles of today: who has left or changed posts since releases nothing."""
    with runtime.database.transaction() as connection:
        account = find_account(connection, name)
        version = rows.get_version(connection, key)
        if version.release_at is None or version.release_at > now:
            return False  # planned anew at this moment
        try:
            if account is None or not account.active:
                raise Forbidden(f"{name} is no active account any more.")
            _may(connection, version, Verb.RELEASE, account.actor)
        except Forbidden as refused:
            rows.move_review(connection, version, version.state, {"release_at": None})
            rows.add_step(connection, key, LAPSED, actor=name, now=now, details={"reason": str(refused)})
            return False
        _move(connection, key, Verb.RELEASE, account.actor, now, {})
        definitions.release(connection, key, actor=name, now=now)
    return True


def comment_bundle(
    runtime: Runtime, key: int, *, file: str, element_id: str, text: str, actor: Actor, now: datetime
) -> int:
    """Say something of an element of a version; the comment's key."""
    if not actor.has(Role.COMPLIANCE, Role.OWNER):
        raise Forbidden("Only compliance and process owners comment on a version.")
    said, comment = _text(text, "what is to be said"), runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        if version.state in USED:
            raise StateConflict(f"The version is {version.state.value}; comment on the next one.")
        values = {"file": file, "element_id": element_id, "text": said, "author": actor.name, "at": now}
        rows.insert_comment(connection, comment, key, values)
        details = {"element": element_id, "text": said}
        rows.add_step(connection, key, "bundle:comment:added", actor=actor.name, now=now, details=details)
    return comment


def resolve_comment(runtime: Runtime, key: int, comment: int, *, answer: str, actor: Actor, now: datetime) -> None:
    """Answer a comment. Raises InvalidInput without an answer, Forbidden, StateConflict."""
    if not actor.has(Role.COMPLIANCE, Role.OWNER):
        raise Forbidden("Only compliance and process owners resolve comments.")
    text = _text(answer, "an answer")
    with runtime.database.transaction() as connection:
        rows.resolve_comment(connection, key, comment, answer=text, by=actor.name, now=now)
        details = {"comment": str(comment), "answer": text}
        rows.add_step(connection, key, "bundle:comment:resolved", actor=actor.name, now=now, details=details)


def tag_bundle(runtime: Runtime, key: int, tag: str, *, actor: Actor, now: datetime) -> None:
    """Give a version a name that never moves. Raises Forbidden, InvalidInput, NotFound, StateConflict."""
    if not actor.has(Role.COMPLIANCE, Role.OWNER):
        raise Forbidden("Only compliance and process owners name versions.")
    name = _text(tag, "a name")[:100]
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        rows.tag_version(connection, version, name, actor=actor.name, now=now)
        rows.add_step(connection, key, "bundle:version:tagged", actor=actor.name, now=now, details={"tag": name})


def _may(connection: Connection, version: Version, verb: Verb, actor: Actor) -> None:
    check_may(verb, version.state, actor, rows.list_authors(connection, version))


def _move(
    connection: Connection,
    key: int,
    verb: Verb,
    actor: Actor,
    now: datetime,
    details: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
) -> None:
    version = rows.get_version(connection, key)
    authors = rows.list_authors(connection, version)
    following = check_may(verb, version.state, actor, authors)
    rows.move_review(connection, version, following, values)
    rows.add_step(connection, key, PAST[verb], actor=actor.name, now=now, details=details)


def _text(text: str, what: str) -> str:
    if not text.strip():
        raise InvalidInput(f"expected {what}, got none")
    return text.strip()[:4000]
