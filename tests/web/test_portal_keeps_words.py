"""What a customer has written in the portal is sent whole, or stands on the page that says why it
was not: it is never cut, and never gone."""

from __future__ import annotations

from pathlib import Path

import flask
import pytest

from service import cases
from service.execution import Runtime
from service.identity import CUSTOMER
from service.intake import portal, portal_access
from tests.kit.desk import Desk
from tests.kit.walker import Walk, complain
from tests.web.test_portal_both_ways import asked, enter

LONG = "They charged me twice. " * 2_000
FORMS = {
    "add": ("text", {}),
    "reply": ("text", {}),
    "answer": ("comment", {"satisfaction": "2", "settled": "no"}),
    "offer": ("why", {"accepted": "no"}),
    "withdraw": ("reason", {"freely": "true"}),
}


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def disputable(runtime: Runtime) -> Walk:
    """A case whose customer is asked whether the outcome settles it."""
    walk = complain(runtime).work(until="ask-customer")
    assert "customer-answer" in walk.standing().messages
    return walk


def send(desk: Desk, form: str, **fields: str) -> tuple[int, str]:
    answer = desk.post(f"/portal/case/{form}", **fields)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_too_long_is_refused_and_nothing_of_it_is_taken(
    desk: Desk, runtime: Runtime, form: str
) -> None:
    walk = complain(runtime)
    enter(desk, walk)
    name, others = FORMS[form]
    status, page = send(desk, form, **others, **{name: LONG})
    assert status == 422
    if form in {"add", "withdraw"}:
        assert LONG in page
        most = portal.MOST_TEXT if name == "text" else portal.MOST_COMMENT
        assert f"expected 1 to {most} characters, got {len(LONG.strip())}" in page
    assert said(walk) == []
    assert "charged me twice" not in desk.see("/portal/case")


def test_a_long_dispute_goes_to_the_bank_whole(desk: Desk, runtime: Runtime) -> None:
    walk = disputable(runtime)
    enter(desk, walk)
    words = ("The letter does not say what I asked. " * 200)[: portal.MOST_COMMENT].strip()
    status, _ = send(desk, "answer", satisfaction="1", settled="no", comment=words)
    assert status == 302
    assert said(walk) == [words]


def test_a_mark_that_is_missing_leaves_the_rest_of_the_form(desk: Desk, runtime: Runtime) -> None:
    walk = disputable(runtime)
    enter(desk, walk)
    status, page = send(desk, "answer", settled="no", comment="It was my brother's card.")
    assert status == 422 and "Please answer both questions." in page
    assert "It was my brother&#39;s card." in page
    assert 'name="settled" value="no" checked' in page


@pytest.mark.parametrize("form", FORMS)
def test_words_outlive_a_visit_that_has_ended(desk: Desk, runtime: Runtime, form: str) -> None:
    walk = asked(runtime)
    enter(desk, walk)
    desk.post("/portal/leave")
    name, others = FORMS[form]
    status, page = send(desk, form, **others, **{name: "It was the blue card."})
    assert status == 401 and "It was the blue card." in page
    entered = answer_with_code(desk, walk, **{name: "It was the blue card."})
    assert entered.status_code == 200
    assert "It was the blue card.</textarea>" in entered.get_data(as_text=True)
    assert said(walk) == []
    assert walk.open() == []


def test_words_to_a_case_that_has_closed_can_be_copied(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime)
    enter(desk, walk)
    walk.work()
    assert walk.complaint.status != "open"
    status, page = send(desk, "add", text="It was the blue card.")
    assert status == 409
    assert "It was the blue card.</textarea>" in page


def said(walk: Walk) -> list[str]:
    """What the customer has said, as the bank reads it."""
    with walk.runtime.database.read() as connection:
        return [each.body for each in cases.list_words(connection, walk.root, limit=9)]


def answer_with_code(desk: Desk, walk: Walk, **fields: str) -> flask.Response:
    """Let the customer in with a new code, and what the page before has kept."""
    secret = portal_access.new_secret()
    with walk.runtime.database.transaction() as connection:
        portal_access.give_access(connection, walk.root, secret, actor=CUSTOMER, now=walk.now)
    return desk.post("/portal/follow", number=walk.complaint.number, secret=secret, **fields)
