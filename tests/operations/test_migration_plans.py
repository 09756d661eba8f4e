"""A migration plan is drawn up, tried on every case, started by another person, and carried out
case by case, once."""

from __future__ import annotations

import importlib
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import audit, migration_plans, tasks
from service.clock import VirtualClock
from service.db import Database
from service.definitions import ReviewPolicy, deploy, release, shipped_files
from service.errors import Forbidden, FormInvalid, InvalidInput, StateConflict
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.instances.tables import process_instance
from service.jobs.tables import subscription, timer
from service.migration_plans import CaseState, PlanState, Verb
from service.notifications import Mailer
from service.operations import (
    carry_on_migration,
    claim_task,
    complete_task,
    correlate_message,
    draw_up_migration,
    edit_migration,
    fire_timer,
    make_worker,
    retire_bundle,
    start_instance,
    work_migrations,
)
from service.tasks.tables import user_task
from tests.kit.clock import NOW
from tests.kit.installation import agree_review, release_files
from tests.kit.small import FILES, HEAD, SMALL
from tests.operations.test_migrate import AMY, OWNER, RENAMED, another, started, the_tasks

COMPLIANCE = Actor("cora", frozenset({"compliance"}))
chore = importlib.import_module(
    "service.operations.work_migrations"
)  # the package has a function of its name
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def small(database: Database) -> Runtime:
    agree_review(database, ReviewPolicy.NONE)
    return release_files(database, FILES)


def drawn_up(runtime: Runtime, to: int, *, actor: Actor = OWNER) -> int:
    with runtime.database.read() as connection:
        before = connection.execute(
            sa.select(sa.func.min(process_instance.c.bundle_key))
        ).scalar_one()
    return draw_up_migration(
        runtime, title="New names", from_bundle=before, to_bundle=to, actor=actor, now=NOW
    )


def worked(runtime: Runtime) -> None:
    for _ in range(100):
        if not work_migrations(runtime, now=LATER):
            return
    raise AssertionError("the worker does not come to an end")


def carried_on(
    runtime: Runtime, key: int, *verbs: Verb, actor: Actor = COMPLIANCE
) -> migration_plans.MigrationPlan:
    for verb in verbs:
        carry_on_migration(runtime, key, verb, reason="New names", actor=actor, now=LATER)
        worked(runtime)
    with runtime.database.read() as connection:
        return migration_plans.get_plan(connection, key)


def counted(runtime: Runtime, key: int) -> dict[str, int]:
    with runtime.database.read() as connection:
        return {
            state.value: number
            for state, number in migration_plans.count_cases(connection, key).items()
        }


def times_moved(runtime: Runtime, root_key: int) -> int:
    with runtime.database.read() as connection:
        assert audit.verify(connection, root_key) is None
        return sum(
            row.event == "case:instance:migrated"
            for row in audit.list_history(connection, root_key)
        )


def test_from_the_proposal_to_the_last_case(small: Runtime) -> None:
    roots = [started(small) for _ in range(6)]
    for task in the_tasks(small)[:2]:
        complete_task(small, task, {}, actor=AMY, now=NOW)
    held = claim_task(small, the_tasks(small)[0], actor=AMY, now=NOW)
    key = drawn_up(small, another(small, RENAMED))
    with small.database.read() as connection:
        assert migration_plans.get_plan(connection, key).places == {"first": "primary"}
        due = connection.execute(sa.select(timer.c.key, timer.c.due_at)).all()
    assert carried_on(small, key, Verb.TRY).state is PlanState.TRIED
    assert counted(small, key) == {"fits": 6}
    late = started(small)
    plan = carried_on(small, key, Verb.START)
    assert (plan.state, plan.run_by, counted(small, key)) == (PlanState.DONE, "cora", {"moved": 7})
    assert [times_moved(small, root) for root in (*roots, late)] == [1] * 7
    with small.database.read() as connection:
        task = tasks.get_task(connection, held.key)
        row = next(
            row
            for row in audit.list_history(connection, late)
            if row.event == "case:instance:migrated"
        )
        assert set(due) <= set(connection.execute(sa.select(timer.c.key, timer.c.due_at)).all())
        events = [step.event for step in migration_plans.list_steps(connection, key)]
    assert (task.assignee, task.element_id) == ("amy", "primary")  # type: ignore[attr-defined]
    assert (row.actor, row.details["plan"], row.details["version"]) == (
        "cora",
        str(key),
        "procedure 1",
    )
    assert [moved[2] for moved in row.details["moved"]["renamed"]] == ["primary"]
    assert events == [
        "migration:plan:drawn-up",
        "migration:plan:try",
        "migration:cases:tried",
        "migration:plan:start",
        "migration:cases:done",
    ]


