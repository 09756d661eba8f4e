"""A contact with a customer is entered in the log, in the caller's transaction (S3.3-b)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service import audit, cases
from service.audit import Event
from service.cases import ContactEntry
from service.db import Connection
from service.execution.child_keys import take_children
from service.tasks import UserTask

MOST_NOTE = 5_000
LOGGED_BY = "contactLog"
CUSTOMER = "customer"
"""The party of a contact with a customer whose name is not known."""


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact as a person told it. `bank_person` is who spoke for the bank."""

    spoke_at: datetime
    bank_person: str
    party: str
    means: str
    result: str
    note: str = ""


def contact_of(
    task: UserTask, answer: Mapping[str, Any], *, actor: str, now: datetime
) -> Callable[[Connection], None] | None:
    """What writes the contact that an answer tells of, where the diagram says that it does: the
    property `contactLog` names the field that says whether the customer was reached."""
    field = task.properties.get(LOGGED_BY, "")
    if not field or not isinstance(answer.get(field), bool):
        return None
    result = "reached" if answer[field] else "not reached"
    note = str(answer.get("note") or answer.get("comment") or "")[:MOST_NOTE]

    def write(connection: Connection) -> None:
        complaint = cases.find_complaint(connection, task.root_key)
        if complaint is not None:
            party = complaint.customer_name or CUSTOMER
            new = NewContact(now, actor, party, "phone", result, note)
            enter_contact(connection, task.root_key, new, actor=actor, now=now)

    return write


def enter_contact(
    connection: Connection, root_key: int, new: NewContact, *, actor: str, now: datetime
) -> int:
    """Enter it; its key."""
    key = take_children(connection, root_key)
    entry = ContactEntry(
        root_key,
        key,
        new.spoke_at,
        new.bank_person,
        new.party,
        new.means,
        new.result,
        new.note,
        now,
        actor,
    )
    cases.insert_contact(connection, entry)
    details = {"means": new.means, "result": new.result, "person": new.bank_person}
    audit.append(
        connection,
        root_key,
        Event.CONTACT_LOGGED,
        actor=actor,
        at=now,
        details=details,
        subject_key=key,
    )
    return key
