"""People are called by their names on every page about a case; account names are for pickers and
for those who administer accounts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from service import tasks
from service.execution import Runtime
from service.identity.tables import account
from service.web import persons
from tests.kit.desk import PEOPLE, Desk
from tests.kit.walker import complain

SHOWN = {name: f"Shown {name.upper().replace('-', ' No ')}" for name in PEOPLE}


@pytest.fixture
def desk(runtime: Runtime, tmp_path: Path) -> Desk:
    return Desk.of(runtime, tmp_path)


@pytest.fixture
def named(desk: Desk, runtime: Runtime) -> Desk:
    with runtime.database.transaction() as connection:
        for name, shown in SHOWN.items():
            connection.execute(
                sa.update(account).where(account.c.name == name).values(display_name=shown)
            )
    return desk


@pytest.mark.parametrize("until", ["first-contact", "propose-solution", "approve-solution"])
def test_pages_of_a_case_call_people_by_their_names(
    named: Desk, runtime: Runtime, until: str
) -> None:
    given = {"investigator": "lin", "responsibleUnit": "head office", "independent": True}
    money = {"outcome": "upheld", "remedies": ["compensation"], "compensationAmount": 8_000}
    walk = complain(runtime).work(until=until, assign_investigator=given, propose_solution=money)
    number = walk.complaint.number
    with runtime.database.read() as connection:
        task = tasks.list_open_tasks(connection, walk.root)[0]
    named.at(walk.now).sign_in(task.assignee if task.assignee in PEOPLE else "approver-1")
    told = False
    for path in (
        f"/complaints/{number}",
        f"/complaints/{number}/evidence",
        f"/complaints/{number}/related",
        f"/complaints/{number}/report",
        f"/tasks/{task.key}",
        "/tasks?show=all",
        "/today",
    ):
        page = named.see(path)
        accounts = {each for each in PEOPLE if re.search(rf"(?<![\w.-]){each}(?![\w.@-])", page)}
        assert not accounts - {"clerk"}, (path, accounts)  # a role is called so as well
        told = told or any(shown in page for shown in SHOWN.values())
    assert told


def test_a_new_name_is_seen_when_the_names_are_read_once_more(
    named: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    named.sign_in("approver-1").see("/today")
    with named.client.application.app_context():
        assert persons.person("lin") == SHOWN["lin"] and persons.person("nobody") == "nobody"
    with runtime.database.transaction() as connection:
        connection.execute(
            sa.update(account).where(account.c.name == "lin").values(display_name="Lin Wei")
        )
    monkeypatch.setattr(persons, "KEPT_SECONDS", -1.0)
    named.see("/today")
    with named.client.application.app_context():
        assert persons.person("lin") == "Lin Wei"
