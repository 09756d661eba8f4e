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
from service.policy import Profile, window_until
from service.sentence import Sentence

BY_HAND: Mapping[str, str] = {
    "clarification": "question",
    "holding": "reason",
    "reopened": "reason",
    "call-back": "",
    "summary-resolution": "reason",
}
"""The letters a person may send, and what each wants to be told."""
MOST_TEXT = 8_000
SUMMARY = "summary-resolution"
SUMMARY_MEETS = ("final response", "next answer", "internal target")
"""A complaint that was resolved within the window needs no final response (DISP 1.5.1R)."""


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
        met = cases.meet_clocks(
            connection,
            complaint.root_key,
            [name for name in letter.meets.split(",") if name],
            now=now,
        )
        details = {"template": template, "letter": str(first)} | ({"met": met} if met else {})
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


def _check_window(profile: Profile, complaint: Complaint, now: datetime) -> None:
    """Raises FormInvalid for a summary resolution that the law of the case does not know, or no
    longer."""
    until = window_until(profile, "summary resolution", complaint.received_at)
    if until is None:
        problem = Sentence(
            "the law of this case ({regime}) knows no summary resolution", regime=profile.id
        )
    elif now > until:
        day = profile.calendar.local_day(until).isoformat()
        problem = Sentence(
            "a complaint may be closed by a summary resolution until {day}; afterwards it wants a "
            "final response",
            day=day,
        )
    else:
        return
    raise FormInvalid([FieldError("/template", problem)])


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
    profile, summary = runtime.profile_of(complaint), template == SUMMARY
    if summary:
        _check_window(profile, complaint, now)
    order = LetterOrder(
        template,
        variables={wanted: text.strip()} if wanted else {},
        meets=",".join(SUMMARY_MEETS) if summary else "",
    )
    letter = compose_letter(
        connection,
        complaint,
        clocks,
        profile,
        order,
        bank=runtime.bank,
        keys=keys,
        now=now,
    )
    if letter.missing:
        raise FormInvalid([FieldError("/template", letter.missing)])
    return letter
