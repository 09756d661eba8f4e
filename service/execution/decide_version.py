"""A decision on a version: the state of its review moves, with everything that is checked before it
may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service import definitions
from service.builtins import CaseView, Evidence, VersionEffect
from service.db import Connection
from service.definitions import Version
from service.definitions import review as rows
from service.definitions.review_states import PAST, Verb, check_may
from service.errors import InvalidInput, StateConflict
from service.execution.runtime import Runtime
from service.identity import Actor
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides on a version, and why. An approval stands on evidence."""

    verb: Verb
    actor: Actor
    now: datetime
    reason: str = ""
    evidence: Evidence | None = None


MOST_SAID = 4_000
"""Characters of what is said about a version."""
FREEZING = frozenset({Verb.SUBMIT, Verb.RETURN, Verb.APPROVE})
"""What says anew with what a version was compared."""


def decide_version(connection: Connection, key: int, decision: Decision) -> None:
    """Return, approve or release it. Raises InvalidInput, Forbidden, NotFound, and StateConflict:
    the state does not allow it, or an approval has no evidence, or one that refuses it."""
    verb, actor, now = decision.verb, decision.actor, decision.now
    match verb:
        case Verb.RETURN:
            text = said(decision.reason, "the reason for returning it")
            move_version(connection, key, verb, actor, now, {"reason": text}, {"release_at": None})
        case Verb.APPROVE:
            text = said(decision.reason, "the reason for approving it")
            version = rows.get_version(connection, key)
            known = _checked(connection, version, decision)
            details = {
                "reason": text,
                "contentHash": version.content_hash,
                "evidence": dict(known.details),
            }
            move_version(connection, key, verb, actor, now, details)
        case Verb.RELEASE:
            check_base(connection, rows.get_version(connection, key))
            move_version(connection, key, verb, actor, now, {})
            definitions.release(connection, key, actor=actor.name, now=now)


def check_base(connection: Connection, version: Version) -> None:
    """Raises StateConflict when another version came into force since this one was approved: what
    compliance saw is not what would change."""
    in_force = rows.find_in_force(connection, version)
    if version.authors is None or in_force == version.base_key:
        return
    raise StateConflict(
        "It was approved against {before}, and {now} is in force since. Return it, submit it once "
        "more, and look at what it changes now.",
        before=_called(connection, version.base_key),
        now=_called(connection, in_force),
    )


def _called(connection: Connection, key: int | None) -> Sentence | str:
    if key is None:
        return Sentence("no version")
    version = rows.get_version(connection, key)
    return f"{version.name} {version.version}"


def gather_evidence(runtime: Runtime, view: CaseView, now: datetime) -> None:
    """What an approval in this step will want, gathered before anything is written: it takes its
    time."""
    if view.review is None or view.review.evidence is not None or runtime.gather is None:
        return
    if any(
        isinstance(effect, VersionEffect) and effect.verb is Verb.APPROVE for effect in view.effects
    ):
        view.review = replace(view.review, evidence=runtime.gather(runtime, view.review.key, now))


def check_may_now(
    connection: Connection, version: Version, verb: Verb, actor: Actor
) -> definitions.ReviewState:
    """The state it would come to. Raises StateConflict, or Forbidden: for the role, or for an
    author of any part."""
    return check_may(
        verb,
        version.state,
        actor,
        rows.list_authors(connection, version),
        policy=definitions.policy_of(connection, version.key),
    )


def move_version(
    connection: Connection,
    key: int,
    verb: Verb,
    actor: Actor,
    now: datetime,
    details: Mapping[str, Any],
    values: Mapping[str, Any] | None = None,
) -> None:
    """The state of the review, and its row of history."""
    version = rows.get_version(connection, key)
    following = check_may_now(connection, version, verb, actor)
    if verb in FREEZING:
        values = {**(values or {}), **rows.freeze(connection, version)}
    rows.move_review(connection, version, following, values)
    if verb is Verb.RETURN:
        definitions.reopen_draft(connection, key)
    elif verb is Verb.SUBMIT:
        definitions.close_draft(connection, key)
    rows.add_step(connection, key, PAST[verb], actor=actor.name, now=now, details=details)


def said(text: str, what: str, most: int = MOST_SAID) -> str:
    """The text without what is around it. Raises InvalidInput when there is none, or too much."""
    plain = text.strip()
    if not plain:
        raise InvalidInput("expected {what}, got none", what=what)
    if len(plain) > most:
        raise InvalidInput(
            "expected {what} in at most {most} characters, got {count}",
            what=what,
            most=most,
            count=len(plain),
        )
    return plain


def _checked(connection: Connection, version: Version, decision: Decision) -> Evidence:
    evidence = decision.evidence
    if evidence is None:
        raise StateConflict(
            "Nothing was gathered to approve it on; approve it on the page of its review."
        )
    if evidence.content_hash != version.content_hash:
        raise StateConflict("The evidence is of another content.")
    unresolved = [
        each for each in rows.list_comments(connection, version.key) if each.resolved_at is None
    ]
    refusals = [Sentence("{count} comments are not resolved", count=len(unresolved))] * bool(
        unresolved
    ) + list(evidence.refusals)
    check_may_now(connection, version, decision.verb, decision.actor)
    if refusals:
        raise StateConflict("It cannot be approved: {refusals}.", refusals="; ".join(refusals))
    return evidence
