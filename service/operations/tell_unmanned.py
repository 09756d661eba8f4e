"""Tell those who give out work of a task that nobody may do: an incident of the case, and a notice
to everybody who can offer it to somebody else. Both once; the incident ends by itself when somebody
may do the task, or it has ended.

A chore of the background worker, once a minute, over so many tasks at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import identity, jobs, tasks
from service.db import Connection
from service.engine import EngineError
from service.execution import Runtime, raise_incident, tell_people
from service.identity import SYSTEM, Permission
from service.jobs.tables import incident
from service.operations.at_most import Chore, at_most
from service.operations.find_unmanned import Staff, find_unmanned, list_unheld
from service.sentence import Sentence, Words
from service.tasks import UserTask
from service.tasks.tables import user_task

KIND = "task-for-nobody"
EVERY = timedelta(minutes=1)
MOST = 2_000
SHOWN = 10
WHY: Words = {
    "kept": "{name} must not know of the case.",
    "part": "{name} had a part in it.",
    "level": "{name} may not decide so high.",
    "away": "{name} is away.",
}
"""Why somebody may not do a task, as the incident says it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An incident that is active: its key, the key of the task it is about, and the task, None
    where it is gone."""

    key: int
    subject: int
    task: UserTask | None


def tell_unmanned(runtime: Runtime, *, now: datetime, after: int = 0) -> int:
    """Look at the open tasks from just after a key; where to go on, 0 once all were looked at."""
    today = runtime.profile.calendar.local_day(now)
    with runtime.database.read() as connection:
        if not identity.has_accounts(connection):
            return 0
        found = list_unheld(connection, after=after, limit=MOST)
        staff = Staff(connection, today, now)
        told = _told(connection)
        known = {each.subject for each in told}
        missing = [
            (task, why)
            for task in found
            if task.key not in known and (why := find_unmanned(staff, task)) is not None
        ]
        over = [each.key for each in told if _is_over(staff, each.task)]
    for task, why in missing:
        with runtime.database.transaction() as connection:
            _raise(connection, task, why, today=today, now=now)
    for key in over:
        with runtime.database.transaction() as connection:
            if jobs.is_active(connection, key):
                jobs.close_incident(connection, key=key, by=SYSTEM.name, now=now)
    return found[-1].key if len(found) == MOST else 0


def _told(connection: Connection) -> list[Told]:
    """The incidents that are active, each with the task it is about as it stands now."""
    same = sa.and_(
        user_task.c.root_key == incident.c.root_key, user_task.c.key == incident.c.subject_key
    )
    query = (
        sa.select(incident.c.key.label("incident"), incident.c.subject_key, *user_task.c)
        .outerjoin(user_task, same)
        .where(incident.c.state == "active", incident.c.kind == KIND)
    )
    return [_told_of(dict(row)) for row in connection.execute(query).mappings()]


def _told_of(row: dict[str, Any]) -> Told:
    key, subject = row.pop("incident"), row.pop("subject_key")
    return Told(key, subject, None if row["key"] is None else UserTask.of(row))


def _is_over(staff: Staff, task: UserTask | None) -> bool:
    if task is None or task.state is not tasks.TaskState.OPEN:
        return True
    return find_unmanned(staff, task) is None


def _raise(
    connection: Connection,
    task: tasks.UserTask,
    why: Mapping[str, str],
    *,
    today: date,
    now: datetime,
) -> None:
    reasons = [Sentence(WHY[each], name=name) for name, each in list(why.items())[:SHOWN]]
    error = EngineError(
        KIND,
        task.element_id,
        "Nobody may do the task “{task_name}”. It is offered to {offered}. {why}",
        task_name=task.name,
        offered=[*task.candidate_groups, *task.candidate_users] or ["-"],
        why=reasons,
    )
    raise_incident(
        connection,
        task.root_key,
        error,
        subject_key=task.key,
        actor=SYSTEM.name,
        now=now,
    )
    tell_people(
        connection,
        _superiors(connection, today),
        "alert",
        root_key=task.root_key,
        subject_key=task.key,
        now=now,
        stamp=KIND,
    )


def _superiors(connection: Connection, today: date) -> list[str]:
    """Those who give out work, who oversee it, and who look after incidents."""
    wanted = (Permission.ASSIGN_TASKS, Permission.SEE_ALL_TASKS, Permission.READ_INCIDENTS)
    return sorted(
        {
            each.name
            for permission in wanted
            for each in identity.list_candidates(connection, permission, on=today)
        }
    )


def make_unmanned_chore(runtime: Runtime) -> Chore:
    """The chore: at most once a minute in this process, from where it was left."""
    place = [0]

    def go_on(now: datetime) -> None:
        place[0] = tell_unmanned(runtime, now=now, after=place[0])

    return at_most(EVERY, go_on)
