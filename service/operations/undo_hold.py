"""Taking back who holds a task: a claim, a release or an assignment that somebody has just made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service import audit, identity, notifications, tasks
from service.audit import Event, HistoryRow
from service.db import Connection
from service.errors import StateConflict
from service.execution import Runtime
from service.identity import Actor
from service.operations.claim_task import lock_task, note_holder

SHOWN = timedelta(seconds=8)
"""So long a page offers it."""
WITHIN = timedelta(seconds=60)
"""So long it is accepted: who has the pointer on the offer keeps it in sight, and networks are
slow."""
HELD = (Event.TASK_CLAIMED, Event.TASK_RELEASED, Event.TASK_ASSIGNED)


def find_undo(
    connection: Connection, task: tasks.UserTask, *, actor: Actor, now: datetime
) -> Event | None:
    """What the actor has just done with the task and could take back; None when that is nothing, or
    when it lies longer back than it is offered."""
    last = _last(connection, task)
    if last is None or not _is_theirs(task, last, actor) or now - last.at > SHOWN:
        return None
    return Event(last.event)


def undo_hold(
    runtime: Runtime, key: int, *, revision: int, actor: Actor, now: datetime
) -> tasks.UserTask:
    """Give the task back to who had it before the actor claimed, released or assigned it.

    Raises NotFound, and StateConflict when it has ended, has changed since, or when that was done
    by somebody else or too long ago.
    """
    with runtime.database.transaction() as connection:
        task = lock_task(connection, key)
        tasks.check_open(task)
        tasks.check_revision(task, revision)
        last = _last(connection, task)
        if last is None or not _is_theirs(task, last, actor) or now - last.at > WITHIN:
            raise StateConflict(
                "This cannot be taken back any more: {within} seconds have passed, or somebody "
                "else has seen to the task “{task_name}” since.",
                within=int(WITHIN.total_seconds()),
                task_name=task.name,
            )
        back_to = _holder_before(connection, task, last.details)
        tasks.hold_task(connection, task, back_to)
        if task.assignee is not None:
            notifications.take_back(
                connection,
                task.assignee,
                "assignment",
                root_key=task.root_key,
                subject_key=key,
            )
        event = Event.TASK_RELEASED if back_to is None else Event.TASK_ASSIGNED
        note_holder(connection, task, event, actor, now, back_to)
        return tasks.get_task(connection, key)


def _last(connection: Connection, task: tasks.UserTask) -> HistoryRow | None:
    """What was done last about who holds the task."""
    return audit.find_last(connection, task.root_key, HELD, subject_key=task.key)


def _is_theirs(task: tasks.UserTask, last: HistoryRow, actor: Actor) -> bool:
    """Whether the actor did it, and it is still so."""
    known: Mapping[str, Any] = last.details
    return (
        task.state is tasks.TaskState.OPEN
        and last.actor == actor.name
        and "from" in known
        and known["to"] == task.assignee
        and known["from"] != task.assignee
    )


def _holder_before(
    connection: Connection, task: tasks.UserTask, details: Mapping[str, Any]
) -> str | None:
    """Who had it; nobody where that person may not have it any more."""
    name = details["from"]
    found = None if name is None else identity.find_account(connection, name)
    return name if found is not None and found.active else None
