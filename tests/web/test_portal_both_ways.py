"""The portal works both ways: what a customer answers or disputes moves the case, is told to
whoever holds it, and stands where people look."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from service import cases
from service.execution import Runtime
from service.identity import CUSTOMER, Actor
from service.intake import portal_access
from service.operations import resume_instance, suspend_instance
from tests.kit.desk import Desk
from tests.kit.walker import Walk, complain

ASKS = {
    "evidence": "Statement",
    "complete": False,
    "missing": "The receipt",
    "askCustomer": True,
    "question": "Which card was it?",
}
QUESTION, ANSWER = "Which card was it?", "The blue card that ends in 4411."


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def asked(runtime: Runtime) -> Walk:
    """A case that has asked its customer something and waits for the answer."""
    walk = complain(runtime).work(until="collect-evidence")
    walk.answer("collect-evidence", **ASKS)
    assert walk.open() == [] and "customer-information" in walk.standing().messages
    return walk


def enter(desk: Desk, walk: Walk) -> None:
    """Let the customer of the case into the portal, with their own code."""
    secret = portal_access.new_secret()
    with walk.runtime.database.transaction() as connection:
        portal_access.give_access(connection, walk.root, secret, actor=CUSTOMER, now=walk.now)
    desk.at(walk.now).post("/portal/follow", number=walk.complaint.number, secret=secret)


def test_an_answer_wakes_the_task_and_is_told_and_shown(desk: Desk, runtime: Runtime) -> None:
    walk = asked(runtime)
    enter(desk, walk)
    page = desk.see("/portal/case")
    assert QUESTION in page and page.index("Your answer") < page.index("Looked into")
    assert desk.post("/portal/case/reply", text=ANSWER).headers["Location"].endswith("done=replied")
    assert walk.open() == ["collect-evidence"]
    assert all(clock.paused_at is None for clock in walk.clocks.values())
    [task] = walk.standing().tasks
    assert task.assignee == "wu"
    desk.sign_in("wu")
    assert "The customer of a case has answered" in desk.see("/notices")
    for path in (f"/tasks/{task.key}", f"/complaints/{walk.complaint.number}"):
        assert ANSWER in desk.see(path), path
    assert ANSWER in desk.client.get(f"/complaints/{walk.complaint.number}/report.html").get_data(
        as_text=True
    )
    assert QUESTION not in desk.see("/portal/case").split("Our letters to you")[0]


def test_a_file_alone_is_an_answer(desk: Desk, runtime: Runtime) -> None:
    walk = asked(runtime)
    enter(desk, walk)
    desk.post("/portal/case/reply", files=(BytesIO(b"a receipt"), "receipt.txt"))
    assert walk.open() == ["collect-evidence"]


def test_an_answer_to_a_withdrawn_question_is_kept_and_said_so(
    desk: Desk, runtime: Runtime
) -> None:
    walk = asked(runtime)
    enter(desk, walk)
    walk.wait()
    while "customer-information" in walk.standing().messages:
        walk.wait()
    desk.at(walk.now)
    enter(desk, walk)
    answer = desk.post("/portal/case/reply", text=ANSWER)
    assert answer.headers["Location"].endswith("done=late")
    assert "We no longer wait for an answer to this question" in desk.see(
        answer.headers["Location"]
    )
    with runtime.database.read() as connection:
        assert [word.body for word in cases.list_words(connection, walk.root)] == [ANSWER]


def test_a_suspended_case_takes_the_answer_once_it_goes_on(desk: Desk, runtime: Runtime) -> None:
    walk = asked(runtime)
    admin = Actor("admin-1", frozenset({"admin"}))
    suspend_instance(runtime, walk.root, reason="A test", actor=admin, now=walk.now)
    enter(desk, walk)
    desk.post("/portal/case/reply", text=ANSWER)
    assert walk.open() == []
    resume_instance(runtime, walk.root, reason="Go on", actor=admin, now=walk.now)
    assert walk.open() == ["collect-evidence"]


def test_a_dispute_is_read_by_whoever_goes_on(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime).work(until="ask-customer")
    enter(desk, walk)
    said = "You forgot the second fee."
    answer = desk.post("/portal/case/answer", satisfaction="1", settled="no", comment=said)
    assert answer.headers["Location"].endswith("done=answered")
    [task] = walk.standing().tasks
    desk.sign_in("wu")
    assert task.element_id == "propose-solution"
    assert said in desk.see(f"/tasks/{task.key}")
    assert said in desk.see(f"/complaints/{walk.complaint.number}")
    assert said in desk.client.get(f"/complaints/{walk.complaint.number}/report.html").get_data(
        as_text=True
    )
    assert said in desk.see("/portal/case")


def test_nothing_is_an_answer_to_nobody(desk: Desk, runtime: Runtime) -> None:
    walk = asked(runtime)
    enter(desk, walk)
    assert desk.post("/portal/case/reply", text=" ").status_code == 422
    assert desk.post("/portal/case/reply", text="x" * 20_001).status_code == 422
    assert walk.open() == [] and "x" * 20_001 in desk.post(
        "/portal/case/reply", text="x" * 20_001
    ).get_data(as_text=True)
