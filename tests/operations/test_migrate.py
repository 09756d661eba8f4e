"""Running cases go on in another version: tried first, then moved, with their tasks, holders and
timers."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import audit
from service.db import Database
from service.definitions import ReviewPolicy, deploy
from service.errors import Forbidden, InvalidInput, NotFound, StateConflict
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.jobs.tables import timer
from service.operations import (
    claim_task,
    complete_task,
    migrate_instance,
    migrate_instances,
    start_instance,
    try_migration,
)
from service.tasks import get_task, list_tasks
from service.tasks.tables import task_candidate
from tests.kit.clock import NOW
from tests.kit.installation import agree_review, release_files
from tests.kit.small import FILES, SMALL

AMY = Actor("amy", frozenset({"handler"}))
BEN = Actor("ben", frozenset({"approver"}))
OWNER = Actor("olga", frozenset({"owner"}))
RENAMED = (
    SMALL.replace('id="first"', 'id="primary"')
    .replace('targetRef="first"', 'targetRef="primary"')
    .replace('sourceRef="first"', 'sourceRef="primary"')
    .replace('attachedToRef="first"', 'attachedToRef="primary"')
    .replace('value="first"', 'value="primary"')
    .replace('candidateGroups="handler"', 'candidateGroups="clerk"')
)


@pytest.fixture
def small(database: Database) -> Runtime:
    agree_review(database, ReviewPolicy.NONE)
    return release_files(database, FILES)


def another(runtime: Runtime, text: str) -> int:
    fresh = [runtime.keys.root_key() for _ in range(8)]
    with runtime.database.transaction() as connection:
        return deploy(
            connection,
            {"processes/small.bpmn": text.encode()},
            name="procedure",
            actor="olga",
            now=NOW,
            next_key=fresh.pop,
        ).bundle_key


def started(runtime: Runtime) -> int:
    return start_instance(runtime, "small", {"x": 1}, actor=AMY, now=NOW).root_key


def the_task(runtime: Runtime, actor: Actor):
    with runtime.database.read() as connection:
        found, total = list_tasks(connection, actor)
    assert total == 1
    return found[0]


def test_a_case_is_moved_and_ends_in_the_new_version(small: Runtime) -> None:
    root_key, to = started(small), another(small, RENAMED)
    held = claim_task(small, the_task(small, AMY).key, actor=AMY, now=NOW)
    with small.database.read() as connection:
        due = connection.execute(sa.select(timer.c.due_at, timer.c.key)).all()
    tried = try_migration(small, root_key, to_bundle=to, now=NOW)
    assert tried.obstacles == (
        "first is active and is not in the new version: say which element takes its place",
    )
    places = {"first": "primary"}
    assert try_migration(small, root_key, to_bundle=to, places=places, now=NOW).obstacles == ()
    with small.database.read() as connection:
        assert get_instance(connection, root_key).bundle_key != to
    done = migrate_instance(
        small,
        root_key,
        to_bundle=to,
        places=places,
        reason="New names",
        actor=OWNER,
        now=NOW + timedelta(minutes=5),
    )
    assert done.moved
    with small.database.read() as connection:
        task = get_task(connection, held.key)
        instance = get_instance(connection, root_key)
        assert connection.execute(sa.select(timer.c.due_at, timer.c.key)).all() == due
        assert audit.verify(connection, root_key) is None
    assert (task.key, task.assignee, task.element_id, task.bundle_key) == (
        held.key,
        "amy",
        "primary",
        to,
    )
    assert task.candidate_groups == ("clerk",)
    assert (instance.bundle_key, instance.version) == (to, 3)
    with small.database.read() as connection:
        offered = set(connection.execute(sa.select(task_candidate.c.candidate)).scalars())
    assert offered == {"group:clerk", "user:amy"}
    complete_task(small, held.key, {}, actor=AMY, now=NOW)
    second = the_task(small, BEN)
    assert second.excluded == ("primary",)
    assert complete_task(small, second.key, {}, actor=BEN, now=NOW).ended


def test_a_case_without_a_place_stays_and_says_why(small: Runtime) -> None:
    root_key, to = started(small), another(small, RENAMED)
    with small.database.read() as connection:
        before = get_instance(connection, root_key)
    with pytest.raises(StateConflict, match="first is active and is not in the new version"):
        migrate_instance(small, root_key, to_bundle=to, reason="x", actor=OWNER, now=NOW)
    with small.database.read() as connection:
        assert get_instance(connection, root_key) == before


def test_many_are_tried_first_and_then_moved_each_by_itself(small: Runtime) -> None:
    roots, to = [started(small) for _ in range(4)], another(small, RENAMED)
    task = the_tasks(small)[0]
    complete_task(small, task, {}, actor=AMY, now=NOW)
    arguments = {"to_bundle": to, "reason": "New names", "actor": OWNER, "now": NOW}
    dry = list(migrate_instances(small, roots, dry_run=True, **arguments))
    assert [bool(each.obstacles) for each in dry].count(True) == 3
    assert not any(each.moved for each in dry)
    places = {"first": "primary"}
    done = list(migrate_instances(small, roots, places=places, dry_run=False, **arguments))
    assert all(each.moved for each in done)
    again = list(migrate_instances(small, roots, places=places, dry_run=False, **arguments))
    assert [each.obstacles for each in again] == [("The case is in this version already",)] * 4


def the_tasks(runtime: Runtime) -> list[int]:
    with runtime.database.read() as connection:
        return [task.key for task in list_tasks(connection, AMY)[0]]


def test_only_who_may_and_with_a_reason(small: Runtime) -> None:
    root_key, to = started(small), another(small, RENAMED)
    with pytest.raises(Forbidden):
        migrate_instance(small, root_key, to_bundle=to, reason="x", actor=AMY, now=NOW)
    with pytest.raises(InvalidInput, match="reason"):
        migrate_instance(small, root_key, to_bundle=to, reason=" ", actor=OWNER, now=NOW)
    with pytest.raises(NotFound):
        migrate_instance(small, root_key, to_bundle=1, reason="x", actor=OWNER, now=NOW)
