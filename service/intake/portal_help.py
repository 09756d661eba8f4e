"""A customer gets into the portal who has no code, or has lost it: a link goes to the address on
file, or somebody of the bank who has checked who they are gives them a code for one visit.

Nobody of the bank ever sees what opens the case for longer. A code that passed through their hands
shows the case and takes what the customer adds; to withdraw, accept or decline takes the customer's
own secret.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from service import audit, cases, letters
from service.audit import Event
from service.cases import Complaint
from service.db import Connection
from service.errors import FieldError, FormInvalid, InvalidInput, NotFound, StateConflict
from service.execution import Runtime, take_children
from service.identity import (
    CUSTOMER,
    Actor,
    Limit,
    Permission,
    TooManyAttempts,
    check_permission,
    count_up,
)
from service.intake import portal_access
from service.letters.compose import LetterOrder, address_of, compose_letter
from service.sentence import Sentence

ASKED = Limit("portal link asked", 10)
"""Of one address."""
SENT = Limit("portal link sent", 3, timedelta(days=1))
"""For one case, at the word of whoever knows its number."""
CODES = Limit("portal code", 5, timedelta(days=1))
"""Of one case."""
TEMPLATE = "portal-access"
LEAST_SEEN, MOST_SEEN = 10, 300


class IdentityCheck(StrEnum):
    """How somebody of the bank made sure whom they speak with."""

    DOCUMENT = "document"
    CALLED_BACK = "called-back"
    QUESTIONS = "questions"


def send_portal_link(runtime: Runtime, root_key: int, *, actor: Actor, now: datetime) -> None:
    """Mail the customer a new way into the portal, to the address on file; what they had before
    stops to work. For those who may give access. Raises Forbidden, NotFound, StateConflict where
    there is no address."""
    check_permission(actor, Permission.GIVE_PORTAL_ACCESS)
    with runtime.database.transaction() as connection:
        complaint = _get(connection, root_key)
        if not address_of(complaint):
            raise StateConflict(
                "There is no e-mail address on file for {number}: check who the customer is, and "
                "give them a code for one visit.",
                number=complaint.number,
            )
        secret = portal_access.new_secret()
        portal_access.give_access(connection, root_key, secret, actor=actor, now=now)
        _mail(connection, runtime, complaint, actor=actor, now=now)


def ask_portal_link(runtime: Runtime, number: str, *, address: str, now: datetime) -> None:
    """Somebody who knows a complaint's number has lost its code: a link goes to the address on
    file, if there is one, and nothing tells whether there is. For everybody. Raises
    TooManyAttempts where too much is asked from this address."""
    with runtime.database.transaction() as connection:
        if count_up(connection, ASKED, address, now=now) > ASKED.most:
            raise TooManyAttempts
        complaint = _find(connection, number)
        if complaint is None or not address_of(complaint):
            return
        if count_up(connection, SENT, str(complaint.root_key), now=now) <= SENT.most:
            _mail(connection, runtime, complaint, actor=CUSTOMER, now=now)


def give_portal_code(
    runtime: Runtime, root_key: int, *, check: str, seen: str, actor: Actor, now: datetime
) -> str:
    """A code for one visit within minutes, for a customer whose identity was checked: how (one of
    `IdentityCheck`) and what was `seen` is in the history. For those who may give access. Raises
    Forbidden, FormInvalid, NotFound, TooManyAttempts."""
    check_permission(actor, Permission.GIVE_PORTAL_ACCESS)
    words = " ".join(seen.split())
    _check_identity(check, words)
    with runtime.database.transaction() as connection:
        if count_up(connection, CODES, str(root_key), now=now) > CODES.most:
            raise TooManyAttempts
        take_children(connection, root_key, 0)
        code = portal_access.put_code(connection, root_key, by=actor.name, now=now)
        audit.append(
            connection,
            root_key,
            Event.PORTAL_CODE_GIVEN,
            actor=actor.name,
            at=now,
            details={"check": check, "reason": words},
        )
    return code


def _check_identity(check: str, words: str) -> None:
    errors = []
    if check not in [*IdentityCheck]:
        problem = Sentence("expected one of {checks}", checks=[*IdentityCheck])
        errors.append(FieldError("/check", problem))
    if not LEAST_SEEN <= len(words) <= MOST_SEEN or "\x00" in words:
        problem = Sentence(
            "expected what was checked, in {least} to {most} characters",
            least=LEAST_SEEN,
            most=MOST_SEEN,
        )
        errors.append(FieldError("/seen", problem))
    if errors:
        raise FormInvalid(errors)


def _get(connection: Connection, root_key: int) -> Complaint:
    found = cases.find_complaint(connection, root_key)
    if found is None:
        raise NotFound
    return found


def _find(connection: Connection, number: str) -> Complaint | None:
    try:
        return cases.get_complaint(connection, cases.parse_number(number))
    except (InvalidInput, NotFound):
        return None


def _mail(
    connection: Connection, runtime: Runtime, complaint: Complaint, *, actor: Actor, now: datetime
) -> None:
    """The letter; its way into the portal is added when it leaves, and kept nowhere."""
    first = take_children(connection, complaint.root_key, 2)
    queued = compose_letter(
        connection,
        complaint,
        {},
        runtime.profile_of(complaint),
        LetterOrder(TEMPLATE),
        bank=runtime.bank,
        keys=(first, first + 1),
        now=now,
    )
    letters.queue_letters(connection, complaint.root_key, [queued], now=now)
    audit.append(
        connection,
        complaint.root_key,
        Event.PORTAL_LINK_SENT,
        actor=actor.name,
        at=now,
        details={"letter": str(first)},
        subject_key=first,
    )
