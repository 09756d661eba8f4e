"""Tell those who give out work of a task that nobody may do: an incident of the case, and a notice
to everybody who can offer it to somebody else. Both once; the incident ends by itself when somebody
may do the task, or it has ended.

A chore of the background worker, once a minute, over so many tasks at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from service import identity, jobs, tasks
from service.db import Connection
from service.engine import EngineError
from service.errors import NotFound
from service.execution import Runtime, raise_incident, tell_people
from service.identity import SYSTEM, Permission
from service.jobs.tables import incident
from service.operations.at_most import Chore, at_most
from service.operations.find_unmanned import Staff, find_unmanned, list_unheld
from service.sentence import Sentence, Words

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


def tell_unmanned(runtime: Runtime, *, now: datetime, after: int = 0) -> int:
    """Look at the open tasks from just after a key; where to go on, 0 once all were looked at."""
    today = runtime.profile.calendar.local_day(now)
    with runtime.database.read() as connection:
        if not identity.has_accounts(connection):
            return 0
        found = list_unheld(connection, after=after, limit=MOST)
        told = _told(connection)
        staff = Staff(connection, today, now)
        missing = [
            (task, why)
            for task in found
            if task.key not in told and (why := find_unmanned(staff, task)) is not None
        ]
        over = [key for subject, key in told.items() if _is_over(staff, subject)]
    for task, why in missing:
        with runtime.database.transaction() as connection:
            _raise(connection, task, why, today=today, now=now)
    for key in over:
        with runtime.database.transaction() as connection:
            if jobs.is_active(connection, key):
                jobs.close_incident(connection, key=key, by=SYSTEM.name, now=now)
    return found[-1].key if len(found) == MOST else 0


def _told(connection: Connection) -> dict[int, int]:
    """The incidents that are active, by the task they are about."""
    rows = connection.execute(
        sa.select(incident.c.subject_key, incident.c.key).where(
            incident.c.state == "active", incident.c.kind == KIND
        )
    )
    return {row.subject_key: row.key for row in rows}


def _is_over(staff: Staff, key: int) -> bool:
    try:
        task = tasks.get_task(staff.connection, key)
    except NotFound:
        return True
    return task.state is not tasks.TaskState.OPEN or find_unmanned(staff, task) is None


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
