"""What stands on a person's first page beside their tasks: the cases of theirs that wait for
somebody else, and how their week looks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service.cases.tables import complaint
from service.db import Connection
from service.tasks.tables import user_task

MOST_WAITING = 50
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A task of the case that is somebody else's: its name, who has it, until when."""

    name: str
    properties: dict[str, str]
    holder: str | None
    groups: Sequence[str]
    users: Sequence[str]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A case of a person's that they can do nothing in now, with the steps that are open in it."""

    root_key: int
    number: str
    customer: str | None
    content: str
    severity: str | None
    due_at: datetime | None
    steps: Sequence[OpenStep]


@dataclass(frozen=True, slots=True)
class DueDay:
    """How many of a person's tasks are due on a day; `late`: how many of them are over."""

    day: date
    due: int
    late: int


def list_waiting_cases(connection: Connection, account: str) -> list[WaitingCase]:
    """The open complaints whose investigator this person is and in which no open task is theirs,
    the nearest deadline first, at most `MOST_WAITING`."""
    mine = sa.exists().where(
        user_task.c.root_key == complaint.c.root_key,
        user_task.c.state == "open",
        user_task.c.assignee == account,
    )
    rows = connection.execute(
        sa.select(complaint)
        .where(complaint.c.investigator == account, complaint.c.status == "open", ~mine)
        .order_by(complaint.c.due_at, complaint.c.root_key)
        .limit(MOST_WAITING)
    ).mappings()
    found = list(rows)
    steps = _open_steps(connection, [row["root_key"] for row in found])
    return [
        WaitingCase(
            row["root_key"],
            row["number"],
            row["customer_name"],
            row["content"],
            row["severity"],
            row["due_at"],
            steps.get(row["root_key"], ()),
        )
        for row in found
    ]


def _open_steps(connection: Connection, roots: Sequence[int]) -> dict[int, list[OpenStep]]:
    if not roots:
        return {}
    found: dict[int, list[OpenStep]] = {}
    query = (
        sa.select(user_task)
        .where(user_task.c.root_key.in_(roots), user_task.c.state == "open")
        .order_by(user_task.c.due_at, user_task.c.key)
    )
    for row in connection.execute(query).mappings():
        found.setdefault(row["root_key"], []).append(
            OpenStep(
                row["name"],
                row["properties"],
                row["assignee"],
                row["candidate_groups"],
                row["candidate_users"],
                row["due_at"],
            )
        )
    return found


def count_week(
    connection: Connection, account: str, *, now: datetime, zone: ZoneInfo
) -> list[DueDay]:
    """The tasks a person holds by the day they are due, today and the six days after it; what was
    due before today counts today."""
    today = now.astimezone(zone).date()
    dues = connection.execute(
        sa.select(user_task.c.due_at).where(
            user_task.c.assignee == account,
            user_task.c.state == "open",
            user_task.c.due_at < now + WEEK,
        )
    ).scalars()
    due: Counter[date] = Counter()
    late: Counter[date] = Counter()
    for at in dues:
        day = max(at.astimezone(zone).date(), today)
        due[day] += 1
        late[day] += at <= now
    days = [today + timedelta(days=ahead) for ahead in range(WEEK.days)]
    return [DueDay(day, due[day], late[day]) for day in days]
