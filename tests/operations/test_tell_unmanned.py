"""A task that nobody may do does not wait in silence: its case has an incident and those who give
out work are told, until somebody may do it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service import identity, jobs, notifications, tasks
from service.bench.counting import counted
from service.cases.tables import complaint
from service.db import Connection, Database
from service.definitions import shipped_files
from service.errors import Forbidden
from service.execution import Runtime
from service.identity import Actor
from service.identity.tables import account as account_table
from service.operations import assign_task, claim_task, tell_unmanned
from service.operations.tell_unmanned import KIND, make_unmanned_chore
from service.tasks.tables import user_task
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

REJECTED = {
    "outcome": "not upheld",
    "remedies": [],
    "reason": "We looked at the slips of both days; the fee was agreed in the contract.",
}
HOUSE = {
    "clerk-1": ["clerk"],
    "wu": ["handler"],
    "approver-1": ["approver"],
    "compliance-1": ["compliance"],
    "root": ["admin"],
}
ADMIN = Actor("root", frozenset({"admin"}))


@pytest.fixture
def runtime(database: Database) -> Runtime:
    return release_files(database, shipped_files())


def hire(runtime: Runtime, **people: list[str]) -> None:
    with runtime.database.transaction() as connection:
        for name, roles in people.items():
            account = name.replace("_", "-")
            identity.create_account(connection, account, None, roles, now=NOW)
        change(connection, level="A7")


def change(connection: Connection, name: str = "", **values: Any) -> None:
    """Columns of an account, or of all."""
    where = [account_table.c.name == name] if name else []
    connection.execute(sa.update(account_table).where(*where).values(**values))


def house(runtime: Runtime) -> None:
    hire(runtime, **{name.replace("-", "_"): roles for name, roles in HOUSE.items()})


def checked(runtime: Runtime) -> tuple[Walk, tasks.UserTask]:
    """A case that is drawn for a quality check, in a house whose only approver had a part in it."""
    walk = complain(runtime).work(assess_facts={"vulnerable": True}, propose_solution=REJECTED)
    assert "approver-1" in performers(walk)
    (check,) = walk.followers
    (task,) = check.standing().tasks
    with runtime.database.read() as connection:
        return check, tasks.get_task(connection, task.key)


def performers(walk: Walk) -> frozenset[str]:
    with walk.runtime.database.read() as connection:
        return tasks.list_all_performers(connection, walk.root)


def incidents(runtime: Runtime) -> list[dict[str, Any]]:
    with runtime.database.read() as connection:
        return [each for each in jobs.list_incidents(connection) if each["kind"] == KIND]


def told(runtime: Runtime, name: str) -> list[int]:
    with runtime.database.read() as connection:
        return [
            each.subject_key
            for each in notifications.list_notices(connection, name)
            if each.kind == "alert"
        ]


def test_a_check_that_everybody_is_barred_from_is_told_of_and_over_once_somebody_comes(
    runtime: Runtime,
) -> None:
    house(runtime)
    _, task = checked(runtime)
    tell_unmanned(runtime, now=NOW)
    (found,) = incidents(runtime)
    assert (found["subject_key"], found["element_id"]) == (task.key, "check-quality")
    assert "approver-1 had a part in it" in found["message"]
    assert told(runtime, "compliance-1") == [task.key]
    tell_unmanned(runtime, now=NOW + timedelta(minutes=5))
    assert len(incidents(runtime)) == 1
    assert told(runtime, "compliance-1") == [task.key]
    hire(runtime, approver_2=["approver"])
    tell_unmanned(runtime, now=NOW + timedelta(minutes=10))
    assert incidents(runtime) == []


def test_somebody_who_had_a_part_cannot_take_or_be_given_the_check(runtime: Runtime) -> None:
    house(runtime)
    _, task = checked(runtime)
    barred = Actor("approver-1", frozenset({"approver"}))
    with pytest.raises(Forbidden):
        claim_task(runtime, task.key, actor=barred, now=NOW)
    with pytest.raises(Forbidden):
        assign_task(runtime, task.key, barred, actor=ADMIN, now=NOW)


def waiting(runtime: Runtime, until: str, **answers: Any) -> tasks.UserTask:
    walk = complain(runtime).work(until=until, **answers)
    found = next(each for each in walk.standing().tasks if each.element_id == until)
    with runtime.database.read() as connection:
        return tasks.get_task(connection, found.key)


MONEY = {
    "outcome": "upheld",
    "remedies": ["compensation"],
    "reason": "Our error",
    "compensationAmount": 50_000,
}


def absent(runtime: Runtime, task: tasks.UserTask) -> None:
    day = runtime.profile.calendar.local_day(NOW)
    with runtime.database.transaction() as connection:
        identity.set_absence(connection, "approver-1", first=day, last=day)


def gone(runtime: Runtime, task: tasks.UserTask) -> None:
    with runtime.database.transaction() as connection:
        change(connection, "approver-1", active=False)


def low(runtime: Runtime, task: tasks.UserTask) -> None:
    with runtime.database.transaction() as connection:
        change(connection, "approver-1", level="A0")


def complained_of(runtime: Runtime, task: tasks.UserTask) -> None:
    with runtime.database.transaction() as connection:
        connection.execute(
            sa.update(complaint)
            .where(complaint.c.root_key == task.root_key)
            .values(about="approver-1")
        )


def four_eyes(runtime: Runtime, task: tasks.UserTask) -> None:
    with runtime.database.transaction() as connection:
        connection.execute(
            sa.update(user_task)
            .where(
                user_task.c.root_key == task.root_key,
                user_task.c.element_id == "propose-solution",
            )
            .values(completed_by="approver-1")
        )


TOLD = (absent, low, four_eyes)
"""What does not keep an approver from knowing of the case."""


@pytest.mark.parametrize("barring", [absent, gone, low, complained_of, four_eyes])
def test_whatever_bars_the_only_one_who_could_is_told_of(runtime: Runtime, barring: Any) -> None:
    house(runtime)
    task = waiting(runtime, "approve-solution", propose_solution=MONEY)
    tell_unmanned(runtime, now=NOW)
    assert incidents(runtime) == []
    barring(runtime, task)
    tell_unmanned(runtime, now=NOW)
    (found,) = incidents(runtime)
    assert found["subject_key"] == task.key
    assert told(runtime, "root") == [task.key]
    assert ("approver-1" in found["message"]) is (barring is not gone)
    assert told(runtime, "approver-1") == ([task.key] if barring in TOLD else [])


def test_a_task_of_a_role_that_nobody_has_is_told_of(runtime: Runtime) -> None:
    hire(runtime, root=["admin"])
    task = waiting(runtime, "assess-facts")
    tell_unmanned(runtime, now=NOW)
    assert [each["subject_key"] for each in incidents(runtime)] == [task.key]


def test_an_ended_task_leaves_no_incident(runtime: Runtime) -> None:
    house(runtime)
    check, _ = checked(runtime)
    tell_unmanned(runtime, now=NOW)
    check.by["check-quality"] = "somebody-else"
    check.answer("check-quality")
    tell_unmanned(runtime, now=NOW)
    assert incidents(runtime) == []


def test_the_chore_looks_once_a_minute_and_not_where_nobody_can_sign_in(runtime: Runtime) -> None:
    waiting(runtime, "assess-facts")
    chore = make_unmanned_chore(runtime)
    chore(NOW)
    assert incidents(runtime) == []
    hire(runtime, root=["admin"])
    chore(NOW + timedelta(seconds=30))
    assert incidents(runtime) == []
    chore(NOW + timedelta(minutes=1))
    assert len(incidents(runtime)) == 1


def asked(runtime: Runtime) -> int:
    """How many statements a look at every open task reads with, once all is told."""
    tell_unmanned(runtime, now=NOW)
    with counted(runtime.database) as cost:
        tell_unmanned(runtime, now=NOW)
    return cost.statements


@pytest.mark.parametrize(("manned", "more"), [(True, 1), (False, 0)])
def test_more_tasks_take_few_more_statements(runtime: Runtime, manned: bool, more: int) -> None:
    """Neither tasks that somebody may do nor those that are told of already take any; one under
    four eyes takes one, for who did what in its case."""
    house(runtime)
    many = []
    for _ in range(2):
        waiting(runtime, "approve-solution", propose_solution=MONEY)
        waiting(runtime, "assess-facts")
        if not manned:
            with runtime.database.transaction() as connection:
                connection.execute(
                    sa.update(user_task)
                    .where(user_task.c.assignee.is_(None))
                    .values(candidate_groups=["executive"], excluded=[])
                )
        many.append(asked(runtime))
        assert bool(incidents(runtime)) is not manned
    assert many[0] < 20
    assert many[1] == many[0] + more
