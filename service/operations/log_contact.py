"""Somebody of the bank spoke with the customer, or tried to: it is entered in the contact log
(S3.3-b)."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.cases import MEANS, RESULTS
from service.errors import FieldError, FormInvalid
from service.execution import Runtime
from service.execution.enter_contact import MOST_NOTE, NewContact, enter_contact
from service.identity import Actor
from service.sentence import Sentence


def log_contact(
    runtime: Runtime, root_key: int, new: NewContact, *, actor: Actor, now: datetime
) -> int:
    """Enter a contact; its key. Raises FormInvalid, NotFound."""
    _check(new, now)
    with runtime.database.transaction() as connection:
        return enter_contact(connection, root_key, new, actor=actor.name, now=now)


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
