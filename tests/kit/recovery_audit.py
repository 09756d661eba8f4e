"""Holding a database against what a server acknowledged and a mail server was given."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from service import audit
from service.audit import Event
from service.audit.tables import history
from service.cases.tables import complaint
from service.db import Database
from service.instances.tables import process_instance
from service.jobs.tables import incident, outbox, timer
from service.tasks.tables import user_task
from tests.kit.server_processes import Postbox

COMMANDS = {
    "registered": Event.COMPLAINT_REGISTERED,
    "completed": Event.TASK_COMPLETED,
    "correlated": Event.MESSAGE_CORRELATED,
}


def read_acknowledged(path: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for line in path.read_text("utf-8").splitlines(keepends=True)
        if line.endswith("\n")
    ]


def check_history(database: Database, acknowledged: list[dict[str, Any]]) -> None:
    """What was acknowledged is in the history once, by whom it was acknowledged to, and nothing
    else is there."""
    with database.read() as connection:
        rows = connection.execute(sa.select(history)).all()
        tasks = connection.execute(sa.select(user_task)).all()
        numbers = set(connection.execute(sa.select(complaint.c.number)).scalars())
        instances = connection.execute(sa.select(process_instance.c.root_key)).scalars().all()
        assert set(audit.list_cases(connection)) == set(
            instances
        )  # the complaints, and what they started
        assert [audit.verify(connection, key) for key in instances] == [None] * len(instances)
    for kind, event in COMMANDS.items():
        said = Counter(
            (int(each["case"]), each["actor"]) for each in acknowledged if each["kind"] == kind
        )
        assert said == Counter((row.root_key, row.actor) for row in rows if row.event == event), (
            kind
        )
    completed = {row.subject_key: row.actor for row in rows if row.event == Event.TASK_COMPLETED}
    assert completed == {
        int(each["task"]): each["actor"] for each in acknowledged if each["kind"] == "completed"
    }
    assert len(completed) == sum(row.event == Event.TASK_COMPLETED for row in rows)
    assert completed == {row.key: row.completed_by for row in tasks if row.state == "completed"}
    assert numbers == {each["number"] for each in acknowledged if each["kind"] == "registered"}
    fired = [row.subject_key for row in rows if row.event == Event.TIMER_FIRED]
    assert fired
    assert len(fired) == len(set(fired))


def check_ends(database: Database) -> Counter[str]:
    """Every case has ended, and nothing waits or has gone wrong."""
    with database.read() as connection:
        states = Counter(connection.execute(sa.select(process_instance.c.state)).scalars())
        left = {
            table.name: connection.execute(
                sa.select(sa.func.count()).select_from(table).where(where)
            ).scalar_one()
            for table, where in (
                (timer, sa.true()),
                (incident, sa.true()),
                (user_task, user_task.c.state == "open"),
                (outbox, outbox.c.state != "delivered"),
            )
        }
    assert set(states) == {"completed"}
    assert set(left.values()) == {0}, left
    return states


def check_letters(database: Database, postbox: Postbox, *, kills: int) -> int:
    """Every letter has left. A worker killed between handing one over and noting it hands it over
    again: the same message under the same id, at most one for each kill. Returns how many came
    twice."""
    with database.read() as connection:
        mails = connection.execute(
            sa.select(outbox.c.payload).where(outbox.c.kind == "mail")
        ).scalars()
        queued = {int(mail["letter"]) for mail in mails}
    came = Counter(identity for identity, _ in postbox.received)
    assert {int(identity.partition(".")[0]) for identity in came} == queued
    assert len(set(postbox.received)) == len(came)
    again = sum(came.values()) - len(came)
    assert again <= kills
    return again
