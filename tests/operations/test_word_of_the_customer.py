"""A case takes some things as the customer's word: nobody of the bank can give it for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service import cases, tasks
from service.bench.recording import new_complaint
from service.errors import Forbidden, NotFound
from service.execution import Runtime
from service.identity import CUSTOMER, RESERVED_MESSAGES, SYSTEM, Actor, HouseRole, Role
from service.intake import portal
from service.intake.portal_help import give_portal_code, send_portal_link
from service.operations import (
    claim_task,
    complete_task,
    correlate_message,
    publish_message,
    register_complaint,
)
from tests.kit.clock import NOW

AMY = Actor("amy", frozenset({Role.CLERK, Role.HANDLER, Role.ADMIN}))
BEN = Actor("ben", frozenset({Role.CLERK, Role.HANDLER}))
LIFE = timedelta(days=1)
CHECKED = {"check": "document", "seen": "passport, photograph compared"}


@pytest.fixture
def case(runtime: Runtime) -> cases.Complaint:
    new = replace(new_complaint(NOW), email="customer@home.invalid")
    made = register_complaint(runtime, new, actor=SYSTEM, now=NOW)
    with runtime.database.read() as connection:
        return cases.get_complaint(connection, made.number)


@pytest.mark.parametrize("message", RESERVED_MESSAGES)
@pytest.mark.parametrize("role", [*Role, HouseRole.WORKER, HouseRole.MAILBOX])
def test_a_reserved_message_is_taken_from_nobody_else(
    runtime: Runtime, case: cases.Complaint, message: str, role: str
) -> None:
    who = Actor("somebody", frozenset({role}))
    with pytest.raises(Forbidden):
        correlate_message(runtime, message, case.number, {}, actor=who, now=NOW)
    with pytest.raises(Forbidden):
        publish_message(runtime, message, case.number, {}, actor=who, now=NOW, life=LIFE)


@pytest.mark.parametrize(
    "who", [CUSTOMER, Actor("bank-app", frozenset({HouseRole.CHANNEL}))], ids=lambda who: who.name
)
def test_the_channel_withdraws_and_is_named(
    runtime: Runtime, case: cases.Complaint, who: Actor
) -> None:
    correlate_message(runtime, "complaint-withdrawn", case.number, {}, actor=who, now=NOW)
    with pytest.raises(NotFound):
        correlate_message(runtime, "complaint-withdrawn", case.number, {}, actor=who, now=NOW)


@pytest.mark.parametrize("way", ["link", "code"])
def test_who_gave_access_to_the_portal_does_not_confirm_the_withdrawal(
    runtime: Runtime, case: cases.Complaint, way: str
) -> None:
    if way == "link":
        send_portal_link(runtime, case.root_key, actor=AMY, now=NOW)
    else:
        give_portal_code(runtime, case.root_key, **CHECKED, actor=AMY, now=NOW)
    portal.withdraw(runtime, case.number, freely=True, reason="", now=NOW)
    with runtime.database.read() as connection:
        [task] = [
            each
            for each in tasks.list_open_tasks(connection, case.root_key)
            if each.element_id == "confirm-withdrawal"
        ]
    for refused in (
        lambda: claim_task(runtime, task.key, actor=AMY, now=NOW),
        lambda: complete_task(runtime, task.key, {}, actor=AMY, now=NOW),
    ):
        with pytest.raises(Forbidden, match="another pair of eyes"):
            refused()
    assert claim_task(runtime, task.key, actor=BEN, now=NOW).assignee == "ben"


@pytest.mark.parametrize("role", [Role.APPROVER, Role.EXECUTIVE, Role.OWNER, Role.DEPARTMENT])
def test_only_who_may_gives_access(runtime: Runtime, case: cases.Complaint, role: Role) -> None:
    with pytest.raises(Forbidden):
        send_portal_link(runtime, case.root_key, actor=Actor("x", frozenset({role})), now=NOW)
    with pytest.raises(Forbidden):
        give_portal_code(
            runtime, case.root_key, **CHECKED, actor=Actor("x", frozenset({role})), now=NOW
        )
