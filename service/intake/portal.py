"""What a customer does in the portal: complains, looks, adds, answers, withdraws. Each is an
operation on the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from service import cases, jobs, letters, operations
from service.cases import Complaint, NewComplaint, NewEvidence
from service.db import Connection
from service.errors import FieldError, Forbidden, FormInvalid, NotFound, StateConflict
from service.execution import Runtime
from service.identity import CUSTOMER
from service.intake.portal_access import give_access
from service.lengths import check_text, find_length_problem
from service.operations import INFORMATION, Registered, Said, hear_customer
from service.policy import Deadline

_WHENEVER = datetime(1970, 1, 1, tzinfo=UTC)
ANSWER, WITHDRAWAL = "customer-answer", "complaint-withdrawn"
QUESTION = "question"
"""The letter that asks the customer for something."""
MOST_TEXT, MOST_COMMENT, MOST_WORDS = 20_000, 5_000, 50


class Stage(StrEnum):
    """Where a complaint stands, as a customer sees it."""

    RECEIVED = "received"
    LOOKING = "looking"
    QUESTION = "question"
    OFFERED = "offered"
    ASKED = "asked"
    WITHDRAWING = "withdrawing"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Heard(StrEnum):
    """What became of something the customer added."""

    ADDED = "added"
    ANSWERED = "replied"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Question:
    """What the bank has asked the customer, and when."""

    text: str
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as its customer may see it."""

    complaint: Complaint
    stage: Stage
    promised: tuple[Deadline, ...]
    letters: tuple[dict[str, object], ...]
    files: tuple[cases.Evidence, ...]
    may_answer: bool
    may_withdraw: bool
    question: Question | None = None
    words: tuple[cases.CustomerWord, ...] = ()
    offer: cases.Offer | None = None
    """The one that waits for their answer."""


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


def look(connection: Connection, root_key: int) -> Standing:
    """Where the case stands. Raises NotFound."""
    complaint = cases.find_complaint(connection, root_key)
    if complaint is None:
        raise NotFound
    answer = bool(jobs.find_subscriptions(connection, ANSWER, complaint.number))
    withdrawal = bool(jobs.find_subscriptions(connection, WITHDRAWAL, complaint.number))
    promised = [
        entry
        for entry in cases.list_deadlines(connection, root_key)
        if entry.clock == "final response"
    ]
    filed = letters.list_letters(connection, root_key)
    files = cases.list_evidence(connection, root_key)
    question, offer = _asked(connection, complaint, filed), _offered(connection, complaint)
    stage = (
        Stage.OFFERED
        if offer is not None
        else _stage(complaint, answer=answer, withdrawal=withdrawal, question=question is not None)
    )
    return Standing(
        complaint,
        stage,
        tuple(promised),
        tuple(row for row in filed if row["audience"] == "customer" and row["body"])[::-1],
        tuple(each for each in files if each.added_by == CUSTOMER.name),
        answer,
        withdrawal,
        question,
        tuple(cases.list_words(connection, root_key, limit=MOST_WORDS)),
        offer,
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


def _asked(
    connection: Connection, complaint: Complaint, filed: Sequence[Mapping[str, Any]]
) -> Question | None:
    """What the bank has asked and waits for, from the letter that asked it."""
    if not jobs.find_subscriptions(connection, INFORMATION, complaint.number):
        return None
    letter = next((row for row in reversed(filed) if row["template"] == QUESTION), None)
    if letter is None:
        return Question("", None)
    return Question(letter["body"], letter["written_at"])


def _offered(connection: Connection, complaint: Complaint) -> cases.Offer | None:
    """The offer that is open, while the case waits for the answer."""
    if not jobs.find_subscriptions(connection, cases.OFFER_ANSWER, complaint.number):
        return None
    found = cases.find_offer(connection, complaint.root_key)
    return found if found is not None and found.state is cases.OfferState.OPEN else None


def _stage(complaint: Complaint, *, answer: bool, withdrawal: bool, question: bool) -> Stage:
    if complaint.status != "open":
        return Stage.WITHDRAWN if complaint.outcome == "withdrawn" else Stage.CLOSED
    if answer:
        return Stage.ASKED
    if not withdrawal:
        return Stage.WITHDRAWING
    if question:
        return Stage.QUESTION
    return Stage.LOOKING if complaint.severity else Stage.RECEIVED
