"""Tell people that a deadline of a task they hold is near or gone, and a group that a task nobody
holds is late, or has to be done within the hour in a most urgent case.

A chore of the background worker, once a minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.cases import URGENT
from service.cases.tables import complaint
from service.execution import Runtime, tell_group, tell_person
from service.notifications.tables import notice, notice_choice
from service.operations.at_most import Chore, at_most
from service.tasks.tables import user_task

NEAR = timedelta(hours=24)
GONE = timedelta(hours=24)
"""A breach is told of within a day; what is older was told, or came before this was there."""
ALARM = timedelta(hours=1)
"""A task of a most urgent complaint that nobody holds is called out when so much time is left."""
EVERY = timedelta(minutes=1)
MOST = 500


def tell_deadlines(runtime: Runtime, *, now: datetime) -> int:
    """Write the notices that are missing; how many. A person is told once of a task that it is
    near, once that it is gone."""
    late = (user_task.c.due_at > now - GONE, user_task.c.due_at <= now)
    near = _tell(runtime, "near", now, (user_task.c.due_at > now, user_task.c.due_at <= now + NEAR))
    breach = _tell(runtime, "breach", now, late)
    urgent = sa.select(complaint.c.root_key).where(
        complaint.c.root_key == user_task.c.root_key,
        complaint.c.severity == URGENT,
        complaint.c.status == "open",
    )
    soon = (user_task.c.due_at > now, user_task.c.due_at <= now + ALARM, urgent.exists())
    called = _tell_groups(runtime, "near", now, soon)
    return near + breach + called + _tell_groups(runtime, "alert", now, late)


def _tell(
    runtime: Runtime, kind: str, now: datetime, due: tuple[sa.ColumnElement[bool], ...]
) -> int:
    told = sa.select(notice.c.mark).where(
        notice.c.root_key == user_task.c.root_key,
        notice.c.account == user_task.c.assignee,
        notice.c.kind == kind,
        notice.c.subject_key == user_task.c.key,
    )
    unwanted = sa.select(notice_choice.c.kind).where(
        notice_choice.c.account == user_task.c.assignee,
        notice_choice.c.kind == kind,
        ~notice_choice.c.by_page,
        ~notice_choice.c.by_mail,
    )
    query = (
        sa.select(user_task.c.root_key, user_task.c.key, user_task.c.assignee)
        .where(
            user_task.c.state == "open",
            *due,
            user_task.c.assignee.is_not(None),
            ~told.exists(),
            ~unwanted.exists(),
        )
        .order_by(user_task.c.due_at, user_task.c.key)
        .limit(MOST)
    )
    with runtime.database.read() as connection:
        missing = connection.execute(query).all()
    return sum(_tell_one(runtime, kind, row, now) for row in missing)


def _tell_one(runtime: Runtime, kind: str, row: Any, now: datetime) -> bool:
    """A transaction each: the mail takes a key of the case, and no two cases are to be held at
    once."""
    with runtime.database.transaction() as connection:
        return tell_person(
            connection, row.assignee, kind, root_key=row.root_key, subject_key=row.key, now=now
        )


def _tell_groups(
    runtime: Runtime, kind: str, now: datetime, due: tuple[sa.ColumnElement[bool], ...]
) -> int:
    """Everybody to whom such a task is offered; how many tasks there were to tell of."""
    told = sa.select(notice.c.mark).where(
        notice.c.root_key == user_task.c.root_key,
        notice.c.kind == kind,
        notice.c.subject_key == user_task.c.key,
    )
    query = (
        sa.select(
            user_task.c.root_key,
            user_task.c.key,
            user_task.c.candidate_groups,
            user_task.c.candidate_users,
        )
        .where(user_task.c.state == "open", *due, user_task.c.assignee.is_(None), ~told.exists())
        .order_by(user_task.c.due_at, user_task.c.key)
    )
    with runtime.database.read() as connection:
        missing = connection.execute(query).all()
    return sum(_tell_group(runtime, kind, row, now) for row in missing)


def _tell_group(runtime: Runtime, kind: str, row: Any, now: datetime) -> bool:
    with runtime.database.transaction() as connection:
        told = [
            tell_group(connection, each, kind, root_key=row.root_key, subject_key=row.key, now=now)
            for each in (*row.candidate_groups, *row.candidate_users)
        ]
        return any(told)


def make_deadline_chore(runtime: Runtime) -> Chore:
    """The chore: at most once a minute in this process; telling twice is kept out by the notices
    themselves."""
    return at_most(EVERY, lambda now: tell_deadlines(runtime, now=now))
