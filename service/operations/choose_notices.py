"""A person says what they want to be told, and how."""

from __future__ import annotations

from datetime import datetime

from service import audit, notifications
from service.audit import HouseEvent
from service.execution import Runtime
from service.identity import Actor
from service.notifications import Ways


def choose_notices(
    runtime: Runtime,
    *,
    page: frozenset[str],
    mail: frozenset[str],
    actor: Actor,
    now: datetime,
) -> None:
    """Keep which kinds of notices the actor wants in the page and by mail. Everybody chooses for
    themselves."""
    with runtime.database.transaction() as connection:
        before = notifications.wants(connection, actor.name)
        notifications.choose(connection, actor.name, page=page, mail=mail)
        after = notifications.wants(connection, actor.name)
        changed = {
            kind: {"from": _named(before[kind]), "to": _named(ways)}
            for kind, ways in after.items()
            if before[kind] != ways
        }
        if changed:
            audit.record(
                connection,
                audit.account_subject(actor.name),
                HouseEvent.NOTICES_CHOSEN,
                actor=actor.name,
                at=now,
                details=changed,
            )


def _named(ways: Ways) -> list[str]:
    return [name for name, wanted in (("page", ways.page), ("mail", ways.mail)) if wanted]
