"""The states of a migration plan and of each case in it, and what may be done with a plan in each.

One table feeds the guards, the guarded UPDATE and the buttons on the page; a CHECK in the database
is the third guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from service.errors import Forbidden, StateConflict
from service.identity import Actor, Permission, check_permission


class PlanState(StrEnum):
    """Where a plan stands. In `trying`, `running` and `reverting` the background worker goes
    through the cases."""

    DRAWN_UP = "drawn up"
    TRYING = "trying"
    TRIED = "tried"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    REVERTING = "reverting"
    REVERTED = "reverted"
    DROPPED = "dropped"


AT_WORK = (PlanState.TRYING, PlanState.RUNNING, PlanState.REVERTING)


class CaseState(StrEnum):
    """What became, or would become, of one case: `fits` and `stuck` are of the dry run, the others
    final. `kept`: it could not be taken back, because it has gone on."""

    FITS = "fits"
    STUCK = "stuck"
    MOVED = "moved"
    REFUSED = "refused"
    GONE = "gone"
    BACK = "back"
    KEPT = "kept"


FINAL = (CaseState.MOVED, CaseState.REFUSED, CaseState.GONE)
"""What a run leaves behind of a case that it went through."""


class Verb(StrEnum):
    """What can be done with a plan."""

    EDIT = "edit"
    TRY = "try"
    START = "start"
    STOP = "stop"
    GO_ON = "go-on"
    REVERT = "revert"
    DROP = "drop"


TRANSITIONS: Mapping[tuple[PlanState, Verb], PlanState] = {
    (PlanState.DRAWN_UP, Verb.EDIT): PlanState.DRAWN_UP,
    (PlanState.TRIED, Verb.EDIT): PlanState.DRAWN_UP,
    (PlanState.DRAWN_UP, Verb.TRY): PlanState.TRYING,
    (PlanState.TRIED, Verb.TRY): PlanState.TRYING,
    (PlanState.TRYING, Verb.STOP): PlanState.DRAWN_UP,
    (PlanState.TRIED, Verb.START): PlanState.RUNNING,
    (PlanState.RUNNING, Verb.STOP): PlanState.STOPPED,
    (PlanState.STOPPED, Verb.GO_ON): PlanState.RUNNING,
    (PlanState.DONE, Verb.GO_ON): PlanState.RUNNING,
    (PlanState.STOPPED, Verb.REVERT): PlanState.REVERTING,
    (PlanState.DONE, Verb.REVERT): PlanState.REVERTING,
    (PlanState.DRAWN_UP, Verb.DROP): PlanState.DROPPED,
    (PlanState.TRIED, Verb.DROP): PlanState.DROPPED,
}
FINISHED: Mapping[PlanState, PlanState] = {
    PlanState.TRYING: PlanState.TRIED,
    PlanState.RUNNING: PlanState.DONE,
    PlanState.REVERTING: PlanState.REVERTED,
}
"""What follows when the worker has gone through all cases."""
FOUR_EYES = (Verb.START,)
WITH_REASON = (Verb.START, Verb.REVERT)


def check_may(verb: Verb, state: PlanState, actor: Actor, authors: frozenset[str]) -> PlanState:
    """The state it would come to. Raises StateConflict, or Forbidden: for the role, or for who drew
    the plan up."""
    check_permission(actor, Permission.MIGRATE_INSTANCES)
    following = TRANSITIONS.get((state, verb))
    if following is None:
        raise StateConflict(
            "The plan is {state}; {verb!r} is not possible then.", state=state, verb=verb
        )
    if verb in FOUR_EYES and actor.name in authors:
        raise Forbidden(
            "Four eyes: {actor_name} drew up a part of this plan; another person has to start it.",
            actor_name=actor.name,
        )
    return following


def possible(state: PlanState, actor: Actor, authors: frozenset[str]) -> list[Verb]:
    """What this person may do with a plan in this state: the buttons of the page."""
    found = []
    for verb in Verb:
        try:
            check_may(verb, state, actor, authors)
        except (StateConflict, Forbidden):
            continue
        found.append(verb)
    return found
