"""An emergency: opened by rule or person, raised by number, directed, stood down; every complaint
keeps its own."""

from __future__ import annotations

import os
from datetime import timedelta

import sqlalchemy as sa

from service import cases, identity, policy
from service.execution import Runtime
from service.jobs.tables import outbox
from service.letters import list_letters
from service.notifications import list_notices
from service.operations.declare_emergency import declare_emergency, link_emergency
from tests.kit.clock import NOW
from tests.kit.installation import ON_SQLITE
from tests.kit.walker import CLERK, Walk, complain

pytestmark = ON_SQLITE

SURGE = int(os.environ.get("REDRESS_TEST_SURGE", "300"))
TEXT = (
    "The mobile banking application charged a monthly fee of {} although the account is free "
    "of charge"
)


def _of(runtime: Runtime, found: cases.Emergency) -> cases.Emergency:
    with runtime.database.read() as connection:
        again = cases.find_emergency(connection, found.root_key)
    assert again is not None
    return again


def test_a_surge_opens_one_emergency_and_raises_the_right_level_once(runtime: Runtime) -> None:
    walks = [
        complain(
            runtime,
            TEXT.format(100 + number),
            email=f"customer{number}@customer.invalid",
            now=NOW + timedelta(minutes=10) * number / SURGE,
        )
        for number in range(SURGE)
    ]
    with runtime.database.read() as connection:
        (found,) = cases.list_emergencies(connection)
        log = cases.list_actions(connection, found.root_key)
        numbers = [walk.complaint.number for walk in walks]
    assert found.complaints == SURGE
    assert found.level == policy.level_by_number(runtime.profile, SURGE)
    raised = [entry["text"] for entry in log if entry["kind"] in ("opened", "raised")]
    assert (
        len(raised)
        == len(set(raised))
        == sum(number <= SURGE for number in (10, 500, 5_000, 50_000))
    )
    assert len(set(numbers)) == SURGE
    assert all("acknowledgement" in walk.letters for walk in walks[:: max(1, SURGE // 50)])
    assert walks[-1].open() == ["assess-facts"]


def test_different_complaints_are_no_spike(runtime: Runtime) -> None:
    texts = (
        "My card was swallowed by the machine",
        "The queue in the branch was two hours long",
        "Nobody answers the telephone",
        "The mortgage offer was wrong",
        "I was sold a fund I did not want",
        "The transfer to my sister is lost",
        "Staff was rude to my mother",
        "The interest is not what was agreed",
        "A stranger opened an account in my name",
        "The statement never came",
        "Insurance was added without consent",
    )
    for number, text in enumerate(texts):
        complain(runtime, text, email=f"customer{number}@customer.invalid")
    with runtime.database.read() as connection:
        assert cases.list_emergencies(connection) == []


def test_from_declaration_to_the_after_action_report(runtime: Runtime) -> None:
    case = complain(runtime)
    opened = declare_emergency(
        runtime, [case.complaint.number], level="III", cause="Branch flooded", actor=CLERK, now=NOW
    )
    walk = Walk(runtime, opened.root_key)
    assert walk.open() == ["declare-emergency"]
    with runtime.database.read() as connection:
        called = [letter["recipient"] for letter in list_letters(connection, opened.root_key)]
    assert len(called) == 5
    walk.answer("declare-emergency", level="II")
    assert walk.open().count("send-report") == 5
    assert _of(runtime, opened).level == "II"
    due = sorted(task.due_at for task in walk.standing().tasks if task.element_id == "send-report")
    assert (due[0] - walk.now, due[-1] - walk.now) == (timedelta(minutes=30), timedelta(hours=24))

    walk.answer("direct-response", next="stand down")
    assert "direct-response" in walk.open()  # 48 quiet hours are not over
    walk.answer("direct-response", next="change level", newLevel="III")
    assert _of(runtime, opened).level == "III"
    walk.now += timedelta(hours=25)
    walk.answer("direct-response", next="stand down")
    assert "write-after-action" in walk.open()
    walk.work()
    assert walk.ends == ("emergency-over",)
    assert _of(runtime, opened).status == "stood down"
    with runtime.database.read() as connection:
        kinds = [entry["kind"] for entry in cases.list_actions(connection, opened.root_key)]
    assert kinds[0] == "opened"
    assert {"team", "level", "action", "stand-down", "end"} <= set(kinds)
    assert case.work().ends == ("archived-satisfied",)
    assert "case:emergency:linked" in case.events


def test_a_late_report_is_told_to_the_executives(runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        for name, role in (("mei", "executive"), ("ann", "handler")):
            identity.create_account(connection, name, None, [role], now=NOW)
    opened = declare_emergency(runtime, [], level="IV", cause="Fees", actor=CLERK, now=NOW)
    walk = Walk(runtime, opened.root_key)
    walk.answer("declare-emergency")
    walk.wait()
    with runtime.database.read() as connection:
        late = [
            each
            for each in list_letters(connection, opened.root_key)
            if each["template"] == "emergency-report"
        ]
        told = {name: list_notices(connection, name) for name in ("mei", "ann")}
    assert [each["recipient"] for each in late] == ["executive"]
    assert opened.number in late[0]["subject"]
    assert [(each.kind, each.root_key) for each in told["mei"]][-1] == ("alert", opened.root_key)
    assert "alert" not in [each.kind for each in told["ann"]]
    walk.now += timedelta(hours=25)
    assert walk.work().ends == ("emergency-over",)


def test_the_teams_of_an_emergency_are_called_in_the_page(runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(
            connection, "mei", None, ["executive"], now=NOW, email="mei@bank.invalid"
        )
    opened = declare_emergency(runtime, [], level="III", cause="Fees", actor=CLERK, now=NOW)
    with runtime.database.read() as connection:
        [notice] = list_notices(connection, "mei")
        mails = [
            row for row in connection.execute(sa.select(outbox.c.payload)).scalars() if "to" in row
        ]
    assert (notice.kind, notice.root_key) == ("emergency", opened.root_key)
    assert [mail["to"] for mail in mails] == ["mei@bank.invalid"]
    assert opened.number in mails[0]["subject"]


def test_a_false_alarm_is_recorded(runtime: Runtime) -> None:
    opened = declare_emergency(runtime, [], level="IV", cause="Rumour", actor=CLERK, now=NOW)
    walk = Walk(runtime, opened.root_key)
    walk.answer("declare-emergency", confirmed=False)
    assert (walk.ends, _of(runtime, opened).status) == (("false-alarm",), "false alarm")


def test_a_complaint_belongs_to_one_emergency(runtime: Runtime) -> None:
    case = complain(runtime)
    first = declare_emergency(
        runtime, [case.complaint.number], level="IV", cause="One", actor=CLERK, now=NOW
    )
    other = declare_emergency(runtime, [], level="IV", cause="Other", actor=CLERK, now=NOW)
    assert not link_emergency(runtime, case.complaint.number, other.number, actor=CLERK, now=NOW)
    assert (_of(runtime, first).complaints, _of(runtime, other).complaints) == (1, 0)
