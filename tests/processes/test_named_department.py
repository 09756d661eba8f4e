"""A department that is asked for its opinion is the one that answers."""

from __future__ import annotations

import pytest

from service import identity
from service.db import Database
from service.definitions import shipped_files
from service.errors import Forbidden
from service.identity import Actor
from service.operations import complete_task
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.walker import ANSWERS, Walk, complain

DEPARTMENT = frozenset({"department"})


def consulted(database: Database, departments: list[str]) -> Walk:
    runtime = release_files(database, shipped_files())
    with runtime.database.transaction() as connection:
        for name, unit, role in (
            ("cara", "Cards", "department"),
            ("lou", "legal", "department"),
            ("hal", "cards", "handler"),
        ):
            identity.create_account(connection, name, None, [role], now=NOW)
            identity.set_staff(connection, name, unit=unit, skills=(), capacity=5)
    plan = {"issues": "Charged twice", "departments": departments}
    return complain(runtime).work(
        until="consult-department",
        assign_investigator={"investigator": "hal"},
        plan_investigation=plan,
    )


def offers(walk: Walk) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return sorted(
        (tuple(task.candidate_users), tuple(task.candidate_groups))
        for task in walk.standing().tasks
        if task.element_id == "consult-department"
    )


def test_each_opinion_is_asked_of_the_unit_named(database: Database) -> None:
    walk = consulted(database, ["cards", "legal", "fraud"])
    assert offers(walk) == [((), ("department",)), (("cara",), ()), (("lou",), ())]


def test_another_department_may_not_answer(sqlite_database: Database) -> None:
    walk = consulted(sqlite_database, ["cards"])
    [task] = [each for each in walk.standing().tasks if each.element_id == "consult-department"]
    answer = ANSWERS["consult-department"]
    with pytest.raises(Forbidden):
        complete_task(walk.runtime, task.key, answer, actor=Actor("lou", DEPARTMENT), now=walk.now)
    complete_task(walk.runtime, task.key, answer, actor=Actor("cara", DEPARTMENT), now=walk.now)
    assert "consult-department" not in walk.open()
