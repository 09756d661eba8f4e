"""Work is handed on among those whom the diagram offers it to, whoever hands it on; what was
changed by hand is in the history with what it was."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from service import audit, identity, tasks
from service.audit import Event
from service.bench.recording import new_complaint
from service.definitions import shipped_files
from service.engine import load_bundle
from service.errors import Forbidden, InvalidInput, RedressError
from service.execution import Runtime
from service.identity import SYSTEM, Actor, Role
from service.identity.tables import account
from service.operations import register_complaint, set_variables, update_task
from service.tasks.tables import user_task
from tests.kit.clock import NOW

ADA = Actor("ada", frozenset({Role.ADMIN}))
BOSS = Actor("boss", frozenset({Role.APPROVER}))


def shipped_tasks() -> dict[str, tuple[str, ...]]:
    """Every user task of the shipped procedure, with the groups that the diagram gives it; those
    that are an expression are whatever it says in a case."""
    found = {}
    for process in load_bundle(shipped_files()).models.values():
        for element in process.elements.values():
            if element.kind == "userTask":
                given = element.candidate_groups
                text = given.source if given is not None else element.lane
                if text and not text.startswith("="):
                    found[f"{process.id}/{element.id}"] = (text.casefold(),)
    return found


TASKS = shipped_tasks()


@pytest.fixture
def task(runtime: Runtime) -> tasks.UserTask:
    """An open task of a case; and an account of each role, called as the role is."""
    made = register_complaint(runtime, new_complaint(NOW), actor=SYSTEM, now=NOW)
    with runtime.database.transaction() as connection:
        for role in Role:
            identity.create_account(connection, f"one-{role}", None, [role], now=NOW)
        return tasks.list_open_tasks(connection, made.root_key)[0]


def drawn(runtime: Runtime, task: tasks.UserTask, groups: tuple[str, ...]) -> None:
    """Let the task be one that its diagram offers to these groups."""
    with runtime.database.transaction() as connection:
        connection.execute(
            sa.update(user_task)
            .where(user_task.c.key == task.key)
            .values(candidate_groups=list(groups), candidate_users=[])
        )


def offered(runtime: Runtime, task: tasks.UserTask) -> tuple[list[str], list[str]]:
    with runtime.database.read() as connection:
        now = tasks.get_task(connection, task.key)
    return list(now.candidate_groups), list(now.candidate_users)


def test_the_shipped_procedure_has_tasks_for_many() -> None:
    assert len(TASKS) > 10 and len(set(TASKS.values())) > 3


@pytest.mark.parametrize("groups", sorted(set(TASKS.values())))
def test_no_task_of_the_procedure_goes_to_a_role_that_it_is_not_for(
    runtime: Runtime, task: tasks.UserTask, groups: tuple[str, ...]
) -> None:
    """Each kind of user task, each role, by group and by name, by each who may hand it on."""
    drawn(runtime, task, groups)
    for role in Role:
        wanted: tuple[dict[str, Any], ...] = (
            {"candidate_groups": [role.value], "candidate_users": []},
            {"candidate_users": [f"one-{role}"]},
            {"candidate_groups": [], "candidate_users": [f"one-{role}"]},
        )
        for changes in wanted:
            for who in (ADA, BOSS):
                if role in groups:
                    update_task(runtime, task.key, changes, actor=who, now=NOW)
                    continue
                before = offered(runtime, task)
                with pytest.raises(Forbidden, match="by its definition"):
                    update_task(runtime, task.key, changes, actor=who, now=NOW)
                assert offered(runtime, task) == before


def test_what_was_narrowed_can_be_widened_again_and_no_further(
    runtime: Runtime, task: tasks.UserTask
) -> None:
    drawn(runtime, task, ("handler", "approver"))
    narrow = {"candidate_groups": [], "candidate_users": ["one-approver"]}
    update_task(runtime, task.key, narrow, actor=BOSS, now=NOW)
    wide = {"candidate_groups": ["handler", "approver"], "candidate_users": []}
    update_task(runtime, task.key, wide, actor=BOSS, now=NOW)
    assert offered(runtime, task) == (["handler", "approver"], [])
    with pytest.raises(Forbidden):
        update_task(runtime, task.key, {"candidate_groups": ["clerk"]}, actor=ADA, now=NOW)


def test_a_task_is_not_taken_from_everybody_to_become_an_administrators(
    runtime: Runtime, task: tasks.UserTask
) -> None:
    drawn(runtime, task, ("approver",))
    nobody = {"candidate_groups": [], "candidate_users": []}
    with pytest.raises(InvalidInput, match="nobody"):
        update_task(runtime, task.key, nobody, actor=ADA, now=NOW)


@pytest.mark.parametrize("name", ["nobody-of-that-name", "gone"])
def test_who_is_not_there_is_given_nothing(
    runtime: Runtime, task: tasks.UserTask, name: str
) -> None:
    drawn(runtime, task, ("handler",))
    with runtime.database.transaction() as connection:
        identity.create_account(connection, "gone", None, ["handler"], now=NOW)
        connection.execute(sa.update(account).where(account.c.name == "gone").values(active=False))
    with pytest.raises(Forbidden):
        update_task(runtime, task.key, {"candidate_users": [name]}, actor=ADA, now=NOW)


def test_what_nobody_is_offered_an_administrator_offers(
    runtime: Runtime, task: tasks.UserTask
) -> None:
    drawn(runtime, task, ())
    changes = {"candidate_groups": ["clerk"]}
    with pytest.raises(Forbidden):
        update_task(runtime, task.key, changes, actor=BOSS, now=NOW)
    update_task(runtime, task.key, changes, actor=ADA, now=NOW)
    assert offered(runtime, task) == (["clerk"], [])


def history(runtime: Runtime, root_key: int, event: Event) -> dict[str, Any]:
    with runtime.database.read() as connection:
        rows = audit.list_history(connection, root_key)
    return dict(next(row.details for row in reversed(rows) if row.event == event))


def test_old_and_new_values_of_a_task_are_in_the_history(
    runtime: Runtime, task: tasks.UserTask
) -> None:
    drawn(runtime, task, ("handler",))
    changes = {"priority": 77, "due_at": NOW, "candidate_users": ["one-handler"]}
    update_task(runtime, task.key, changes, actor=BOSS, now=NOW)
    values = history(runtime, task.root_key, Event.TASK_UPDATED)["values"]
    assert values["priority"] == {"from": task.priority, "to": 77}
    assert values["candidate_users"] == {"from": [], "to": ["one-handler"]}
    assert values["due_at"]["to"] == str(NOW)


def test_corrected_variables_say_why_what_was_and_what_is(
    runtime: Runtime, task: tasks.UserTask
) -> None:
    given: dict[str, Any] = {"actor": ADA, "now": NOW}
    with pytest.raises(InvalidInput, match="reason"):
        set_variables(runtime, task.root_key, "", {"amount": 1}, reason="  ", **given)
    set_variables(runtime, task.root_key, "", {"amount": 1}, reason="Typed wrong", **given)
    long = "x" * 5_000
    set_variables(runtime, task.root_key, "", {"amount": long}, reason="Again", **given)
    details = history(runtime, task.root_key, Event.VARIABLES_SET)
    assert details["reason"] == "Again"
    change = details["values"]["amount"]
    assert change["from"][""] == 1
    assert (change["to"]["bytes"], len(change["to"]["sha256"])) == (5_002, 64)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_who_may_corrects_variables(
    runtime: Runtime, task: tasks.UserTask, role: Role
) -> None:
    who = Actor("somebody", frozenset({role}))
    with pytest.raises(RedressError, match="instances:change"):
        set_variables(runtime, task.root_key, "", {"a": 1}, actor=who, now=NOW, reason="Because")
