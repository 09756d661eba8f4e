"""The states of a bundle's review, and who may take it from one to the next.

A version is immutable from the moment it is stored: it is reviewed as it is, or another version is.
One table feeds the guards, the guarded UPDATE and the buttons on the page; a CHECK in the database
is the third guard. From its release on a version stands where its bundle does: released,
superseded, retired.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from service.definitions.review_policies import ReviewPolicy
from service.errors import Forbidden, StateConflict
from service.identity import Actor, Permission, check_permission
from service.sentence import Sentence


class ReviewState(StrEnum):
    """Where a version stands. `draft`: stored, and nobody has been asked to review it."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    RETURNED = "returned"
    APPROVED = "approved"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


USED = frozenset({ReviewState.RELEASED, ReviewState.SUPERSEDED, ReviewState.RETIRED})
"""The states that are the bundle's own: the review is over, or there never was one."""


DECIDED = USED | {ReviewState.APPROVED, ReviewState.RETURNED}
"""The states whose record stands: what the version was compared with, and who wrote it."""


class Verb(StrEnum):
    """What can be done with a version."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    RELEASE = "release"
    RETIRE = "retire"


TRANSITIONS: Mapping[tuple[ReviewState, Verb], ReviewState] = {
    (ReviewState.DRAFT, Verb.SUBMIT): ReviewState.IN_REVIEW,
    (ReviewState.RETURNED, Verb.SUBMIT): ReviewState.IN_REVIEW,
    (ReviewState.IN_REVIEW, Verb.RETURN): ReviewState.RETURNED,
    (ReviewState.IN_REVIEW, Verb.APPROVE): ReviewState.APPROVED,
    (ReviewState.APPROVED, Verb.RETURN): ReviewState.RETURNED,
    (ReviewState.APPROVED, Verb.RELEASE): ReviewState.RELEASED,
    (ReviewState.RELEASED, Verb.RETIRE): ReviewState.RETIRED,
    (ReviewState.SUPERSEDED, Verb.RETIRE): ReviewState.RETIRED,
}
SECOND = frozenset({Verb.RETURN, Verb.APPROVE, Verb.RELEASE, Verb.RETIRE})
"""What takes a second pair of eyes."""
PAST: Mapping[Verb, str] = {
    Verb.SUBMIT: "bundle:review:submitted",
    Verb.RETURN: "bundle:review:returned",
    Verb.APPROVE: "bundle:review:approved",
    Verb.RELEASE: "bundle:review:released",
    Verb.RETIRE: "bundle:version:retired",
}


def check_may(
    verb: Verb,
    state: ReviewState,
    actor: Actor,
    authors: frozenset[str],
    *,
    policy: ReviewPolicy = ReviewPolicy.COMPLIANCE,
) -> ReviewState:
    """The state it would come to. Raises StateConflict, or Forbidden: for the role, or for an
    author of any part."""
    following = TRANSITIONS.get((state, verb))
    if following is None:
        raise StateConflict(
            "The version is {state}; it cannot be {verb} then.",
            state=state,
            verb=Sentence(_done(verb)),
        )
    check_permission(actor, needed_for(verb, policy))
    if verb in SECOND and actor.name in authors:
        raise Forbidden(
            "Four eyes: {actor_name} wrote a part of this version and may not {verb} it.",
            actor_name=actor.name,
            verb=verb,
        )
    return following


def needed_for(verb: Verb, policy: ReviewPolicy) -> Permission:
    """What the verb takes, by who reviews: compliance, or any second owner."""
    if verb not in SECOND:
        return Permission.SUBMIT_VERSIONS
    if policy is ReviewPolicy.COMPLIANCE:
        return Permission.DECIDE_VERSIONS
    return Permission.DECIDE_OTHER_VERSIONS


def possible(
    state: ReviewState, actor: Actor, authors: frozenset[str], *, policy: ReviewPolicy
) -> list[Verb]:
    """What this person may do with a version in this state: the buttons of the page."""
    found = []
    for verb in Verb:
        try:
            check_may(verb, state, actor, authors, policy=policy)
        except (StateConflict, Forbidden):
            continue
        found.append(verb)
    return found


def _done(verb: Verb) -> str:
    return PAST[verb].rpartition(":")[2]
