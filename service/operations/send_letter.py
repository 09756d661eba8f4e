"""A person writes to the customer from a template, having read it: a question, a word that it takes
longer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from service import audit, cases, letters
from service.audit import Event
from service.cases import Complaint
from service.db import Connection
from service.errors import FieldError, FormInvalid
from service.execution import Runtime, take_children
from service.identity import Actor, Permission, check_permission
from service.letters import Queued
from service.letters.compose import LetterOrder, compose_letter
from service.sentence import Sentence

BY_HAND: Mapping[str, str] = {
    "clarification": "question",
    "holding": "reason",
    "extension": "reason",
    "reopened": "reason",
    "call-back": "",
}
"""The letters a person may send, and what each wants to be told."""
MOST_TEXT = 8_000


def preview_letter(
    runtime: Runtime, number: str, template: str, text: str, *, now: datetime
) -> Queued:
    """The letter as it would be sent. Raises FormInvalid when it cannot be written, NotFound."""
    with runtime.database.read() as connection:
        complaint = cases.get_complaint(connection, number)
        return _compose(connection, runtime, complaint, template, text, keys=(0, 0), now=now)


def send_letter(
    runtime: Runtime, number: str, template: str, text: str, *, actor: Actor, now: datetime
) -> int:
    """Send the letter; its key. Raises Forbidden, FormInvalid when it cannot be written,
    NotFound."""
    check_permission(actor, Permission.WRITE_LETTERS)
    with runtime.database.transaction() as connection:
        complaint = cases.get_complaint(connection, number)
        first = take_children(connection, complaint.root_key, 2)
        letter = _compose(
            connection, runtime, complaint, template, text, keys=(first, first + 1), now=now
        )
        letters.queue_letters(connection, complaint.root_key, [letter], now=now)
        details = {"template": template, "letter": str(first)}
        audit.append(
            connection,
            complaint.root_key,
            Event.LETTER_WRITTEN,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=first,
        )
    return first


def _compose(
    connection: Connection,
    runtime: Runtime,
    complaint: Complaint,
    template: str,
    text: str,
    *,
    keys: tuple[int, int],
    now: datetime,
) -> Queued:
    if template not in BY_HAND:
        raise FormInvalid(
            [FieldError("/template", Sentence("expected one of {by_hand}", by_hand=BY_HAND))]
        )
    wanted = BY_HAND[template]
    if len(text) > MOST_TEXT:
        raise FormInvalid(
            [FieldError("/text", Sentence("is longer than {most} characters", most=MOST_TEXT))]
        )
    if wanted and not text.strip():
        raise FormInvalid([FieldError("/text", "is required")])
    clocks = {entry.clock: entry for entry in cases.list_deadlines(connection, complaint.root_key)}
    order = LetterOrder(template, variables={wanted: text.strip()} if wanted else {})
    letter = compose_letter(
        connection,
        complaint,
        clocks,
        runtime.profile,
        order,
        bank=runtime.bank,
        keys=keys,
        now=now,
    )
    if letter.missing:
        raise FormInvalid([FieldError("/template", letter.missing)])
    return letter
