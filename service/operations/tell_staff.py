"""A notice to the staff who work on a case."""

from __future__ import annotations

from datetime import datetime

from service import letters
from service.cases import Complaint
from service.db import Connection
from service.execution import Runtime, take_children
from service.identity import Permission, roles_with
from service.letters.compose import LetterOrder, compose_letter

(HANDLERS,) = roles_with(Permission.INVESTIGATE_COMPLAINTS)
"""The group to whom the investigation of a case falls."""


def tell_staff(
    connection: Connection,
    runtime: Runtime,
    complaint: Complaint,
    template: str,
    *,
    now: datetime,
) -> None:
    """A notice to the investigator of a case, or to the handlers while there is none."""
    first = take_children(connection, complaint.root_key, 2)
    order = LetterOrder(template, "staff", str(complaint.facts.get("investigator") or HANDLERS))
    notice = compose_letter(
        connection,
        complaint,
        {},
        runtime.profile_of(complaint),
        order,
        bank=runtime.bank,
        keys=(first, first + 1),
        now=now,
    )
    letters.queue_letters(connection, complaint.root_key, [notice], now=now)
