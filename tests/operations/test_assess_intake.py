"""A complaint has its severity at once; a danger calls the duty executive, unless somebody whom the
bank does not know reported it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service import cases, identity, notifications
from service.execution import Runtime
from service.identity import CUSTOMER, MAILBOX, Actor
from service.intake import parse_complaint
from service.operations import register_complaint
from tests.kit.clock import NOW

CLERK = Actor("amy", frozenset({"clerk"}))
DANGER = {"threatToLife": True, "moneyMoving": True, "vulnerable": True}


def register(runtime: Runtime, actor: Actor = CLERK, **facts: Any) -> cases.Complaint:
    given = {"customerName": "Lin", "channel": "branch", "content": "My money is leaving.", **facts}
    done = register_complaint(runtime, parse_complaint(given, now=NOW), actor=actor, now=NOW)
    with runtime.database.read() as connection:
        return cases.get_complaint(connection, done.number)


def told(runtime: Runtime, name: str = "eva") -> list[str]:
    with runtime.database.read() as connection:
        return sorted(each.kind for each in notifications.list_notices(connection, name))


@pytest.fixture
def executive(runtime: Runtime) -> None:
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "eva", None, ["executive"], now=NOW)


@pytest.mark.usefixtures("executive")
def test_a_danger_is_p1_an_emergency_and_told_to_the_executive(runtime: Runtime) -> None:
    case = register(runtime, **DANGER)
    assert (case.severity, case.facts["alarm"]) == ("P1", "raised")
    assert case.facts["signs"]["facts"] == ["moneyMoving", "threatToLife", "vulnerable"]
    with runtime.database.read() as connection:
        clocks = {each.clock for each in cases.list_deadlines(connection, case.root_key)}
        emergency = cases.find_emergency_of(connection, case.root_key)
    assert emergency is not None
    assert "first contact" in clocks
    assert "alert" in told(runtime)


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        ({}, "P3"),
        ({"attitudeOnly": True}, "P4"),
        ({"vulnerable": True}, "P3"),
        ({"amount": 60_000}, "P3"),
        ({"hardship": True}, "P2"),
    ],
)
@pytest.mark.usefixtures("executive")
def test_what_is_no_danger_has_a_severity_and_alarms_nobody(
    runtime: Runtime, facts: dict[str, Any], severity: str
) -> None:
    case = register(runtime, **facts)
    assert case.severity == severity
    assert "alarm" not in case.facts
    assert told(runtime) == []


@pytest.mark.parametrize("actor", [CUSTOMER, MAILBOX], ids=lambda actor: actor.name)
@pytest.mark.usefixtures("executive")
def test_strangers_alarm_nobody(runtime: Runtime, actor: Actor) -> None:
    found = [register(runtime, actor, content=f"Report {n}", **DANGER) for n in range(3)]
    assert {(each.severity, each.facts["alarm"]) for each in found} == {("P1", "to confirm")}
    with runtime.database.read() as connection:
        assert [cases.find_emergency_of(connection, each.root_key) for each in found] == [None] * 3
    assert told(runtime) == []


@pytest.mark.usefixtures("executive")
def test_a_counted_crowd_opens_one_emergency_and_a_danger_in_it_one_of_its_own(
    runtime: Runtime,
) -> None:
    crowd = [register(runtime, content=f"Report {n}", groupSize=25) for n in range(4)]
    danger = register(runtime, content="A threat", **DANGER)
    with runtime.database.read() as connection:
        of = [cases.find_emergency_of(connection, each.root_key) for each in [*crowd, danger]]
        assert len(cases.list_emergencies(connection)) == 2
    assert [each is not None for each in of] == [True, False, False, False, True]
    assert {(each.severity, each.facts["alarm"]) for each in crowd} == {("P1", "raised")}


@pytest.mark.parametrize(("away", "kinds"), [(2, []), (1, ["alert"])], ids=["today", "yesterday"])
def test_who_is_away_on_the_day_of_the_bank_confirms_nothing(
    runtime: Runtime, away: int, kinds: list[str]
) -> None:
    """At two in the morning of the bank its day is not that of UTC."""
    night = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    day = date(2026, 3, away)
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "ida", None, ["clerk"], now=NOW)
        identity.set_absence(connection, "ida", first=day, last=day)
    given = {"customerName": "Lin", "content": "My money is leaving.", **DANGER}
    new = parse_complaint(given, now=night)
    register_complaint(runtime, new, actor=CUSTOMER, now=night)
    assert told(runtime, "ida") == kinds
