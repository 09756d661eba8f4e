"""A letter came back: its case worker is told, and the address is not used any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from service import audit, cases, jobs, letters
from service.audit import Event
from service.cases import Complaint
from service.db import Connection
from service.execution import take_children
from service.identity import SYSTEM


def mark_returned(
    connection: Connection,
    complaint: Complaint,
    letter_key: int | None,
    *,
    reason: str,
    now: datetime,
) -> None:
    """A letter came back: its address is marked as bad, the letter waits to go another way, an
    incident says so."""
    key = take_children(connection, complaint.root_key)
    if letter_key is not None:
        row = letters.get_letter(connection, letter_key)
        if row["delivery"] in ("queued", "sent"):
            letters.set_delivery(
                connection, letter_key, "returned", was=("queued", "sent"), now=now, by=SYSTEM.name
            )
    mark = {"at": now.isoformat(), "address": complaint.contact_email, "reason": reason}
    current = cases.find_complaint(connection, complaint.root_key) or complaint
    cases.save_complaint(
        connection, replace(current, facts={**current.facts, "mailReturned": mark})
    )
    jobs.raise_incident(
        connection,
        root_key=complaint.root_key,
        key=key,
        kind="letter-returned",
        element_id="",
        message=f"A letter came back: {reason}.",
        now=now,
    )
    audit.append(
        connection,
        complaint.root_key,
        Event.LETTER_UNDELIVERABLE,
        actor=SYSTEM.name,
        at=now,
        details={"letter": str(letter_key or ""), "reason": reason},
        subject_key=letter_key,
    )