def test_what_has_no_place_stays_says_why_and_may_be_tried_again(small: Runtime) -> None:
    roots, to = [started(small) for _ in range(3)], another(small, RENAMED)
    key = drawn_up(small, to)
    edit_migration(small, key, {}, revision=1, actor=OWNER, now=NOW)
    carried_on(small, key, Verb.TRY)
    assert counted(small, key) == {"stuck": 3}
    with small.database.read() as connection:
        [why] = migration_plans.list_reasons(connection, key)
    assert (why.number, why.text) == (
        3,
        "first is active and is not in the new version: say which element takes its place",
    )
    complete_task(small, the_tasks(small)[0], {}, actor=AMY, now=NOW)
    assert carried_on(small, key, Verb.START).state is PlanState.DONE
    assert counted(small, key) == {"moved": 1, "refused": 2}
    complete_task(small, the_tasks(small)[0], {}, actor=AMY, now=NOW)
    carried_on(small, key, Verb.GO_ON)
    assert counted(small, key) == {"moved": 2, "refused": 1}
    assert sorted(times_moved(small, root) for root in roots) == [0, 1, 1]


def test_another_mapping_has_to_be_tried_again_and_has_to_make_sense(small: Runtime) -> None:
    started(small)
    key = drawn_up(small, another(small, RENAMED))
    carried_on(small, key, Verb.TRY)
    with pytest.raises(FormInvalid) as refused:
        edit_migration(
            small, key, {"first": "e", "none": "e", "s": "x"}, revision=1, actor=OWNER, now=NOW
        )
    assert [each.message for each in refused.value.errors] == [
        "expected a userTask in place of first, e is a endEvent",
        "none is not in the old version",
        "x is not in the new version of small",
    ]
    edit_migration(small, key, {"first": "primary"}, revision=1, actor=BEN_OWNS, now=NOW)
    with pytest.raises(StateConflict, match="Somebody else has changed the plan"):
        edit_migration(small, key, {}, revision=1, actor=OWNER, now=NOW)
    with pytest.raises(StateConflict, match="drawn up"):
        carry_on_migration(small, key, Verb.START, reason="x", actor=COMPLIANCE, now=NOW)
    assert counted(small, key) == {}


BEN_OWNS = Actor("ben", frozenset({"owner"}))


def test_who_drew_it_up_does_not_start_it_and_a_reason_is_needed(small: Runtime) -> None:
    started(small)
    key = drawn_up(small, another(small, RENAMED))
    carried_on(small, key, Verb.TRY, actor=OWNER)
    for actor in (OWNER, AMY):
        with pytest.raises(Forbidden):
            carry_on_migration(small, key, Verb.START, reason="x", actor=actor, now=NOW)
    with pytest.raises(InvalidInput, match="reason"):
        carry_on_migration(small, key, Verb.START, reason=" ", actor=COMPLIANCE, now=NOW)
    with pytest.raises(Forbidden):
        draw_up_migration(small, title="x", from_bundle=1, to_bundle=2, actor=AMY, now=NOW)
    assert carried_on(small, key, Verb.DROP).state is PlanState.DROPPED


