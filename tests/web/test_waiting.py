"""A case that waits says for what and until when; what is only queued is not called done; a closed
case tells its end first."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import cases, letters
from service.execution import Runtime
from service.i18n.dates import Times
from service.operations import finish_letter
from service.reporting.waits import list_waits
from service.web.inbox_view import span_of
from tests.kit.desk import Desk
from tests.kit.walker import CLERK, Walk, complain
from tests.web.test_portal_both_ways import ASKS

NOT_REACHED = {"reached": False}


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def waits(runtime: Runtime, walk: Walk) -> list[tuple[str, str]]:
    with runtime.database.read() as connection:
        found = list_waits(
            connection, [walk.root], lambda key: runtime.bundles.get(connection, key)
        )
    return [(wait.kind.value, wait.element) for wait in found[walk.root]]


def test_a_case_between_two_calls_is_seen_everywhere(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime).work(until="first-contact")
    walk.answer("first-contact", **NOT_REACHED)
    assert walk.open() == [] and waits(runtime, walk) == [("timer", "next-working-hours")]
    desk.at(walk.now).sign_in("wu")
    due = Times("en", runtime.profile.calendar.zone).moment(walk.standing().timers[0][0])
    for path in ("/complaints", f"/complaints/{walk.complaint.number}"):
        assert f"waits for the next call , until {due}" in desk.see(path), path
    answer = desk.client.get(f"/api/complaints/{walk.complaint.number}", headers={}).get_json()
    assert [each["name"] for each in answer["waitsFor"]] == ["the next call"]


def test_what_is_waited_for_has_a_kind_and_an_end(desk: Desk, runtime: Runtime) -> None:
    plan = {"issues": "Two fees", "departments": ["cards", "it"], "question": "Why?"}
    walk = complain(runtime).work(until="consult-department", plan_investigation=plan)
    assert [kind for kind, _ in waits(runtime, walk)] == ["department", "department"]
    walk.work(until="collect-evidence")
    walk.answer("collect-evidence", **ASKS)
    assert waits(runtime, walk) == [("customer", "information-received")]
    page = desk.at(walk.now).sign_in("wu").see(f"/complaints/{walk.complaint.number}")
    assert "waits for the customer's answer , until" in page
    walk.say("customer-information")
    walk.work(until="ask-customer")
    assert waits(runtime, walk) == [("customer", "customer-answered")]


def test_an_acknowledgement_is_met_once_it_has_left(desk: Desk, runtime: Runtime) -> None:
    walk = complain(runtime, email=None, address="1 Main Road")
    desk.at(walk.now).sign_in("clerk")
    page = desk.see(f"/complaints/{walk.complaint.number}")
    clock = page.split("Deadlines")[1].split("acknowledgement")[1][:120]
    assert "queued" in clock and "met" not in clock
    with runtime.database.read() as connection:
        [letter] = [
            row
            for row in letters.list_letters(connection, walk.root)
            if row["template"] == "acknowledgement"
        ]
    finish_letter(runtime, letter["key"], actor=CLERK, now=walk.now)
    page = desk.see(f"/complaints/{walk.complaint.number}")
    assert "met" in page.split("Deadlines")[1].split("acknowledgement")[1][:60]


@pytest.mark.parametrize("reached", [True, False])
def test_who_was_called_is_in_the_contact_log(desk: Desk, runtime: Runtime, reached: bool) -> None:
    walk = complain(runtime).work(until="first-contact")
    more = {} if reached else NOT_REACHED
    walk.answer("first-contact", note="She will send the statement.", **more)
    with runtime.database.read() as connection:
        [entry] = cases.list_contacts(connection, walk.root)
    assert (entry.bank_person, entry.result) == ("wu", "reached" if reached else "not reached")
    page = desk.at(walk.now).sign_in("wu").see(f"/complaints/{walk.complaint.number}/evidence")
    assert "She will send the statement." in page


def test_an_archived_case_tells_its_end_first(desk: Desk, runtime: Runtime) -> None:
    money = {
        "outcome": "upheld",
        "remedies": ["compensation"],
        "compensationAmount": 8_000,
        "reason": "Our error",
    }
    walk = complain(runtime).work(propose_solution=money)
    assert walk.complaint.status == "archived"
    page = desk.at(walk.now).sign_in("wu").see(f"/complaints/{walk.complaint.number}")
    ending = page.split("How it ended")[1].split("Diagram")[0]
    for each in ("Outcome", "TWD 8,000", "Check twice"):
        assert each in ending, each


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, (0, "minutes")),
        (7_199, (119, "minutes")),
        (28 * 3_600, (28, "calendar hours")),
        (2_718 * 86_400, (2_718, "calendar days")),
    ],
)
def test_time_left_is_of_one_kind(seconds: int, shown: tuple[int, str]) -> None:
    assert span_of(seconds) == shown
