"""Make the next version of what is drafted and ask for its review, or put it in force where nobody
reviews the procedure: both, or neither."""

from __future__ import annotations

from datetime import datetime

from service import definitions
from service.definitions import ReviewPolicy
from service.errors import StateConflict
from service.execution import Runtime, keep_keys
from service.identity import Actor, Permission, check_permission
from service.operations.put_in_force import put_in_force
from service.operations.review_bundle import ask_for_review

KEYS_FOR_A_VERSION = 400
"""A version takes one key and one for each of its processes."""


def deploy_draft(runtime: Runtime, key: int, *, actor: Actor, now: datetime) -> int:
    """The key of the version made, which is in review and starts no case before it is released;
    where nobody reviews, it is in force.

    Raises NotFound, StateConflict when nothing has been changed, Forbidden when this person may not
    submit it.
    """
    keep_keys(runtime)
    spare = [runtime.keys.root_key() for _ in range(KEYS_FOR_A_VERSION)]
    with runtime.database.transaction() as connection:
        draft = definitions.get_draft(connection, key)
        files = definitions.read_draft(connection, key)
        made = definitions.deploy(
            connection, files, name=draft.name, actor=actor.name, now=now, next_key=spare.pop
        )
        if not made.new:
            raise StateConflict(
                "This is version {version} of {draft_name} as it is: nothing has been changed.",
                version=made.version,
                draft_name=draft.name,
            )
        definitions.end_draft(connection, key, "deployed", made_bundle_key=made.bundle_key)
        if definitions.policy_of(connection, made.bundle_key) is ReviewPolicy.NONE:
            check_permission(actor, Permission.SUBMIT_VERSIONS)
            put_in_force(connection, runtime, made.bundle_key, actor=actor, now=now)
        else:
            ask_for_review(
                connection, runtime, made.bundle_key, summary=draft.title, actor=actor, now=now
            )
    return made.bundle_key
