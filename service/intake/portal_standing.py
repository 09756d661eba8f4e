"""Where a complaint stands, as its customer sees it in the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from service import cases, jobs, letters
from service.cases import Complaint
from service.db import Connection
from service.errors import NotFound
from service.identity import CUSTOMER
from service.operations import INFORMATION
from service.policy import Deadline

ANSWER, WITHDRAWAL = "customer-answer", "complaint-withdrawn"
QUESTION = "question"
"""The letter that asks the customer for something."""
MOST_WORDS = 50


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
