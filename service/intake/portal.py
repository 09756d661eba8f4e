"""What a customer does in the portal: complains, looks, adds, answers, withdraws. Each is an
operation on the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service import audit, cases, jobs, letters, operations
from service.audit import Event
from service.cases import Complaint, NewComplaint, NewEvidence
from service.db import Connection
from service.errors import FieldError, FormInvalid, NotFound, StateConflict
from service.identity import Actor
from service.intake.portal_access import give_access
from service.operations import Registered, Runtime
from service.policy import Deadline

CUSTOMER = Actor("customer", frozenset({"clerk"}))
ANSWER, WITHDRAWAL = "customer-answer", "complaint-withdrawn"
MOST_TEXT = 20_000


class Stage(StrEnum):
    """Where a complaint stands, as a customer sees it."""

    RECEIVED = "received"
    LOOKING = "looking"
    ASKED = "asked"
    WITHDRAWING = "withdrawing"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


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

    def along(connection: Connection, registered: Registered) -> None:
        operations.write_evidence(
            connection, registered.root_key, files, actor=CUSTOMER.name, now=now
        )
        give_access(connection, registered.root_key, secret, actor=CUSTOMER, now=now)

    given = replace(new, channel="online")
    return operations.register_complaint(
        runtime, given, actor=CUSTOMER, now=now, idempotency_key=f"portal-{once}", along=along
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
    return Standing(
        complaint,
        _stage(complaint, answer=answer, withdrawal=withdrawal),
        tuple(promised),
        tuple(row for row in filed if row["audience"] == "customer" and row["body"])[::-1],
        tuple(each for each in files if each.added_by == CUSTOMER.name),
        answer,
        withdrawal,
    )


def add_information(
    runtime: Runtime, root_key: int, files: Sequence[NewEvidence], *, now: datetime
) -> None:
    """The customer adds a text or files. Raises FormInvalid when there is neither, StateConflict
    for a closed case."""
    if not files:
        raise FormInvalid([FieldError("/text", "is required")])
    with runtime.database.transaction() as connection:
        operations.take_children(connection, root_key, 0)
        complaint = cases.find_complaint(connection, root_key)
        if complaint is None or complaint.status != "open":
            raise StateConflict("The complaint is closed. You may complain again at any time.")
        operations.write_evidence(connection, root_key, files, actor=CUSTOMER.name, now=now)
        details = {"verdict": "portal"}
        audit.append(
            connection, root_key, Event.MAIL_RECEIVED, actor=CUSTOMER.name, at=now, details=details
        )
        operations.tell_staff(connection, complaint, runtime.profile, "reply-received", now=now)


def answer_questions(
    runtime: Runtime,
    number: str,
    *,
    satisfaction: int | None,
    settled: bool | None,
    comment: str,
    now: datetime,
) -> None:
    """The customer says whether the outcome settles the matter. Raises FormInvalid; StateConflict
    when not asked."""
    errors = []
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
        "comment": comment[:1_000],
    }
    _send(runtime, ANSWER, number, variables, now=now)


def withdraw(runtime: Runtime, number: str, *, freely: bool, reason: str, now: datetime) -> None:
    """The customer withdraws. Raises FormInvalid unless it is confirmed; StateConflict when it is
    too late."""
    if not freely:
        raise FormInvalid([FieldError("/freely", "true was expected")])
    _send(runtime, WITHDRAWAL, number, {"reason": reason[:1_000]} if reason else {}, now=now)


def _send(
    runtime: Runtime, name: str, number: str, variables: Mapping[str, object], *, now: datetime
) -> None:
    try:
        operations.send_message(runtime, name, number, variables, actor=CUSTOMER, now=now)
    except NotFound:
        raise StateConflict("This is not possible any more: the complaint has moved on.") from None


def _stage(complaint: Complaint, *, answer: bool, withdrawal: bool) -> Stage:
    if complaint.status != "open":
        return Stage.WITHDRAWN if complaint.outcome == "withdrawn" else Stage.CLOSED
    if answer:
        return Stage.ASKED
    if not withdrawal:
        return Stage.WITHDRAWING
    return Stage.LOOKING if complaint.severity else Stage.RECEIVED
