"""What a customer does in the portal: complains, adds, answers, withdraws. Each is an operation on
the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum

from service import cases, operations
from service.cases import NewComplaint, NewEvidence
from service.db import Connection
from service.errors import FieldError, Forbidden, FormInvalid, NotFound, StateConflict
from service.execution import Runtime
from service.identity import CUSTOMER
from service.intake.portal_access import give_access
from service.intake.portal_standing import ANSWER, WITHDRAWAL
from service.lengths import check_text, find_length_problem
from service.operations import Registered, Said, hear_customer

_WHENEVER = datetime(1970, 1, 1, tzinfo=UTC)
MOST_TEXT, MOST_COMMENT = 20_000, 5_000


class Heard(StrEnum):
    """What became of something the customer added."""

    ADDED = "added"
    ANSWERED = "replied"
    LATE = "late"


def complain(
    runtime: Runtime,
    new: NewComplaint,
    files: Sequence[NewEvidence],
    *,
    secret: str,
    once: str,
    now: datetime,
) -> Registered:
    """Register a complaint with its files and its secret, all of it or nothing. The same form again
    changes nothing."""
    if not new.content:
        raise FormInvalid([FieldError("/content", "is required")])

    def file_with_it(connection: Connection, registered: Registered) -> None:
        operations.write_evidence(
            connection, registered.root_key, files, actor=CUSTOMER.name, now=now
        )
        give_access(connection, registered.root_key, secret, actor=CUSTOMER, now=now)

    given = replace(new, channel="online")
    # when it was sent is no part of the form: sent again a moment later it is the same
    request = asdict(replace(given, received_at=_WHENEVER)) | {
        "files": [each.kept.sha256 for each in files]
    }
    return operations.register_complaint(
        runtime,
        given,
        actor=CUSTOMER,
        now=now,
        idempotency_key=f"portal-{once}",
        request=request,
        in_transaction=file_with_it,
    )


def add_information(
    runtime: Runtime,
    root_key: int,
    text: str,
    files: Sequence[NewEvidence],
    *,
    now: datetime,
    answers: bool = False,
) -> Heard:
    """The customer adds a text or files; where the bank has asked them something, it is the answer.
    `answers` says that they meant it as one: a question that was withdrawn meanwhile loses nothing.

    Raises FormInvalid when there is neither, or too much of it; StateConflict for a closed case.
    """
    if not files and not text:
        raise FormInvalid([FieldError("/text", "is required")])
    if text:
        check_text("/text", text, MOST_TEXT)
    said = Said("answer" if answers else "information", "portal", text)
    moved = hear_customer(runtime, root_key, said, files, actor=CUSTOMER, now=now)
    if moved:
        return Heard.ANSWERED
    return Heard.LATE if answers else Heard.ADDED


def answer_questions(
    runtime: Runtime,
    number: str,
    *,
    satisfaction: int | None,
    settled: bool | None,
    comment: str,
    now: datetime,
    helper: str | None = None,
) -> None:
    """The customer says whether the outcome settles the matter. Raises Forbidden where a `helper`'s
    code opened the visit, FormInvalid; StateConflict when not asked."""
    _check_alone(helper)
    body = comment.strip()
    errors = _too_long("/comment", body)
    if satisfaction is None or not 1 <= satisfaction <= 5:
        errors.append(FieldError("/satisfaction", "is required"))
    if settled is None:
        errors.append(FieldError("/settled", "is required"))
    if errors:
        raise FormInvalid(errors)
    variables = {
        "reached": True,
        "satisfaction": satisfaction,
        "disputed": not settled,
        "comment": body,
    }
    _send(runtime, number, Said("opinion", "portal", body, ANSWER, variables, True), now=now)


def answer_offer(
    runtime: Runtime,
    number: str,
    *,
    accepted: bool | None,
    comment: str,
    now: datetime,
    helper: str | None = None,
) -> None:
    """The customer accepts or declines what the bank offers. Raises Forbidden where a `helper`'s
    code opened the visit, FormInvalid; StateConflict when no offer waits for an answer: it was
    answered, has lapsed, or the complaint was withdrawn."""
    _check_alone(helper)
    body = comment.strip()
    errors = _too_long("/why", body)
    if accepted is None:
        errors.append(FieldError("/accepted", "is required"))
    elif not accepted and not body:
        errors.append(FieldError("/why", "is required"))
    if errors:
        raise FormInvalid(errors)
    variables = {
        "offerAnswer": "accepted" if accepted else "declined",
        "offerChannel": "portal",
        "offerWords": body,
    }
    said = Said("opinion", "portal", body, cases.OFFER_ANSWER, variables, True)
    _send(runtime, number, said, now=now)


def withdraw(
    runtime: Runtime,
    number: str,
    *,
    freely: bool,
    reason: str,
    now: datetime,
    helper: str | None = None,
) -> None:
    """The customer withdraws. Raises Forbidden where a `helper`'s code opened the visit,
    FormInvalid unless it is confirmed; StateConflict when it is too late."""
    _check_alone(helper)
    body = reason.strip()
    errors = _too_long("/reason", body)
    if not freely:
        errors.append(FieldError("/freely", "true was expected"))
    if errors:
        raise FormInvalid(errors)
    variables = {"reason": body} if body else {}
    _send(runtime, number, Said("withdrawal", "portal", body, WITHDRAWAL, variables, True), now=now)


def _too_long(pointer: str, body: str) -> list[FieldError]:
    """What is wrong with words that need not be there."""
    problem = find_length_problem(pointer, body, MOST_COMMENT) if body else None
    return [] if problem is None else [problem]


def _check_alone(helper: str | None) -> None:
    """Raises Forbidden where somebody of the bank could be who asks: they have seen the code."""
    if helper is not None:
        raise Forbidden(
            "This was opened with a code from {helper}: it takes your own code or the link in our "
            "mail to you.",
            helper=helper,
        )


def _send(runtime: Runtime, number: str, said: Said, *, now: datetime) -> None:
    with runtime.database.read() as connection:
        root_key = cases.get_complaint(connection, number).root_key
    try:
        hear_customer(runtime, root_key, said, actor=CUSTOMER, now=now)
    except NotFound:
        raise StateConflict("This is not possible any more: the complaint has moved on.") from None