def test_nobody_goes_to_a_version_that_nobody_reviewed(runtime: Runtime) -> None:
    files = shipped_files()
    path = "processes/complaint.bpmn"
    fresh = [runtime.keys.root_key() for _ in range(60)]
    changed = {**files, path: files[path] + b"<!-- changed -->"}
    with runtime.database.transaction() as connection:
        to = deploy(
            connection, changed, name="test", actor="olga", now=NOW, next_key=fresh.pop
        ).bundle_key
        before = connection.execute(sa.text("SELECT min(key) FROM bundle")).scalar_one()
    key = draw_up_migration(
        runtime, title="Unseen", from_bundle=before, to_bundle=to, actor=OWNER, now=NOW
    )
    carried_on(runtime, key, Verb.TRY)
    with pytest.raises(StateConflict, match="never released"):
        carry_on_migration(runtime, key, Verb.START, reason="x", actor=COMPLIANCE, now=NOW)


def test_no_plan_leads_to_a_version_that_is_retired_meanwhile(small: Runtime) -> None:
    started(small)
    to = another(small, RENAMED)
    key = drawn_up(small, to)
    carried_on(small, key, Verb.TRY)
    with small.database.transaction() as connection:
        release(connection, to, actor="cli", now=NOW)
    retire_bundle(small, to, reason="Its names were wrong", actor=COMPLIANCE, now=NOW)
    with pytest.raises(StateConflict, match="is retired"):
        carry_on_migration(small, key, Verb.START, reason="x", actor=COMPLIANCE, now=NOW)


class Killed(BaseException):
    """What a process that is killed meets."""


def test_a_worker_that_is_killed_leaves_every_case_done_or_not_begun(
    small: Runtime, monkeypatch
) -> None:
    roots = [started(small) for _ in range(8)]
    key = drawn_up(small, another(small, RENAMED))
    carried_on(small, key, Verb.TRY)
    carry_on_migration(small, key, Verb.START, reason="x", actor=COMPLIANCE, now=LATER)
    real, calls = chore.move_instance, []

    def killed(*given: Any, **named: Any) -> Any:
        calls.append(given[1])
        if len(calls) == 4:
            raise Killed
        if len(calls) == 8:  # after its transaction
            real(*given, **named)
            raise Killed
        return real(*given, **named)

    monkeypatch.setattr(chore, "move_instance", killed)
    for _ in range(2):
        with pytest.raises(Killed):
            work_migrations(small, now=LATER, owner="the one that dies")
    assert work_migrations(small, now=LATER, owner="another") == 0  # the lease is not over
    after = LATER + timedelta(minutes=1)
    while work_migrations(small, now=after, owner="another"):
        pass
    assert counted(small, key) == {"moved": 8}
    assert [times_moved(small, root) for root in roots] == [1] * 8


