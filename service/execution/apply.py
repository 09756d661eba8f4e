"""The write of a step: its changes and effects become rows, in one transaction guarded by the
instance's version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service import audit, cases, jobs, tasks
from service.audit import Entry, Event
from service.builtins import CaseView
from service.db import Connection, Prepared, gathered
from service.engine import Step
from service.engine import changes as c
from service.errors import RedressError
from service.execution.apply_effects import write_effects
from service.execution.apply_ledger import money_of, write_ledger
from service.execution.note_changes import note_changes
from service.execution.plan import Plan, entry_of
from service.execution.write import Write
from service.identity import Actor
from service.instances import Instance
from service.instances.tables import process_instance
from service.policy import Deadline, held_to


class VersionConflict(RedressError):
    """Another command moved this case at the same moment."""

    code = "version-conflict"


BEGINNINGS = (c.TimerSet, c.SubscriptionOpened, c.JobCreated)
ENDS = (c.TimerEnded, c.SubscriptionEnded, c.JobEnded)
Kinds = dict[type, list[Any]]
"""The changes of a step by their kind, each in the order it happened."""

_UPDATE = Prepared(
    sa.update(process_instance)
    .where(
        process_instance.c.root_key == sa.bindparam("b_root_key"),
        process_instance.c.version == sa.bindparam("b_version"),
    )
    .values(
        version=process_instance.c.version + 1,
        next_child=sa.bindparam("b_next_child"),
        state=sa.bindparam("b_state"),
        ended_at=sa.bindparam("b_ended_at"),
        end_elements=sa.bindparam("b_end_elements", type_=sa.JSON),
        engine_state=sa.bindparam("b_engine_state"),
        final_variables=sa.bindparam(
            "b_final_variables", type_=process_instance.c.final_variables.type
        ),
    ),
    counted=True,
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one command did in a step, and who gave it: a row of the history."""

    plan: Plan
    actor: Actor
    changes: Sequence[c.Change]


def apply_step(
    connection: Connection,
    instance: Instance,
    step: Step,
    view: CaseView,
    parts: Sequence[Part],
    *,
    now: datetime,
) -> Write:
    """Write the step that these commands made together, with a row of the history for each. Only a
    command that is alone may complete a user task or have effects.

    Raises VersionConflict when the instance is not at the version that was read: the whole command
    is retried.
    """
    write = Write(connection, instance, now, instance.next_child)
    kinds = _by_kind(step.changes)
    last = parts[-1]
    with gathered(connection):
        met, rows = _write_tasks(write, kinds, by=last.actor.name, answer=last.plan.answer)
        _write_waits(write, kinds)
        _write_incidents(write, kinds)
        entries = []
        for part in parts[:-1]:
            note_changes(write, part.changes)
            entries.append(entry_of(write, part.plan, actor=part.actor.name))
        note_changes(write, last.changes)
        clocks = write_effects(write, view, met=met, by=last.actor.name)
        tasks.insert_tasks(connection, _dated(rows, view, clocks))
        _write_ledger(write, kinds, view.complaint, last)
        _write_signals(write)
        guard = _write_instance(write, step)
        entries.append(entry_of(write, last.plan, actor=last.actor.name))
        entries += [
            Entry(
                Event.INCIDENT_RAISED,
                last.actor.name,
                {"element": each.element_id, "code": each.code},
            )
            for each in kinds[c.IncidentRaised]
        ]
        write.tip = audit.append_all(
            connection, instance.root_key, entries, at=now, last=instance.tip
        )
    if guard.rowcount != 1:
        raise VersionConflict
    return write


def _by_kind(changes: Iterable[c.Change]) -> Kinds:
    kinds: Kinds = defaultdict(list)
    for change in changes:
        kinds[type(change)].append(change)
    return kinds


def _new_task_rows(write: Write, kinds: Kinds) -> list[dict[str, Any]]:
    """The rows of the tasks that are still open after the step."""
    ended_here = {change.id for change in kinds[c.TaskEnded]}
    rows = []
    for created in kinds[c.TaskCreated]:
        if created.id not in ended_here:
            key = write.key()
            write.new_tasks.append(key)
            rows.append(_task_row(write.instance, created, key, write.now))
    return rows


def _write_tasks(
    write: Write, kinds: Kinds, *, by: str, answer: Any
) -> tuple[str, list[dict[str, Any]]]:
    """End tasks; the clock that is met by completing the task of the command, if any, and the rows
    of the new ones, which are dated by the clocks as the step leaves them."""
    instance, connection = write.instance, write.connection
    rows = _new_task_rows(write, kinds)
    created_here = {change.id for change in kinds[c.TaskCreated]}
    ended = [change for change in kinds[c.TaskEnded] if change.id not in created_here]
    tasks.end_tasks(
        connection,
        instance.root_key,
        [_ending(each, instance.task, by, answer) for each in ended],
        at=write.now,
    )
    completed = instance.task is not None and any(each.how == "completed" for each in ended)
    if instance.task is None or not completed:
        return "", rows
    return tasks.clocks_met(instance.task.properties, answer), rows


