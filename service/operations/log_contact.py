"""Somebody of the bank spoke with the customer, or tried to: it is entered in the contact log
(S3.3-b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from service import audit, cases
from service.audit import Event
from service.cases import MEANS, RESULTS, ContactEntry
from service.errors import FieldError, FormInvalid
from service.execution import Runtime, take_children
from service.identity import Actor
from service.sentence import Sentence

MOST_NOTE = 5_000


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact as a person told it. `bank_person` is who spoke for the bank."""

    spoke_at: datetime
    bank_person: str
    party: str
    means: str
    result: str
    note: str = ""


def log_contact(
    runtime: Runtime, root_key: int, new: NewContact, *, actor: Actor, now: datetime
) -> int:
    """Enter a contact; its key. Raises FormInvalid, NotFound."""
    _check(new, now)
    with runtime.database.transaction() as connection:
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
            actor.name,
        )
        cases.insert_contact(connection, entry)
        details = {"means": new.means, "result": new.result, "person": new.bank_person}
        audit.append(
            connection,
            root_key,
            Event.CONTACT_LOGGED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=key,
        )
    return key


def _check(new: NewContact, now: datetime) -> None:
    errors = []
    if new.spoke_at > now + timedelta(minutes=5):
        errors.append(FieldError("/spokeAt", "lies in the future"))
    for pointer, value, most in (("/bankPerson", new.bank_person, 100), ("/party", new.party, 300)):
        if not 0 < len(value.strip()) <= most:
            errors.append(
                FieldError(
                    pointer, Sentence("expected a name of 1 to {most} characters", most=most)
                )
            )
    if new.means not in MEANS:
        errors.append(FieldError("/means", Sentence("expected one of {means}", means=MEANS)))
    if new.result not in RESULTS:
        errors.append(FieldError("/result", Sentence("expected one of {results}", results=RESULTS)))
    if len(new.note) > MOST_NOTE or "\x00" in new.note:
        errors.append(
            FieldError(
                "/note", Sentence("expected a text of at most {most} characters", most=MOST_NOTE)
            )
        )
    if errors:
        raise FormInvalid(errors)
