"""Putting a task aside until a time, with a reason, and taking it up again before."""

from __future__ import annotations

from datetime import datetime

from service import audit, tasks
from service.audit import Event
from service.db import Connection
from service.errors import FieldError, FormInvalid, StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.lengths import find_length_problem
from service.operations.claim_task import lock_task
from service.sentence import Sentence
from service.tasks import Snooze, UserTask
from service.tasks.snoozes import MOST

LONGEST = 500


def snooze_task(
    runtime: Runtime, key: int, *, until: datetime, reason: str, actor: Actor, now: datetime
) -> Snooze:
    """Put a task aside that the actor holds. No clock moves by it, and it is back before it is
    due.

    Raises FormInvalid for a time that is past or not before the task's due date or for a missing
    reason; NotFound; StateConflict when it has ended, somebody else holds it, or too many are put
    aside.
    """
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        tasks.check_open(task)
        _check_held(task, actor)
        why = " ".join(reason.split())
        _check(task, until, why, now)
        if tasks.count_snoozes(connection, actor.name, at=now) >= MOST:
            raise StateConflict(
                "You have put {most} tasks aside already; take one up first.", most=MOST
            )
        snooze = Snooze(task.root_key, task.key, actor.name, until, why)
        tasks.put_snooze(connection, snooze)
        details = {"until": until.isoformat(), "reason": why}
        _note(connection, task, Event.TASK_PUT_ASIDE, details, actor, now)
    return snooze


def take_up_task(runtime: Runtime, key: int, *, actor: Actor, now: datetime) -> None:
    """Take a task up again that the actor had put aside. Raises NotFound, StateConflict."""
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        _check_held(task, actor)
        if tasks.drop_snooze(connection, task.root_key, task.key):
            _note(connection, task, Event.TASK_TAKEN_UP, {}, actor, now)


def _check_held(task: UserTask, actor: Actor) -> None:
    if task.assignee != actor.name:
        raise StateConflict(
            "The task “{task_name}” is not held by you; claim it first.", task_name=task.name
        )


def _check(task: UserTask, until: datetime, why: str, now: datetime) -> None:
    errors = []
    problem = find_length_problem("/reason", why, LONGEST)
    if problem is not None:
        errors.append(problem)
    if until <= now:
        errors.append(FieldError("/until", Sentence("expected a time that is still to come")))
    elif task.due_at is not None and until >= task.due_at:
        before = Sentence("expected a time before the task is due")
        errors.append(FieldError("/until", before))
    if errors:
        raise FormInvalid(errors)


def _note(
    connection: Connection,
    task: UserTask,
    event: Event,
    details: dict[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    audit.append(
        connection,
        task.root_key,
        event,
        actor=actor.name,
        at=now,
        details={"element": task.element_id, "name": task.name, **details},
        subject_key=task.key,
    )
