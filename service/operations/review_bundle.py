"""A version on its way through review: submitted, said things of, returned or approved, and
released from a date.

Approval needs evidence that refuses nothing: proofs, rules and scenarios, gathered by the caller on
the very content of the version. Nobody decides on what they wrote a part of.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from service.builtins import Evidence
from service.db import Connection
from service.definitions import review as rows
from service.definitions.review_states import USED, Verb
from service.engine import EngineError
from service.errors import Forbidden, InvalidInput, RedressError, StateConflict
from service.execution import (
    Decision,
    Runtime,
    VersionConflict,
    check_base,
    check_may_now,
    decide_version,
    keep_keys,
    move_version,
    record_incident,
    retry,
    said,
)
from service.identity import Actor, Permission, check_permission, find_account
from service.operations.review_process import begin_review, decide_in_process, plan_in_process

LAPSED = "bundle:release:lapsed"
"""Its day came, but who planned the release may not release any more. Somebody else has to."""


def submit_bundle(runtime: Runtime, key: int, *, summary: str, actor: Actor, now: datetime) -> None:
    """Ask for a review. Raises InvalidInput without a summary, Forbidden, NotFound,
    StateConflict."""
    keep_keys(runtime)
    with runtime.database.transaction() as connection:
        ask_for_review(connection, runtime, key, summary=summary, actor=actor, now=now)


def ask_for_review(
    connection: Connection, runtime: Runtime, key: int, *, summary: str, actor: Actor, now: datetime
) -> None:
    """The same in a transaction that is open. The process of the review starts with it."""
    text = said(summary, "a summary of what was changed and why")
    move_version(connection, key, Verb.SUBMIT, actor, now, {"summary": text}, {"summary": text})
    begin_review(connection, runtime, key, actor=actor, now=now)


def return_bundle(runtime: Runtime, key: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Give it back to its owner. Raises InvalidInput without a reason, Forbidden, NotFound,
    StateConflict."""
    text = said(reason, "the reason for returning it")
    _decide(runtime, key, Decision(Verb.RETURN, actor, now, text))


def approve_bundle(
    runtime: Runtime, key: int, evidence: Evidence, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Approve it on evidence. Raises StateConflict while a comment is open or the evidence refuses
    it."""
    text = said(reason, "the reason for approving it")
    _decide(runtime, key, Decision(Verb.APPROVE, actor, now, text, evidence))


def release_bundle(
    runtime: Runtime, key: int, *, at: datetime | None, actor: Actor, now: datetime
) -> bool:
    """Release an approved version now, or from a time to come; whether it is released now.

    Raises InvalidInput for a time that has passed, Forbidden, NotFound, StateConflict.
    """
    if at is not None and at < now:
        raise InvalidInput("expected a time to come for the release, got {at}", at=at.isoformat())
    if at is None or at == now:
        _decide(runtime, key, Decision(Verb.RELEASE, actor, now))
        return True
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        check_may_now(connection, version, Verb.RELEASE, actor)
        rows.plan_release(connection, key, at=at, actor=actor.name)
        plan_in_process(connection, version, at=at, actor=actor, now=now)
        details = {"releaseAt": at.isoformat()}
        rows.add_step(
            connection, key, "bundle:release:planned", actor=actor.name, now=now, details=details
        )
    return False


def _decide(runtime: Runtime, key: int, decision: Decision) -> None:
    """Decide by the task of the review's process, which carries it out, or by itself where there is
    none."""

    def once() -> None:
        with runtime.database.transaction() as connection:
            version = rows.get_version(connection, key)
            check_may_now(connection, version, decision.verb, decision.actor)
            if not decide_in_process(connection, runtime, version, decision):
                decide_version(connection, key, decision)

    keep_keys(runtime)
    try:
        retry(once, once=False, conflicts=(VersionConflict, sa.exc.IntegrityError))
    except EngineError as error:
        _note_stopped(runtime, key, error, decision)
        raise


def _note_stopped(runtime: Runtime, key: int, error: EngineError, decision: Decision) -> None:
    """The process of the review cannot go on as it is drawn: an administrator has to see to it."""
    with runtime.database.read() as connection:
        root_key = rows.get_version(connection, key).root_key
    if root_key is not None:
        record_incident(
            runtime, root_key, error, subject_key=None, actor=decision.actor.name, now=decision.now
        )


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
    """Release it for who planned it, by the roles of today: who has left or changed posts since
    releases nothing."""
    with runtime.database.transaction() as connection:
        account = find_account(connection, name)
        version = rows.get_version(connection, key)
        if version.release_at is None or version.release_at > now:
            return False  # planned anew at this moment
        try:
            if account is None or not account.active:
                raise Forbidden("{name} is no active account any more.", name=name)
            check_may_now(connection, version, Verb.RELEASE, account.actor)
            check_base(connection, version)
        except (Forbidden, StateConflict) as refused:
            rows.move_review(connection, version, version.state, {"release_at": None})
            rows.add_step(
                connection, key, LAPSED, actor=name, now=now, details={"reason": str(refused)}
            )
            return False
        decision = Decision(Verb.RELEASE, account.actor, now)
        if not decide_in_process(connection, runtime, version, decision, held_by_any=True):
            decide_version(connection, key, decision)
    return True


def comment_bundle(
    runtime: Runtime,
    key: int,
    *,
    file: str,
    element_id: str,
    text: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Say something of an element of a version; the comment's key."""
    check_permission(actor, Permission.COMMENT_VERSIONS)
    words, comment = said(text, "what is to be said"), runtime.keys.root_key()
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        if version.state in USED:
            raise StateConflict(
                "The version is {version_state}; comment on the next one.",
                version_state=version.state,
            )
        values = {
            "file": file,
            "element_id": element_id,
            "text": words,
            "author": actor.name,
            "at": now,
        }
        rows.insert_comment(connection, comment, key, values)
        details = {"element": element_id, "text": words}
        rows.add_step(
            connection, key, "bundle:comment:added", actor=actor.name, now=now, details=details
        )
    return comment


def resolve_comment(
    runtime: Runtime, key: int, comment: int, *, answer: str, actor: Actor, now: datetime
) -> None:
    """Answer a comment. Raises InvalidInput without an answer, Forbidden, StateConflict."""
    check_permission(actor, Permission.COMMENT_VERSIONS)
    text = said(answer, "an answer")
    with runtime.database.transaction() as connection:
        rows.resolve_comment(connection, key, comment, answer=text, by=actor.name, now=now)
        details = {"comment": str(comment), "answer": text}
        rows.add_step(
            connection, key, "bundle:comment:resolved", actor=actor.name, now=now, details=details
        )


def tag_bundle(runtime: Runtime, key: int, tag: str, *, actor: Actor, now: datetime) -> None:
    """Give a version a name that never moves. Raises Forbidden, InvalidInput, NotFound,
    StateConflict."""
    check_permission(actor, Permission.COMMENT_VERSIONS)
    name = said(tag, "a name", 100)
    with runtime.database.transaction() as connection:
        version = rows.get_version(connection, key)
        rows.tag_version(connection, version, name, actor=actor.name, now=now)
        rows.add_step(
            connection,
            key,
            "bundle:version:tagged",
            actor=actor.name,
            now=now,
            details={"tag": name},
        )