def test_two_workers_at_once_move_each_case_once(small: Runtime, monkeypatch) -> None:
    roots = [started(small) for _ in range(12)]
    key = drawn_up(small, another(small, RENAMED))
    carried_on(small, key, Verb.TRY)
    carry_on_migration(small, key, Verb.START, reason="x", actor=COMPLIANCE, now=LATER)
    monkeypatch.setattr(
        chore.jobs, "claim_duty", lambda *_, **__: True
    )  # as if both held the lease
    workers = [
        threading.Thread(target=worked, args=(Runtime.open(small.database),)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert counted(small, key) == {"moved": 12}
    assert [times_moved(small, root) for root in roots] == [1] * 12


def test_a_plan_that_is_stopped_moves_nothing_more(small: Runtime) -> None:
    for _ in range(chore.BATCH + 3):
        started(small)
    key = drawn_up(small, another(small, RENAMED))
    carried_on(small, key, Verb.TRY)
    carry_on_migration(small, key, Verb.START, reason="x", actor=COMPLIANCE, now=LATER)
    assert work_migrations(small, now=LATER) == chore.BATCH
    assert carried_on(small, key, Verb.STOP, actor=OWNER).state is PlanState.STOPPED
    assert counted(small, key) == {"moved": chore.BATCH, "fits": 3}
    assert carried_on(small, key, Verb.GO_ON).state is PlanState.DONE
    assert counted(small, key) == {"moved": chore.BATCH + 3}


def test_what_has_made_no_step_since_is_taken_back(small: Runtime) -> None:
    """The reminder that the new version does without waits again until its old moment; a claim made
    since stays."""
    quiet = RENAMED.replace('attachedToRef="primary"', 'attachedToRef="second"')
    roots = [started(small) for _ in range(3)]
    with small.database.read() as connection:
        before = connection.execute(
            sa.select(timer.c.engine_id, timer.c.element_id, timer.c.due_at)
        ).all()
        states = [get_instance(connection, root).engine_state for root in roots]
    key = drawn_up(small, another(small, quiet))
    carried_on(small, key, Verb.TRY, Verb.START)
    with small.database.read() as connection:
        assert connection.execute(sa.select(timer)).all() == []
    gone_on, held = the_tasks_of(small, roots[0]), the_tasks_of(small, roots[1])
    complete_task(small, gone_on, {}, actor=Actor("amy", frozenset({"clerk"})), now=LATER)
    claim_task(small, held, actor=Actor("amy", frozenset({"clerk"})), now=LATER)
    assert carried_on(small, key, Verb.REVERT, actor=OWNER).state is PlanState.REVERTED
    assert counted(small, key) == {"back": 2, "kept": 1}
    with small.database.read() as connection:
        after = connection.execute(
            sa.select(timer.c.engine_id, timer.c.element_id, timer.c.due_at)
        ).all()
        task = tasks.get_task(connection, held)
        again = [get_instance(connection, root) for root in roots]
        assert [audit.verify(connection, root) for root in roots] == [None] * 3
        [row] = [
            row
            for row in audit.list_history(connection, roots[1])
            if row.event == "case:instance:taken-back"
        ]
    old = min(instance.bundle_key for instance in again)
    assert sorted(after)[:2] == sorted(before)[:2]
    assert [instance.engine_state for instance in again[1:]] == states[1:]
    assert [instance.bundle_key == old for instance in again] == [False, True, True]
    assert (task.element_id, task.assignee, task.candidate_groups, task.bundle_key) == (
        "first",
        "amy",
        ("handler",),
        old,
    )
    assert (row.actor, row.details["reason"], row.details["version"]) == (
        "olga",
        "New names",
        "test 1",
    )
    complete_task(small, held, {}, actor=AMY, now=LATER)


def the_tasks_of(runtime: Runtime, root_key: int) -> int:
    with runtime.database.read() as connection:
        return tasks.list_open_tasks(connection, root_key)[0].key


WIDE = (
    HEAD
    + """
<bpmn:process id="wide" name="Wide" isExecutable="true">
 <bpmn:startEvent id="s"><bpmn:outgoing>f0</bpmn:outgoing></bpmn:startEvent>
 <bpmn:parallelGateway id="fork"><bpmn:incoming>f0</bpmn:incoming><bpmn:outgoing>f1</bpmn:outgoing>
   <bpmn:outgoing>f2</bpmn:outgoing></bpmn:parallelGateway>
 <bpmn:userTask id="a" name="A"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f3</bpmn:outgoing></bpmn:userTask>
 <bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">
  <bpmn:outgoing>f7</bpmn:outgoing>
   <bpmn:timerEventDefinition id="t1">
    <bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
   </bpmn:timerEventDefinition></bpmn:boundaryEvent>
 <bpmn:userTask id="chase" name="Chase"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
   <bpmn:incoming>f7</bpmn:incoming></bpmn:userTask>
 <bpmn:receiveTask id="wait" name="Wait" messageRef="m"><bpmn:incoming>f2</bpmn:incoming>
   <bpmn:outgoing>f4</bpmn:outgoing></bpmn:receiveTask>
 <bpmn:parallelGateway id="join"><bpmn:incoming>f3</bpmn:incoming><bpmn:incoming>f4</bpmn:incoming>
   <bpmn:outgoing>f5</bpmn:outgoing></bpmn:parallelGateway>
 <bpmn:userTask id="b" name="B"><bpmn:extensionElements><zeebe:userTask/>
   <zeebe:assignmentDefinition candidateGroups="handler"/></bpmn:extensionElements>
   <bpmn:incoming>f5</bpmn:incoming><bpmn:outgoing>f6</bpmn:outgoing></bpmn:userTask>
 <bpmn:boundaryEvent id="said" attachedToRef="b"><bpmn:outgoing>f8</bpmn:outgoing>
   <bpmn:messageEventDefinition id="m1" messageRef="m"/></bpmn:boundaryEvent>
 <bpmn:endEvent id="e"><bpmn:incoming>f6</bpmn:incoming></bpmn:endEvent>
 <bpmn:endEvent id="e2"><bpmn:incoming>f8</bpmn:incoming></bpmn:endEvent>
 <bpmn:sequenceFlow id="f0" sourceRef="s" targetRef="fork"/>
 <bpmn:sequenceFlow id="f1" sourceRef="fork" targetRef="a"/>
 <bpmn:sequenceFlow id="f2" sourceRef="fork" targetRef="wait"/>
 <bpmn:sequenceFlow id="f3" sourceRef="a" targetRef="join"/>
 <bpmn:sequenceFlow id="f4" sourceRef="wait" targetRef="join"/>
 <bpmn:sequenceFlow id="f5" sourceRef="join" targetRef="b"/>
 <bpmn:sequenceFlow id="f6" sourceRef="b" targetRef="e"/>
 <bpmn:sequenceFlow id="f7" sourceRef="late" targetRef="chase"/>
 <bpmn:sequenceFlow id="f8" sourceRef="said" targetRef="e2"/>
</bpmn:process></bpmn:definitions>"""
)
OTHER = (
    WIDE.replace('id="late" attachedToRef="a"', 'id="late" attachedToRef="b"')
    .replace('id="said" attachedToRef="b"', 'id="said" attachedToRef="a"')
    .replace('"b"', '"bee"')
    .replace('"join"', '"meet"')
    .replace('"wait"', '"listen"')
)


def rows_of(runtime: Runtime, root_key: int) -> Any:
    """What a case is, but for counters."""
    with runtime.database.read() as connection:
        instance = get_instance(connection, root_key)
        assert audit.verify(connection, root_key) is None
        found: list[Any] = [
            instance.engine_state,
            instance.bundle_key,
            instance.process_definition_key,
        ]
        for table, but in (
            (timer, {"key"}),
            (subscription, {"key", "opened_at"}),
            (user_task, {"revision"}),
        ):
            columns = [column for column in table.columns if column.name not in but]
            query = (
                sa.select(*columns).where(table.c.root_key == root_key).order_by(table.c.engine_id)
            )
            found.append(connection.execute(query).all())
    return found


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=st.lists(st.integers(0, 5), max_size=5))
def test_moved_and_taken_back_a_case_is_as_it_was(
    sqlite_database: Database, moves: list[int]
) -> None:
    """At every state: tasks done, the message in, the timer fired, in any order."""
    with sqlite_database.read() as connection:
        known = connection.execute(sa.text("SELECT key FROM bundle ORDER BY key")).scalars().all()
    if known:
        runtime, to = Runtime.open(sqlite_database), known[1]
    else:
        runtime = release_files(sqlite_database, {"processes/small.bpmn": WIDE.encode()})
        agree_review(sqlite_database, ReviewPolicy.NONE)
        to = another(runtime, OTHER)
    root_key = start_instance(runtime, "wide", {"ref": f"r{moves}"}, actor=AMY, now=NOW).root_key
    for move in moves:
        walk(runtime, root_key, move)
    before = rows_of(runtime, root_key)
    if before[0] is None:
        return
    key = drawn_up(runtime, to)
    assert carried_on(runtime, key, Verb.TRY, Verb.START).state is PlanState.DONE
    assert counted(runtime, key).get("moved"), counted(runtime, key)
    moved = rows_of(runtime, root_key)
    assert moved[1] == to
    carried_on(runtime, key, Verb.REVERT)
    with runtime.database.read() as connection:
        [case] = [
            each
            for each in migration_plans.list_cases(connection, key)
            if each.root_key == root_key
        ]
    assert case.state is CaseState.BACK
    assert rows_of(runtime, root_key) == before


def walk(runtime: Runtime, root_key: int, move: int) -> None:
    """One step of a case, if there is one of that kind."""
    with runtime.database.read() as connection:
        if get_instance(connection, root_key).state != "active":
            return
        open_tasks = tasks.list_open_tasks(connection, root_key)
        timers = (
            connection.execute(sa.select(timer.c.key).where(timer.c.root_key == root_key))
            .scalars()
            .all()
        )
        waits = (
            connection.execute(
                sa.select(subscription.c.correlation_key).where(subscription.c.root_key == root_key)
            )
            .scalars()
            .all()
        )
    if move < 3 and open_tasks:
        complete_task(runtime, open_tasks[move % len(open_tasks)].key, {}, actor=AMY, now=NOW)
    elif move == 3 and timers:
        fire_timer(runtime, timers[0], now=NOW + timedelta(hours=1))
    elif move > 3 and waits:
        correlate_message(runtime, "answer", waits[0], {}, actor=AMY, now=NOW)


def test_four_eyes_know_what_somebody_did_before_an_element_was_renamed(small: Runtime) -> None:
    both = Actor("amy", frozenset({"handler", "approver"}))
    root = started(small)
    complete_task(small, the_tasks(small)[0], {}, actor=both, now=NOW)
    key = drawn_up(small, another(small, RENAMED))
    carried_on(small, key, Verb.TRY, Verb.START)
    with pytest.raises(Forbidden, match="another pair of eyes"):
        claim_task(small, the_tasks_of(small, root), actor=both, now=LATER)
    carried_on(small, key, Verb.REVERT)
    with pytest.raises(Forbidden, match="another pair of eyes"):
        claim_task(small, the_tasks_of(small, root), actor=both, now=LATER)
    claim_task(
        small, the_tasks_of(small, root), actor=Actor("ben", frozenset({"approver"})), now=LATER
    )


PREPARED = (
    SMALL.replace('candidateGroups="approver"', 'candidateGroups="=[team]"')
    .replace(
        '<bpmn:endEvent id="e2"',
        '<bpmn:boundaryEvent id="soon" attachedToRef="first" '
        'cancelActivity="false"><bpmn:outgoing>f5</bpmn:outgoing>'
        '<bpmn:timerEventDefinition id="t2"><bpmn:timeDuration '
        'xsi:type="bpmn:tFormalExpression">PT0S'
        "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        '<bpmn:endEvent id="e3"><bpmn:incoming>f5</bpmn:incoming></bpmn:endEvent><bpmn:endEvent '
        'id="e2"',
    )
    .replace(
        '<bpmn:sequenceFlow id="f1"',
        '<bpmn:sequenceFlow id="f5" sourceRef="soon" targetRef="e3"/><bpmn:sequenceFlow id="f1"',
    )
)


def test_a_dry_run_says_what_the_new_version_finds_unprepared(small: Runtime) -> None:
    started(small)
    key = drawn_up(small, another(small, PREPARED))
    carried_on(small, key, Verb.TRY)
    with small.database.read() as connection:
        [case] = migration_plans.list_cases(connection, key)
        [why] = migration_plans.list_reasons(connection, key)
    assert (case.state, case.began) == (CaseState.FITS, ["soon"])
    assert (
        why.text
        == "soon begins and is due at once; team is asked for, and the case has no such variable"
    )


def test_the_background_worker_goes_through_the_cases(small: Runtime, tmp_path: Path) -> None:
    started(small)
    key = drawn_up(small, another(small, RENAMED))
    worker = make_worker(small, Mailer(None, "bank@bank.invalid", tmp_path), VirtualClock(LATER))
    for verb in (Verb.TRY, Verb.START):
        carry_on_migration(small, key, verb, reason="x", actor=COMPLIANCE, now=LATER)
        while worker.run_once():
            pass
    assert counted(small, key) == {"moved": 1}
