"""A letter came back: its case worker is told, and the address is not used any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

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
    key, reopened = take_children(connection, complaint.root_key), list[str]()
    if letter_key is not None:
        row = letters.get_letter(connection, letter_key)
        if row["delivery"] in ("queued", "sent"):
            letters.set_delivery(
                connection, letter_key, "returned", was=("queued", "sent"), now=now, by=SYSTEM.name
            )
            reopened = reopen_met(connection, row)
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
        details={"letter": str(letter_key or ""), "reason": reason, "reopened": reopened},
        subject_key=letter_key,
    )


def reopen_met(connection: Connection, row: Mapping[str, Any]) -> list[str]:
    """A letter (its row) did not reach the customer: the clocks that it met run again; their
    names. What is archived is at rest."""
    complaint = cases.find_complaint(connection, row["root_key"])
    if complaint is None or complaint.status == "archived":
        return []
    names = clocks_of(row)
    reopened = list[str]()
    for met_at in {row["written_at"], row["delivery_at"]} - {None}:  # queued, or accepted since
        reopened += cases.reopen_clocks(connection, row["root_key"], names, met_at=met_at)
    return sorted(reopened)


def clocks_of(row: Mapping[str, Any]) -> list[str]:
    """The clocks that a letter (its row) meets."""
    return [name for name in str(row["details"].get("meets", "")).split(",") if name]
