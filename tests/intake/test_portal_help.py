"""The way into the portal for customers without a code: nobody of the bank ever holds what opens a
case for longer, and what passed through their hands binds no customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import audit, cases, jobs, letters
from service.audit import Event
from service.bench.recording import new_complaint
from service.db import Connection, metadata
from service.errors import Forbidden, FormInvalid, StateConflict
from service.execution import Runtime
from service.identity import SYSTEM, Actor, Role, TooManyAttempts
from service.intake import portal, portal_access, portal_door, portal_help
from service.operations import register_complaint
from tests.kit.clock import NOW

KEY = "k" * 40
AMY = Actor("amy", frozenset({Role.CLERK}))
HERE = "192.0.2.7"


def register(runtime: Runtime, **changes: object) -> cases.Complaint:
    new = replace(new_complaint(NOW), **changes)  # type: ignore[arg-type]
    made = register_complaint(runtime, new, actor=SYSTEM, now=NOW)
    with runtime.database.read() as connection:
        return cases.get_complaint(connection, made.number)


@pytest.fixture
def case(runtime: Runtime) -> cases.Complaint:
    return register(runtime, email="customer@home.invalid")


def give(runtime: Runtime, case: cases.Complaint, *, later: timedelta = timedelta()) -> str:
    return portal_help.give_portal_code(
        runtime,
        case.root_key,
        check="document",
        seen="passport, photograph compared",
        actor=AMY,
        now=NOW + later,
    )


def enter(
    runtime: Runtime, case: cases.Complaint, secret: str, *, later: timedelta = timedelta()
) -> str | None:
    return portal_door.enter_portal(
        runtime, case.number, secret, key=KEY, address=HERE, now=NOW + later
    )


def visit_of(runtime: Runtime, token: str | None) -> portal_access.Visit:
    with runtime.database.read() as connection:
        found = portal_access.find_visit(connection, str(token), now=NOW)
    assert found is not None
    return found


def link_secret(runtime: Runtime, case: cases.Complaint) -> str:
    link = portal_access.mail_link(runtime.database, KEY, "https://b.example", case.root_key, NOW)
    return str(link).rpartition(".")[2]


def events(runtime: Runtime, case: cases.Complaint) -> list[tuple[str, str, dict[str, object]]]:
    with runtime.database.read() as connection:
        rows = audit.list_history(connection, case.root_key)
    return [(row.event, row.actor, dict(row.details)) for row in rows if ":portal:" in row.event]


def kept(connection: Connection) -> str:
    """Everything that the database holds."""
    return "\n".join(
        str(tuple(row))
        for table in metadata.sorted_tables
        for row in connection.execute(table.select())
    ).upper()


def test_a_code_opens_one_visit_and_its_opening_is_on_the_record(
    runtime: Runtime, case: cases.Complaint
) -> None:
    code = give(runtime, case)
    token = enter(runtime, case, code.lower())
    assert visit_of(runtime, token) == portal_access.Visit(case.root_key, "amy")
    assert enter(runtime, case, code) is None
    assert events(runtime, case) == [
        (
            Event.PORTAL_CODE_GIVEN,
            "amy",
            {"check": "document", "reason": "passport, photograph compared"},
        ),
        (Event.PORTAL_ENTERED, "customer", {"helper": "amy"}),
    ]


def test_a_code_is_over_after_minutes_and_with_the_next(
    runtime: Runtime, case: cases.Complaint
) -> None:
    first, second = give(runtime, case), give(runtime, case)
    assert enter(runtime, case, first) is None
    assert enter(runtime, case, second, later=portal_access.CODE_LIFE) is None
    assert enter(runtime, case, second, later=portal_access.CODE_LIFE - timedelta(seconds=1))


BINDING: dict[str, Callable[[Runtime, str, str | None], None]] = {
    "withdraw": lambda runtime, number, helper: portal.withdraw(
        runtime, number, freely=True, reason="", now=NOW, helper=helper
    ),
    "accept": lambda runtime, number, helper: portal.answer_offer(
        runtime, number, accepted=True, comment="", now=NOW, helper=helper
    ),
    "settle": lambda runtime, number, helper: portal.answer_questions(
        runtime, number, satisfaction=5, settled=True, comment="", now=NOW, helper=helper
    ),
}


@pytest.mark.parametrize("act", BINDING)
def test_nothing_binding_is_taken_from_a_visit_that_staff_could_have_opened(
    runtime: Runtime, case: cases.Complaint, act: str
) -> None:
    helper = visit_of(runtime, enter(runtime, case, give(runtime, case))).helper
    with pytest.raises(Forbidden):
        BINDING[act](runtime, case.number, helper)
    secret = link_secret(runtime, case)
    assert visit_of(runtime, enter(runtime, case, secret)).helper is None


@pytest.mark.parametrize(
    ("check", "seen"),
    [("trust me", "passport, photograph compared"), ("document", "yes"), ("document", "x" * 301)],
)
def test_an_identity_that_was_not_checked_opens_nothing(
    runtime: Runtime, case: cases.Complaint, check: str, seen: str
) -> None:
    with pytest.raises(FormInvalid):
        portal_help.give_portal_code(
            runtime, case.root_key, check=check, seen=seen, actor=AMY, now=NOW
        )
    assert events(runtime, case) == []


def test_codes_for_one_case_are_limited(runtime: Runtime, case: cases.Complaint) -> None:
    for _ in range(portal_help.CODES.most):
        give(runtime, case)
    with pytest.raises(TooManyAttempts):
        give(runtime, case)


def test_a_link_goes_to_the_address_on_file_and_is_kept_nowhere(
    runtime: Runtime, case: cases.Complaint
) -> None:
    before = link_secret(runtime, case)
    portal_help.send_portal_link(runtime, case.root_key, actor=AMY, now=NOW)
    code, secret = give(runtime, case), link_secret(runtime, case)
    assert secret != before and enter(runtime, case, before) is None
    with runtime.database.read() as connection:
        [letter] = [
            row
            for row in letters.list_letters(connection, case.root_key)
            if row["template"] == portal_help.TEMPLATE
        ]
        rows = kept(connection)
    assert letter["recipient"] == "customer@home.invalid" and letter["delivery"] == "queued"
    for each in (secret, code):
        assert each not in rows and each.replace("-", "") not in rows


def test_without_an_address_no_link_is_sent(runtime: Runtime) -> None:
    case = register(runtime, email=None)
    with pytest.raises(StateConflict, match="no e-mail address"):
        portal_help.send_portal_link(runtime, case.root_key, actor=AMY, now=NOW)


def test_a_lost_code_is_replaced_by_mail_three_times_a_day(
    runtime: Runtime, case: cases.Complaint
) -> None:
    secret = link_secret(runtime, case)
    for number in (case.number, "C-2026-0999999-Z", "nonsense", *[case.number] * 4):
        portal_help.ask_portal_link(runtime, number, address=HERE, now=NOW)
    with runtime.database.read() as connection:
        sent = connection.execute(
            sa.select(sa.func.count()).select_from(jobs.tables.outbox)
        ).scalar_one()
        mails = [
            row
            for row in letters.list_letters(connection, case.root_key)
            if row["template"] == portal_help.TEMPLATE
        ]
    assert len(mails) == portal_help.SENT.most <= sent
    assert enter(runtime, case, secret), "whoever knows a number locks no customer out"
    with pytest.raises(TooManyAttempts):
        for _ in range(portal_help.ASKED.most):
            portal_help.ask_portal_link(runtime, case.number, address=HERE, now=NOW)


def test_no_link_goes_to_an_address_that_mail_came_back_from(
    runtime: Runtime, case: cases.Complaint
) -> None:
    with runtime.database.transaction() as connection:
        facts = {**case.facts, "mailReturned": {"address": case.contact_email}}
        connection.execute(
            sa.update(metadata.tables["complaint"])
            .where(metadata.tables["complaint"].c.root_key == case.root_key)
            .values(facts=facts)
        )
    with pytest.raises(StateConflict, match="no e-mail address"):
        portal_help.send_portal_link(runtime, case.root_key, actor=AMY, now=NOW)
    portal_help.ask_portal_link(runtime, case.number, address=HERE, now=NOW)
    with runtime.database.read() as connection:
        sent = [each["template"] for each in letters.list_letters(connection, case.root_key)]
    assert portal_help.TEMPLATE not in sent
