"""A danger that is reported stands first, red, with its reason in words; one that a stranger
reports is shown to be confirmed and calls nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import cases, tasks
from service.execution import Runtime
from service.identity import CUSTOMER
from tests.kit.clock import NOW
from tests.kit.desk import Desk
from tests.kit.walker import complain
from tests.operations.test_assess_intake import DANGER, register

FIRST_TASKS = 3


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


def test_a_danger_is_first_and_says_why(desk: Desk, runtime: Runtime) -> None:
    urgent = register(runtime, content="They are taking my money.", **DANGER)
    others = [register(runtime, content=f"Fee {n}") for n in range(FIRST_TASKS)]
    desk.at(NOW).sign_in("clerk")
    page = desk.see("/complaints")
    assert all(page.index(urgent.number) < page.index(each.number) for each in others)
    listed = desk.see("/tasks?scope=groups")
    assert all(listed.index(urgent.number) < listed.index(each.number) for each in others)
    with runtime.database.read() as connection:
        [task] = tasks.list_open_tasks(connection, urgent.root_key)
    for path in (f"/complaints/{urgent.number}", f"/tasks/{task.key}"):
        seen = desk.see(path)
        assert "P1 · Threat to life, self-harm, violence or weapon on site" in seen
        assert "Reported: money still moving, threat to life, vulnerable customer" in seen
        assert "The duty executive was told at registration." in seen
        assert "危及" not in seen


def test_the_executive_has_a_notice(desk: Desk, runtime: Runtime) -> None:
    urgent = register(runtime, **DANGER)
    page = desk.at(NOW).sign_in("executive-1").see("/notices")
    assert urgent.number in page
    assert "A case needs your attention" in page


def test_a_strangers_danger_is_to_be_confirmed_and_rings_once(desk: Desk, runtime: Runtime) -> None:
    found = [register(runtime, CUSTOMER, content=f"Help {n}", **DANGER) for n in range(3)]
    page = desk.at(NOW).sign_in("clerk").see("/notices")
    assert [each.number in page for each in found] == [True, False, False]
    assert "Confirm it with the customer, then escalate." in desk.see(
        f"/complaints/{found[2].number}"
    )
    with runtime.database.read() as connection:
        assert cases.list_emergencies(connection) == []
    assert "CMP" not in desk.sign_in("executive-1").see("/notices").split("<main")[-1]


def test_a_handler_escalates_on_the_page_of_the_case(runtime: Runtime, tmp_path: Path) -> None:
    desk = Desk.of(runtime, tmp_path)
    walk = complain(runtime)
    path = f"/complaints/{walk.complaint.number}"
    page = desk.at(walk.now).sign_in("wu").see(path)
    assert "Escalate the complaint" in page
    answer = desk.post(f"{path}/escalate", reason="The regulator calls at noon.", level="III")
    assert answer.status_code == 302
    page = desk.see(path)
    assert "The regulator calls at noon." in page and "Level III" in page
    assert desk.post(f"{path}/escalate", reason=" ").status_code == 422
