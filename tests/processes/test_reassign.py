"""A whole case handed to another investigator: every step that follows is theirs, and the record
says why."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service import audit, identity
from service.audit import Event
from service.errors import Forbidden, FormInvalid, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.notifications import list_notices
from service.operations import claim_task, reassign_case
from tests.kit.clock import NOW
from tests.kit.installation import ON_SQLITE
from tests.kit.walker import Walk, complain

LEAD = Actor("chen", frozenset({"approver"}))
WU = Actor("wu", frozenset({"handler"}))


pytestmark = ON_SQLITE


@pytest.fixture(autouse=True)
def handlers(runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        for name in ("wu", "ann", "bo"):
            identity.create_account(connection, name, None, ["handler"], now=NOW)


def hand_over(
    runtime: Runtime, walk: Walk, to: str, *, actor: Actor = LEAD, reason: str = "Wu is ill"
) -> None:
    reassign_case(runtime, walk.complaint.number, to, reason=reason, actor=actor, now=walk.now)


def test_what_follows_is_the_new_investigators(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="collect-evidence")
    [task] = [task for task in walk.standing().tasks if task.element_id == "collect-evidence"]
    assert (walk.complaint.investigator, task.assignee) == ("wu", "wu")
    hand_over(runtime, walk, "ann")
    [task] = [task for task in walk.standing().tasks if task.element_id == "collect-evidence"]
    assert (walk.complaint.investigator, task.assignee) == ("ann", "ann")
    walk.answer("collect-evidence")
    [report] = [task for task in walk.standing().tasks if task.element_id == "write-report"]
    assert report.assignee == "ann"
    assert walk.work().ends == ("archived-satisfied",)
    with runtime.database.read() as connection:
        rows = [
            row
            for row in audit.list_history(connection, walk.root)
            if row.event == Event.CASE_REASSIGNED
        ]
        told = [each.kind for each in list_notices(connection, "ann")]
        assert audit.verify(connection, walk.root) is None
    assert [
        (row.actor, row.details["from"], row.details["to"], row.details["reason"]) for row in rows
    ] == [("chen", "wu", "ann", "Wu is ill")]
    assert "assignment" in told


def test_nobody_absent_or_complained_about_takes_it(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="first-contact", assess_facts={"complainedPerson": "bo"})
    with runtime.database.transaction() as connection:
        day = walk.now.date()
        identity.set_absence(
            connection, "ann", first=day - timedelta(days=1), last=day + timedelta(days=1)
        )
    for to, said in (
        ("ann", "absent"),
        ("bo", "the person complained about"),
        ("nobody", "expected a handler"),
    ):
        with pytest.raises(FormInvalid) as refused:
            hand_over(runtime, walk, to)
        assert said in refused.value.errors[0].message
    with pytest.raises(StateConflict, match="already"):
        hand_over(runtime, walk, "wu")
    with pytest.raises(FormInvalid):
        hand_over(runtime, walk, "bo", reason=" ")
    with pytest.raises(Forbidden):
        hand_over(runtime, walk, "bo", actor=WU)
    assert walk.complaint.investigator == "wu"


def test_a_case_without_an_investigator_is_assigned_by_its_own_task(runtime: Runtime) -> None:
    walk = complain(runtime)
    with pytest.raises(StateConflict, match="no investigator yet"):
        hand_over(runtime, walk, "ann")


def test_a_claimed_task_goes_along_too(runtime: Runtime) -> None:
    walk = complain(runtime).work(until="first-contact")
    task = next(task for task in walk.standing().tasks if task.element_id == "first-contact")
    if task.assignee is None:
        claim_task(runtime, task.key, actor=WU, now=walk.now)
    hand_over(runtime, walk, "bo")
    task = next(task for task in walk.standing().tasks if task.element_id == "first-contact")
    assert task.assignee == "bo"
