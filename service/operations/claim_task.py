"""Who holds a user task: claim, release, assign. The case does not move, the task's revision
does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import audit, cases, tasks
from service.audit import Event
from service.builtins import check_may_decide
from service.db import Connection, root_of
from service.errors import Forbidden, NotFound
from service.execution import Runtime, tell_person
from service.identity import Actor
from service.instances.tables import process_instance
from service.operations.check_offer import changes_of, check_offer

_MOVE_ON = (
    sa.update(process_instance)
    .where(process_instance.c.root_key == sa.bindparam("b_root_key"))
    .values(version=process_instance.c.version + 1)
)


def claim_task(
    runtime: Runtime, key: int, *, actor: Actor, now: datetime, revision: int | None = None
) -> tasks.UserTask:
    """Take a task that is offered to the actor. Raises NotFound, StateConflict, Forbidden."""
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        tasks.check_revision(task, revision)
        _check_may_know(connection, task, actor.name, now)
        tasks.check_may_claim(
            task, actor, tasks.list_performers(connection, task.root_key, task.excluded)
        )
        check_may_decide(connection, task, actor.name)
        if task.assignee == actor.name:
            return task
        tasks.hold_task(connection, task, actor.name)
        note_holder(connection, task, Event.TASK_CLAIMED, actor, now, actor.name)
        return tasks.get_task(connection, key)


def release_task(
    runtime: Runtime, key: int, *, actor: Actor, now: datetime, revision: int | None = None
) -> tasks.UserTask:
    """Give a task back to those it is offered to. Raises NotFound, StateConflict, Forbidden."""
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        tasks.check_revision(task, revision)
        tasks.check_may_release(task, actor)
        tasks.hold_task(connection, task, None)
        note_holder(connection, task, Event.TASK_RELEASED, actor, now, None)
        return tasks.get_task(connection, key)


def release_within(
    connection: Connection, key: int, name: str, *, actor: Actor, now: datetime
) -> None:
    """Let a task that this person holds come free, in a transaction that is open, whoever asks for
    it; nothing where they do not hold it any more."""
    task = lock_task(connection, key)
    if task.state is tasks.TaskState.OPEN and task.assignee == name:
        tasks.hold_task(connection, task, None)
        note_holder(connection, task, Event.TASK_RELEASED, actor, now, None)


def withdraw_offer(
    connection: Connection, key: int, name: str, *, actor: Actor, now: datetime
) -> None:
    """Offer a task to this person no more, in a transaction that is open."""
    task = lock_task(connection, key)
    if task.state is tasks.TaskState.OPEN and name in task.candidate_users:
        others = [each for each in task.candidate_users if each != name]
        _change(connection, task, {"candidate_users": others}, actor, now)


def assign_task(
    runtime: Runtime,
    key: int,
    to: Actor,
    *,
    actor: Actor,
    now: datetime,
    revision: int | None = None,
) -> tasks.UserTask:
    """Give a task to somebody it is offered to. Raises NotFound, StateConflict, Forbidden."""
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        tasks.check_revision(task, revision)
        _check_may_know(connection, task, actor.name, now)
        _check_receiver(connection, task, to.name, now)
        tasks.check_may_assign(
            task, actor, to, tasks.list_performers(connection, task.root_key, task.excluded)
        )
        check_may_decide(connection, task, to.name)
        tasks.hold_task(connection, task, to.name)
        note_holder(connection, task, Event.TASK_ASSIGNED, actor, now, to.name)
        if to.name != actor.name:
            stamp = str(task.revision)
            tell_person(
                connection,
                to.name,
                "assignment",
                root_key=task.root_key,
                subject_key=key,
                by=actor.name,
                stamp=stamp,
                now=now,
            )
        return tasks.get_task(connection, key)


def update_task(
    runtime: Runtime, key: int, changes: Mapping[str, Any], *, actor: Actor, now: datetime
) -> tasks.UserTask:
    """Change who a task is offered to, its dates or its priority (columns of `user_task`). For
    those who give out work, and only among those whom its definition offers it to.

    Raises NotFound, StateConflict, Forbidden, InvalidInput.
    """
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        tasks.check_may_update(task, actor)
        check_offer(connection, task, changes, actor)
        return _change(connection, task, changes, actor, now)


def _check_may_know(connection: Connection, task: tasks.UserTask, name: str, now: datetime) -> None:
    """Raises NotFound for somebody from whom the case is kept."""
    if not cases.who_may_know(connection, [name], task.root_key, now=now):
        raise NotFound("There is no user task {key}.", key=task.key)


def _check_receiver(connection: Connection, task: tasks.UserTask, name: str, now: datetime) -> None:
    """Raises Forbidden where the task would be given to somebody from whom the case is kept."""
    if not cases.who_may_know(connection, [name], task.root_key, now=now):
        raise Forbidden("{name} must not know of this case.", name=name)


def move_due(
    connection: Connection, task: tasks.UserTask, at: datetime, *, actor: Actor, now: datetime
) -> None:
    """Let a task be due at another time, in a transaction that is open. Raises StateConflict when
    it has ended."""
    _change(connection, lock_task(connection, task.key), {"due_at": at}, actor, now)


def _change(
    connection: Connection,
    task: tasks.UserTask,
    changes: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> tasks.UserTask:
    changed = tasks.update_task(connection, task, changes)
    details = {
        "element": task.element_id,
        "name": task.name,
        "changed": sorted(changes),
        "values": changes_of(task, changes),
    }
    audit.append(
        connection,
        task.root_key,
        Event.TASK_UPDATED,
        actor=actor.name,
        at=now,
        details=details,
        subject_key=task.key,
    )
    return changed


def lock_task(connection: Connection, key: int) -> tasks.UserTask:
    """The task, once no other command moves its case. A completion that read the case before this
    one has to re-read it, and finds who has claimed the task."""
    connection.execute(_MOVE_ON, {"b_root_key": root_of(key)})
    return tasks.get_task(connection, key)


def note_holder(
    connection: Connection,
    task: tasks.UserTask,
    event: Event,
    actor: Actor,
    now: datetime,
    to: str | None,
) -> None:
    """A row of the history: to whom the task, as it was before, has gone."""
    details = {
        "element": task.element_id,
        "name": task.name,
        "to": to,
        "from": task.assignee,
    }
    audit.append(
        connection,
        task.root_key,
        event,
        actor=actor.name,
        at=now,
        details=details,
        subject_key=task.key,
    )