def _dated(
    rows: list[dict[str, Any]], view: CaseView, clocks: Mapping[str, Deadline] | None
) -> list[dict[str, Any]]:
    """The rows of new tasks, none due later than the clock of the case's severity that runs out
    next."""
    if not rows or view.complaint is None:
        return rows
    running = (view.deadlines if clocks is None else clocks).values()
    return [
        {**row, "due_at": held_to(view.profile, running, row["due_at"], at=view.now)}
        for row in rows
    ]


def _write_ledger(
    write: Write, kinds: Kinds, complaint: cases.Complaint | None, part: Part
) -> None:
    """The task of the command, if it was completed, may say something about money."""
    entry = money_of(write.instance.task)
    if complaint is None or not entry:
        return
    if any(each.how == "completed" for each in kinds[c.TaskEnded]):
        write_ledger(write, complaint, entry, part.plan.answer or {}, by=part.actor.name)


def _ending(ended: c.TaskEnded, task: tasks.UserTask | None, by: str, answer: Any) -> tasks.Ending:
    """`task` is the one that the command is about: its row is known."""
    key = task.key if task is not None and task.engine_id == ended.id else None
    if ended.how == "completed":
        return tasks.Ending(ended.id, tasks.TaskState.COMPLETED, by, answer, key)
    return tasks.Ending(ended.id, tasks.TaskState.CANCELLED, key=key)


def _task_row(
    instance: Instance, created: c.TaskCreated, key: int, now: datetime
) -> dict[str, Any]:
    return {
        "root_key": instance.root_key,
        "key": key,
        "engine_id": created.id,
        "element_id": created.element_id,
        "process_id": created.process_id,
        "bundle_key": instance.bundle_key,
        "business_key": instance.business_key,
        "name": created.name,
        "form_id": created.form_id,
        "state": "open",
        "revision": 0,
        "assignee": created.assignee,
        "candidate_groups": list(created.candidate_groups),
        "candidate_users": list(created.candidate_users),
        "excluded": list(created.excluded),
        "priority": created.priority,
        "created_at": now,
        "due_at": created.due_at,
        "follow_up_at": created.follow_up_at,
        "properties": dict(created.properties),
        "variables": dict(created.variables),
    }


def _begin_waits(write: Write, kinds: Kinds) -> None:
    root_key, connection, now = write.instance.root_key, write.connection, write.now
    ended = {change.id for kind in ENDS for change in kinds[kind]}
    timers, subscriptions, new_jobs = (
        [(write.key(), change) for change in kinds[kind] if change.id not in ended]
        for kind in BEGINNINGS
    )
    jobs.insert_timers(connection, root_key, timers)
    jobs.insert_subscriptions(connection, root_key, subscriptions, now=now)
    jobs.insert_jobs(connection, root_key, new_jobs, now=now)


def _ids(changes: Iterable[Any]) -> list[str]:
    return [change.id for change in changes]


def _write_waits(write: Write, kinds: Kinds) -> None:
    """Timers, jobs and subscriptions: those that ended are closed, those that also began in this
    step never were."""
    _begin_waits(write, kinds)
    root_key, connection, now = write.instance.root_key, write.connection, write.now
    begun = {change.id for kind in BEGINNINGS for change in kinds[kind]}
    over_timers, over_subscriptions, over_jobs = (
        [change for change in kinds[kind] if change.id not in begun] for kind in ENDS
    )
    jobs.end_timers(connection, root_key, _ids(over_timers))
    jobs.end_subscriptions(connection, root_key, _ids(over_subscriptions))
    jobs.end_jobs(connection, root_key, over_jobs, now=now)
    unwanted = [change.id for change in over_jobs if change.how == "cancelled"]
    if unwanted:
        jobs.end_incidents(connection, root_key, unwanted, now=now)


def _write_incidents(write: Write, kinds: Kinds) -> None:
    """Tokens that stay where they are until somebody has seen to it; and those that stood there
    before and do not any more."""
    root_key = write.instance.root_key
    over = [each.element_id for each in kinds[c.IncidentEnded]]
    if over:
        jobs.end_incidents_at(write.connection, root_key, over, now=write.now)
    for change in kinds[c.IncidentRaised]:
        jobs.raise_incident(
            write.connection,
            root_key=root_key,
            key=write.key(),
            kind=change.code,
            element_id=change.element_id,
            message=change.message,
            now=write.now,
        )


def _write_signals(write: Write) -> None:
    """Signals for other cases leave through the outbox: broadcast once this write is there, and not
    otherwise."""
    thrown = [
        (
            write.key(),
            {
                "name": signal.name,
                "variables": dict(signal.variables),
                "element": signal.element_id,
            },
        )
        for signal in write.signals
    ]
    jobs.insert_signals(write.connection, write.instance.root_key, thrown, now=write.now)


def _write_instance(write: Write, step: Step) -> Any:
    """The guarded update; its row count says whether the instance was still at the version that was
    read."""
    how, ends = write.moved.get("ended", (None, None))
    return _UPDATE.run(
        write.connection,
        {
            "b_root_key": write.instance.root_key,
            "b_version": write.instance.version,
            "b_next_child": write.next_child,
            "b_state": how or "active",
            "b_ended_at": write.now if step.ended else None,
            "b_end_elements": ends,
            "b_engine_state": None if step.ended else step.state,
            "b_final_variables": dict(step.variables) if step.ended else None,
        },
    )
