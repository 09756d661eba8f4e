"""Somebody decides over as much money as their own level of authority reaches, whatever their role
would allow, by whichever way the decision comes to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service import identity, tasks
from service.db import Database
from service.definitions import shipped_files
from service.errors import Forbidden
from service.execution import Runtime
from service.identity import LEVELS, OPERATOR, Actor, Role, Standing
from service.operations import assign_task, change_account, claim_task, complete_task
from service.tasks import TaskState, UserTask
from tests.kit.clock import NOW
from tests.kit.installation import release_files
from tests.kit.walker import Walk, complain

BOSS = Actor("boss", frozenset({Role.ADMIN, Role.APPROVER}))
ABOVE, ENOUGH, FREE = "three", "four", "free"
Way = Callable[[Runtime, UserTask, Actor], object]
WAYS: dict[str, Way] = {
    "claim": lambda runtime, task, who: claim_task(runtime, task.key, actor=who, now=NOW),
    "assign": lambda runtime, task, who: assign_task(runtime, task.key, who, actor=BOSS, now=NOW),
    "complete": lambda runtime, task, who: complete_task(
        runtime, task.key, {"approved": True}, actor=who, now=NOW
    ),
}


@pytest.fixture
def walk(sqlite_database: Database) -> Walk:
    """A case that waits for a decision of level A4."""
    runtime = release_files(sqlite_database, shipped_files())
    with runtime.database.transaction() as connection:
        for name, level in ((ABOVE, "A3"), (ENOUGH, "A4"), (FREE, "")):
            identity.create_account(connection, name, None, [], now=NOW)
            standing = Standing((Role.APPROVER,), level, "", active=True)
            identity.put_standing(connection, name, standing)
    walk = complain(runtime).work(until="propose-solution")
    walk.answer("propose-solution", remedies=["compensation"], compensationAmount=100_000)
    return walk


def waiting(walk: Walk) -> UserTask:
    with walk.runtime.database.read() as connection:
        [task] = [
            each
            for each in tasks.list_open_tasks(connection, walk.root)
            if each.element_id == "approve-solution"
        ]
    return task


def person(name: str) -> Actor:
    return Actor(name, frozenset({Role.APPROVER}))


@pytest.mark.parametrize("way", WAYS)
def test_a_decision_comes_to_nobody_whose_level_it_is_above(walk: Walk, way: str) -> None:
    task = waiting(walk)
    assert tasks.needed_level(task) == "A4"
    with pytest.raises(Forbidden, match="takes authority A4; three may decide up to A3"):
        WAYS[way](walk.runtime, task, person(ABOVE))
    assert waiting(walk).state is TaskState.OPEN and waiting(walk).assignee is None


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [ENOUGH, FREE])
def test_whoever_has_the_level_decides(walk: Walk, way: str, name: str) -> None:
    WAYS[way](walk.runtime, waiting(walk), person(name))


def test_who_is_given_a_lower_level_gives_the_decision_back(walk: Walk) -> None:
    claim_task(walk.runtime, waiting(walk).key, actor=person(ENOUGH), now=NOW)
    lower = Standing((Role.APPROVER,), "A3", "", active=True)
    change_account(walk.runtime, ENOUGH, lower, actor=OPERATOR, now=NOW)
    assert waiting(walk).assignee is None


def test_a_held_decision_is_not_taken_above_a_level_that_fell(walk: Walk) -> None:
    task = waiting(walk)
    claim_task(walk.runtime, task.key, actor=person(ENOUGH), now=NOW)
    with walk.runtime.database.transaction() as connection:
        lower = Standing((Role.APPROVER,), "A0", "", active=True)
        identity.put_standing(connection, ENOUGH, lower)
    with pytest.raises(Forbidden):
        complete_task(walk.runtime, task.key, {"approved": True}, actor=person(ENOUGH), now=NOW)


@pytest.mark.parametrize("needed", LEVELS)
def test_levels_reach_as_far_as_they_are_high(needed: str) -> None:
    assert [each for each in LEVELS if identity.reaches(each, needed)] == [
        *LEVELS[LEVELS.index(needed) :]
    ]
    assert identity.reaches("", needed)
