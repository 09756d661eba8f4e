"""Who reviews the changes of a procedure is said, by compliance or at the machine."""

from __future__ import annotations

from datetime import datetime

from service import definitions
from service.db import Connection
from service.definitions import ALL, ReviewPolicy
from service.errors import InvalidInput, NotFound, StateConflict
from service.execution import Runtime
from service.identity import Actor, Permission, check_permission
from service.lengths import check_reason


def set_review_policy(
    runtime: Runtime, name: str, review: str, *, reason: str, actor: Actor, now: datetime
) -> bool:
    """Say it of the procedure of this name, or with `*` of all that say nothing themselves; it
    counts from the next decision on. What is less strict counts once a second person of compliance
    says the same. Whether it counts. Raises Forbidden, InvalidInput, NotFound for a procedure that
    there is not, and StateConflict for the complaint procedure, which is always compliance's."""
    check_permission(actor, Permission.SET_REVIEW_POLICY)
    why = check_reason(reason)
    if review not in [*ReviewPolicy]:
        raise InvalidInput(
            "expected one of {known}, got {review!r}",
            known=", ".join(ReviewPolicy),
            review=review[:40],
        )
    with runtime.database.transaction() as connection:
        _check_name(connection, name)
        return definitions.put_policy(
            connection, name, ReviewPolicy(review), reason=why, by=actor.name, now=now
        )


def _check_name(connection: Connection, name: str) -> None:
    if name == ALL:
        return
    key = definitions.find_last(connection, name)
    if key is None:
        raise NotFound("There is no procedure {name!r}.", name=name[:100])
    if definitions.is_governed(connection, key, definitions.COMPLAINT_PROCESS):
        raise StateConflict("The complaint procedure is always reviewed by compliance.")
