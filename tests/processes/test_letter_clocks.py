"""A letter meets its clock when it is on its way to the customer, not when it was written; what
came back opens the clock again; an answer is final only with the customer's rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from service import audit, letters
from service.db import Database
from service.definitions import shipped_files
from service.execution import Runtime
from service.jobs import Due
from service.letters.texts import path_of
from service.notifications import Mailer
from service.operations import finish_letter, mark_returned
from service.operations.deliver_mail import deliver_mail
from tests.kit.installation import release_files
from tests.kit.walker import CLERK, Walk, complain


def answered(runtime: Runtime, email: str | None) -> Walk:
    """A case whose outcome letter was just written."""
    return complain(runtime, email=email).work(until="ask-customer")


class Accepting:
    """A receiving server that takes every mail."""

    def deliver(self, key: int, payload: Any, *, now: datetime, footer: str) -> None:
        assert payload


def outcome_of(walk: Walk) -> dict[str, Any]:
    with walk.runtime.database.read() as connection:
        found = letters.list_letters(connection, walk.root)
    return next(each for each in found if each["template"] == "outcome")


def test_an_answer_on_paper_meets_its_clock_when_posted(runtime: Runtime) -> None:
    walk = answered(runtime, None)
    assert outcome_of(walk)["delivery"] == "print"
    assert walk.clocks["final response"].met_at is None
    assert walk.complaint.due_at is not None
    posted = walk.now + timedelta(days=2)
    finish_letter(runtime, outcome_of(walk)["key"], actor=CLERK, now=posted)
    assert walk.clocks["final response"].met_at == posted


def test_an_answer_by_mail_meets_its_clock_and_opens_it_again_when_it_comes_back(
    runtime: Runtime,
) -> None:
    walk = answered(runtime, "owen@customer.invalid")
    letter = outcome_of(walk)
    assert walk.clocks["final response"].met_at == letter["written_at"]
    back = walk.now + timedelta(hours=1)
    with runtime.database.transaction() as connection:
        mark_returned(connection, walk.complaint, letter["key"], reason="no such box", now=back)
    clock = walk.clocks["final response"]
    assert clock.met_at is None
    assert walk.complaint.due_at is not None and walk.complaint.due_at <= clock.due_at
    finish_letter(runtime, letter["key"], actor=CLERK, now=back + timedelta(days=1))
    assert walk.clocks["final response"].met_at == back + timedelta(days=1)


def test_an_answer_by_mail_is_met_when_the_receiving_server_has_it(runtime: Runtime) -> None:
    walk = answered(runtime, "owen@customer.invalid")
    letter, accepted = outcome_of(walk), walk.now + timedelta(days=3)
    due = Due(walk.root, letter["key"] + 1, 1, payload={"letter": str(letter["key"])})
    deliver_mail(runtime, cast("Mailer", Accepting()), due, link=None, now=accepted)
    assert walk.clocks["final response"].met_at == accepted
    with runtime.database.read() as connection:
        (told,) = [
            row
            for row in audit.list_history(connection, walk.root)
            if row.event == "case:letter:accepted"
        ]
    assert told.at == accepted and "final response" in told.details["met"]
    with runtime.database.transaction() as connection:
        mark_returned(
            connection,
            walk.complaint,
            letter["key"],
            reason="no such box",
            now=accepted + timedelta(hours=1),
        )
    assert walk.clocks["final response"].met_at is None


def test_a_letter_that_comes_back_opens_only_what_it_met(runtime: Runtime) -> None:
    walk = answered(runtime, "owen@customer.invalid")
    before = walk.clocks
    with runtime.database.transaction() as connection:
        mark_returned(
            connection, walk.complaint, outcome_of(walk)["key"], reason="full", now=walk.now
        )
    reopened = {name for name, entry in walk.clocks.items() if entry != before[name]}
    assert "final response" in reopened and "acknowledgement" not in reopened
    assert reopened <= {"final response", "next answer", "internal target"}


@pytest.mark.parametrize("rights", [True, False])
def test_an_answer_without_the_rights_is_not_final(database: Database, rights: bool) -> None:
    text = b"The outcome\n\nDear {{ customer }}, we were wrong." + b"\n\n{{ rights }}" * rights
    files = {**shipped_files(), path_of("outcome", "en"): text}
    walk = answered(release_files(database, files), "owen@customer.invalid")
    assert (walk.clocks["final response"].met_at is not None) is rights


def test_a_policy_without_words_for_the_rights_gives_no_answer(database: Database) -> None:
    runtime = release_files(database, shipped_files())
    document = {k: v for k, v in runtime.profile.document.items() if k != "rights"}
    silent = replace(runtime, profile=replace(runtime.profile, document=document))
    walk = answered(silent, "owen@customer.invalid")
    assert outcome_of(walk)["delivery"] == "incomplete"
    assert walk.clocks["final response"].met_at is None
