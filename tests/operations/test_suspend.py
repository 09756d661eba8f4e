"""A suspended case is moved by nobody and nothing until it is resumed; its deadlines run on,
nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service import audit, tasks
from service.engine.commands import Activate, Modify, Move, Which
from service.errors import Forbidden, InvalidInput, StateConflict, Suspended
from service.execution import Runtime, get_instance
from service.identity import Actor
from service.jobs import claim_timers
from service.jobs.tables import job, timer
from service.operations import (
    activate_jobs,
    cancel_instance,
    claim_task,
    complete_job,
    complete_task,
    correlate_message,
    fail_job,
    fire_timer,
    modify_instance,
    publish_message,
    resume_instance,
    set_variables,
    start_instance,
    suspend_instance,
)
from service.operations.messages import send_message
from tests.kit.clock import NOW
from tests.kit.crowd import JOBS
from tests.operations.test_migrate import AMY
from tests.operations.test_migration_plans import WIDE

ROOT = Actor("root", frozenset({"admin"}))
LATER = NOW + timedelta(hours=3)


pytestmark = pytest.mark.released(
    {"processes/wide.bpmn": WIDE.encode(), "processes/fetch.bpmn": JOBS}
)


def started(runtime: Runtime) -> int:
    return start_instance(runtime, "wide", {"ref": "r"}, actor=AMY, now=NOW).root_key


def suspended(runtime: Runtime, root: int) -> None:
    suspend_instance(runtime, root, reason="An injunction", actor=ROOT, now=NOW)


def opened(runtime: Runtime, root: int) -> list[str]:
    with runtime.database.read() as connection:
        return sorted(task.element_id for task in tasks.list_open_tasks(connection, root))


def test_nothing_moves_until_it_is_resumed_and_then_what_was_due_comes(runtime: Runtime) -> None:
    root = started(runtime)
    with runtime.database.read() as connection:
        [task] = tasks.list_open_tasks(connection, root)
        [due] = connection.execute(sa.select(timer.c.key, timer.c.due_at)).all()
    suspended(runtime, root)
    claim_task(runtime, task.key, actor=AMY, now=NOW)  # reading and preparing go on
    with pytest.raises(Suspended, match="suspended since 2026-03-02 02:00 UTC"):
        complete_task(runtime, task.key, {}, actor=AMY, now=NOW)
    with pytest.raises(Suspended):
        correlate_message(runtime, "answer", "r", {}, actor=AMY, now=NOW)
    with runtime.database.transaction() as connection:
        assert claim_timers(connection, now=LATER, owner="w", lease=timedelta(minutes=1)) == []
    assert fire_timer(runtime, due.key, now=LATER) is None
    assert opened(runtime, root) == ["a"]

    send_message(runtime, "answer", "r", {}, actor=AMY, now=NOW)  # kept for it
    resume_instance(runtime, root, reason="It was lifted", actor=ROOT, now=LATER)
    with runtime.database.transaction() as connection:
        [claimed] = claim_timers(connection, now=LATER, owner="w", lease=timedelta(minutes=1))
        assert (claimed.key, claimed.due_at) == (due.key, due.due_at)
    fire_timer(runtime, due.key, now=LATER)
    complete_task(runtime, task.key, {}, actor=AMY, now=LATER)
    assert opened(runtime, root) == ["b", "chase"]  # the message that was kept has opened the join
    with runtime.database.read() as connection:
        told = [
            (row.event, row.actor, row.details.get("reason"))
            for row in audit.list_history(connection, root)
        ]
        assert audit.verify(connection, root) is None
    assert ("case:instance:suspended", "root", "An injunction") in told
    assert ("case:instance:resumed", "root", "It was lifted") in told


def test_a_job_is_neither_handed_out_nor_finished(runtime: Runtime) -> None:
    waits, held = (
        start_instance(runtime, "fetch", {"kind": kind}, actor=AMY, now=NOW).root_key
        for kind in ("one", "two")
    )
    [taken] = activate_jobs(runtime, "two", worker="w", lease=timedelta(minutes=1), now=NOW)
    for root in (waits, held):
        suspended(runtime, root)
    assert activate_jobs(runtime, "one", worker="w", lease=timedelta(minutes=1), now=LATER) == []
    assert activate_jobs(runtime, "two", worker="w", lease=timedelta(minutes=1), now=LATER) == []
    with pytest.raises(Suspended):
        complete_job(runtime, taken["key"], {}, actor=ROOT, now=NOW)
    with pytest.raises(Suspended):
        fail_job(runtime, taken["key"], retries=1, message="no", actor=ROOT, now=NOW)
    for root, kind in ((waits, "one"), (held, "two")):
        resume_instance(runtime, root, reason="x", actor=ROOT, now=LATER)
        [again] = activate_jobs(runtime, kind, worker="w", lease=timedelta(minutes=1), now=LATER)
        assert complete_job(runtime, again["key"], {}, actor=ROOT, now=LATER).ended


def test_a_person_may_correct_move_and_cancel_what_is_suspended(runtime: Runtime) -> None:
    root = started(runtime)
    suspended(runtime, root)
    set_variables(runtime, root, "", {"ref": "other"}, actor=ROOT, now=NOW, reason="A wrong number")
    move = Modify(move=(Move(Which(element_id="a"), Activate("b"), "inferred"),))
    publish_message(runtime, "answer", "other", {}, actor=ROOT, now=NOW, life=timedelta(days=1))
    modify_instance(runtime, root, move, reason="By hand", actor=ROOT, now=NOW)
    assert opened(runtime, root) == ["b"]  # the message at b waits until the case is resumed
    with runtime.database.read() as connection:
        assert {run.year for run in connection.execute(sa.select(timer.c.run_at)).scalars()} <= {
            9999
        }
        assert connection.execute(sa.select(job.c.key)).all() == []
    resume_instance(runtime, root, reason="x", actor=ROOT, now=LATER)
    with runtime.database.read() as connection:
        assert get_instance(connection, root).suspended_at is None
    other = start_instance(runtime, "wide", {"ref": "q"}, actor=AMY, now=NOW).root_key
    suspended(runtime, other)
    assert cancel_instance(runtime, other, reason="x", actor=ROOT, now=NOW).ended


def test_only_who_may_with_a_reason_and_once(runtime: Runtime) -> None:
    root = started(runtime)
    with pytest.raises(Forbidden):
        suspend_instance(runtime, root, reason="x", actor=AMY, now=NOW)
    with pytest.raises(InvalidInput, match="reason"):
        suspend_instance(runtime, root, reason=" ", actor=ROOT, now=NOW)
    with pytest.raises(StateConflict, match="not suspended"):
        resume_instance(runtime, root, reason="x", actor=ROOT, now=NOW)
    suspended(runtime, root)
    with pytest.raises(StateConflict, match="already"):
        suspended(runtime, root)
