"""Today, the first page of everybody: what to start with, what is mine, and what waits for
others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from service import identity
from service.app import create_app
from service.clock import VirtualClock
from service.config import Settings
from service.execution import Runtime
from service.identity import Actor
from service.operations import declare_emergency
from service.web.headline import LONGEST, subject_of
from tests.kit.clock import NOW
from tests.kit.desk import SAME, Desk
from tests.kit.walker import complain
from tests.web.test_waiting import NOT_REACHED


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def test_signing_in_leads_to_what_is_due_first(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime)
    answer = desk.post("/sign-in", name="clerk", password="a password of the desk")
    assert answer.headers["Location"] == "/today"
    page = desk.at(walk.now).see("/today")
    first = walk.open()[0]
    assert "Start with this one" in page and walk.complaint.number in page
    assert first in walk.open() and "Offered to my groups" in page


def test_a_case_that_waits_does_not_vanish(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime).work(until="first-contact")
    walk.answer("first-contact", **NOT_REACHED)
    page = desk.at(walk.now).sign_in("wu").see("/today")
    assert "All done for now" in page and "Waiting for others" in page
    assert "waits for the next call" in page


def test_who_waits_for_nobody_is_told_so(desk: Desk, runtime: Runtime) -> None:
    page = desk.sign_in("lin").see("/today")
    assert "No task is yours or offered to you" in page and "Waiting for others" not in page


def test_an_emergency_stands_before_what_is_overdue(desk: Desk, runtime: Runtime) -> None:
    executive = Actor("executive-1", frozenset({"executive"}))
    old = complain(runtime, now=NOW - timedelta(days=30))
    found = declare_emergency(
        runtime, [], level="III", cause="Branch flooded", actor=executive, now=NOW
    )
    page = desk.at(NOW).sign_in("executive-1").see("/today")
    start = page[page.index("Start with this one") :]
    assert start.startswith("Start with this one: it is urgent.")
    assert found.number in start[: start.index("Start next")]
    tasks = desk.see("/tasks?show=all")
    assert tasks.index(found.number) < tasks.index(old.complaint.number)


@pytest.mark.parametrize(("demo", "status"), [(True, 302), (False, 403)])
def test_only_a_demo_is_entered_without_a_password(
    runtime: Runtime, demo: bool, status: int
) -> None:
    desk = Desk.__new__(Desk)
    app = create_app(
        Settings(secret_key="k" * 40, demo=demo), runtime=runtime, clock=VirtualClock(NOW)
    )
    desk.runtime, desk.client = runtime, app.test_client()
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "handler", None, ["handler"], now=NOW)
    assert desk.post("/sign-in/demo", account="handler").status_code == status
    assert desk.post("/sign-in/demo", account="nobody").status_code == 403
    shown = desk.client.get("/sign-in", headers=SAME).get_data(as_text=True)
    assert ("Try it as" in shown) is demo


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The fee is wrong. I ask for it back.", "The fee is wrong"),
        ("年費重複收取。請退還。", "年費重複收取"),
        ("", "C-1"),
        ("word " * 60, ("word " * 60)[: LONGEST - 1].rsplit(" ", 1)[0] + "…"),
        ("無" * 200, "無" * (LONGEST - 1) + "…"),
    ],
)
def test_the_subject_is_one_line(content: str, expected: str) -> None:
    class Said:
        number = "C-1"

    said = Said()
    said.content = content  # type: ignore[attr-defined]
    assert subject_of(said) == expected  # type: ignore[arg-type]
