"""A case is kept beyond its retention for the law's sake, or no longer: by whom and why is in its
history."""

from __future__ import annotations

from datetime import datetime

from service import audit, cases
from service.audit import Event
from service.errors import StateConflict
from service.execution import Runtime, take_children
from service.identity import Actor, Permission, check_permission
from service.lengths import check_text

LONGEST = 1_000


def set_legal_hold(
    runtime: Runtime, number: str, *, held: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """Set or lift the legal hold of a complaint. Raises Forbidden, FormInvalid, NotFound,
    StateConflict."""
    check_permission(actor, Permission.HOLD_COMPLAINTS)
    why = check_text("/reason", reason, LONGEST)
    with runtime.database.transaction() as connection:
        root_key = cases.get_complaint(connection, number).root_key
        take_children(connection, root_key)
        if cases.get_complaint(connection, number).legal_hold == held:
            raise StateConflict(
                "{number} is already under a legal hold."
                if held
                else "{number} is not under a legal hold.",
                number=number,
            )
        cases.set_hold(connection, root_key, held=held)
        event = Event.HOLD_SET if held else Event.HOLD_LIFTED
        audit.append(connection, root_key, event, actor=actor.name, at=now, details={"reason": why})
