"""Whether a case will escalate can be asked, and staff escalate by hand with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service import audit, cases
from service.db import Database
from service.definitions import shipped_files
from service.execution import Runtime
from service.identity import CUSTOMER
from tests.kit.clock import NOW
from tests.kit.desk import Desk
from tests.kit.installation import release_files
from tests.operations.test_assess_intake import DANGER, register

REASON = "Called back: somebody stands at the counter with a knife."


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path).at(NOW)


def ask(desk: Desk, number: str) -> dict[str, Any]:
    answer = desk.client.get(f"/api/complaints/{number}/escalation")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def send(desk: Desk, number: str, **body: Any) -> Any:
    return desk.client.post(
        f"/api/complaints/{number}/escalation",
        json=body,
        headers={"Sec-Fetch-Site": "same-origin"},
    )


@pytest.mark.parametrize(
    ("facts", "severity", "outcome"),
    [
        (DANGER, "P1", ["raise-emergency", "inform-executive"]),
        ({"hardship": True}, "P2", []),
        ({"attitudeOnly": True}, "P4", []),
    ],
    ids=["danger", "hardship", "attitude"],
)
def test_what_is_ahead_is_foretold(
    desk: Desk, runtime: Runtime, facts: dict[str, Any], severity: str, outcome: list[str]
) -> None:
    found = ask(desk.sign_in("wu"), register(runtime, **facts).number)
    [gateway] = [each for each in found["gateways"] if each["elementId"] == "alarm-wanted"]
    assert sorted(set(gateway["outcome"]) - {"alarm-raised"}) == sorted(outcome)
    assert (gateway["after"], gateway["dueAt"] is not None) == ("clarify-facts", True)
    conditions = {each["flowId"]: each for each in gateway["flows"] if each["condition"]}
    informs = conditions["alarm-wanted-to-inform-executive"]
    assert informs["condition"] == 'informed = "executive"'
    assert informs["holds"] is (severity == "P1")
    decisions = {each["decisionId"]: each for each in found["decisions"]}
    assert decisions["severity"]["outputs"]["severity"] == severity
    assert decisions["severity"]["inputs"]["threatToLife"] is facts.get("threatToLife")
    assert list(decisions) == ["severity", "escalation"]


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        (
            "triage-complaint.bpmn",
            '=informed = "executive"',
            '=deadline("acknowledgement") != null',
        ),
        ("severity.dmn", '"P4"', 'if deadline("acknowledgement") != null then "P1" else "P4"'),
    ],
    ids=["gateway", "table"],
)
def test_what_is_ahead_may_ask_for_the_clocks_of_the_case(
    database: Database, tmp_path: Path, file: str, before: str, after: str
) -> None:
    files = shipped_files()
    [path] = [each for each in files if each.endswith(f"/{file}")]
    changed = files[path].replace(before.encode(), after.encode())
    assert changed != files[path]
    runtime = release_files(database, {**files, path: changed})
    desk = Desk.of(runtime, tmp_path).at(NOW)
    found = ask(desk.sign_in("wu"), register(runtime, attitudeOnly=True).number)
    [gateway] = [each for each in found["gateways"] if each["elementId"] == "alarm-wanted"]
    assert "inform-executive" in gateway["outcome"]


def test_escalating_tells_the_executives_and_opens_an_emergency(
    desk: Desk, runtime: Runtime
) -> None:
    case = register(runtime, CUSTOMER, **DANGER)
    assert ask(desk.sign_in("clerk"), case.number)["alarm"] == "to confirm"
    answer = send(desk, case.number, reason=REASON, level="III")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = answer.get_json()
    assert (found["alarm"], found["level"]) == ("raised", "III")
    with runtime.database.read() as connection:
        [row] = [
            each
            for each in audit.list_history(connection, case.root_key)
            if each.event == "case:complaint:escalated"
        ]
        assert audit.verify(connection, case.root_key) is None
        [emergency] = cases.list_emergencies(connection)
    assert (row.actor, row.details["reason"]) == ("clerk", REASON)
    assert emergency.number == found["emergency"]
    assert case.number in desk.sign_in("executive-1").see("/notices")
    assert REASON in desk.see(f"/complaints/{case.number}")


def test_escalating_again_raises_the_same_emergency(desk: Desk, runtime: Runtime) -> None:
    case = register(runtime)
    desk.sign_in("wu")
    levels = [
        send(desk, case.number, reason="Worse", level=each).get_json() for each in ("IV", "II")
    ]
    assert [each["level"] for each in levels] == ["IV", "II"]
    assert levels[0]["emergency"] == levels[1]["emergency"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": " "}, 422),
        ({}, 400),
        ({"reason": "x" * 1_001}, 400),
        ({"reason": "x", "level": "V"}, 400),
    ],
)
def test_what_cannot_be_escalated_changes_nothing(
    desk: Desk, runtime: Runtime, body: dict[str, Any], status: int
) -> None:
    case = register(runtime)
    desk.sign_in("wu")
    assert send(desk, case.number, **body).status_code == status
    with runtime.database.read() as connection:
        assert cases.list_emergencies(connection) == []


def test_who_may_not_escalate_is_refused(desk: Desk, runtime: Runtime) -> None:
    case = register(runtime)
    assert send(desk.sign_in("finance-1"), case.number, reason="x").status_code == 403
    assert send(desk.sign_in("wu"), cases.make_number(2026, 999_999), reason="x").status_code == 404
