"""People are told of deadlines, mentions and tasks: once each, the ways they chose, by mail through
the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from service import cases, identity, notifications, tasks
from service.execution import Runtime
from service.identity import Actor
from service.intake import parse_complaint
from service.jobs.tables import outbox
from service.operations import (
    assign_task,
    claim_task,
    comment_case,
    register_complaint,
    release_task,
    save_draft,
    tell_deadlines,
)
from service.operations.tell_deadlines import make_deadline_chore
from service.operations.tidy_drafts import make_tidy_chore
from service.operations.tidy_rows import KEPT
from service.tasks.tables import task_draft, user_task
from tests.kit.clock import NOW

AMY = Actor("amy", frozenset({"clerk"}))
ADMIN = Actor("root", frozenset({"admin"}))
FACTS = {
    "customerName": "李大同",
    "channel": "phone",
    "contact": {"phone": "02-5550-3344"},
    "content": "年費未經同意扣款。",
}


def held(runtime: Runtime) -> tasks.UserTask:
    """A task that amy, who has an address, holds, due in two days."""
    with runtime.database.transaction() as connection:
        identity.create_account(
            connection, "amy", None, ["clerk"], now=NOW, email="amy@bank.example"
        )
    new = register_complaint(runtime, parse_complaint(FACTS, now=NOW), actor=AMY, now=NOW)
    with runtime.database.transaction() as connection:
        task = tasks.list_case_tasks(connection, new.root_key)[0]
        due = {"due_at": NOW + timedelta(days=2)}
        connection.execute(sa.update(user_task).where(user_task.c.key == task.key).values(due))
    return claim_task(runtime, task.key, actor=AMY, now=NOW)


def mails(runtime: Runtime) -> list[dict[str, Any]]:
    query = sa.select(outbox.c.payload).where(outbox.c.kind == "mail").order_by(outbox.c.key)
    with runtime.database.read() as connection:
        return [
            row.payload
            for row in connection.execute(query)
            if row.payload["to"] == "amy@bank.example"
        ]


def told(runtime: Runtime) -> list[str]:
    with runtime.database.read() as connection:
        return sorted(each.kind for each in notifications.list_notices(connection, "amy"))


def test_a_deadline_is_told_once_when_near_and_once_when_gone(runtime: Runtime) -> None:
    held(runtime)
    before = len(mails(runtime))
    counts = [
        tell_deadlines(runtime, now=NOW + timedelta(hours=hours))
        for hours in (1, 25, 26, 48, 49, 80)
    ]
    assert counts == [0, 1, 0, 1, 0, 0]
    assert told(runtime) == ["breach", "near"]
    late = mails(runtime)[before:]  # near goes by mail only where that was chosen
    assert [each["subject"].split(": ")[1] for each in late] == ["a task you hold is late"]
    assert "李大同" not in str(late)


def test_a_group_is_told_once_of_a_late_task_that_nobody_holds(runtime: Runtime) -> None:
    task = held(runtime)
    release_task(runtime, task.key, actor=AMY, now=NOW)
    counts = [
        tell_deadlines(runtime, now=NOW + timedelta(hours=hours)) for hours in (25, 48, 49, 80)
    ]
    assert counts == [0, 1, 0, 0]
    assert told(runtime) == ["alert"]


def test_nobody_is_told_what_they_do_not_want(runtime: Runtime) -> None:
    task = held(runtime)
    with runtime.database.transaction() as connection:
        notifications.choose(connection, "amy", page=frozenset(), mail=frozenset({"assignment"}))
    before = len(mails(runtime))
    assert tell_deadlines(runtime, now=NOW + timedelta(hours=48)) == 0
    comment_case(runtime, task.root_key, "@amy please", actor=ADMIN, now=NOW)
    assert told(runtime) == []
    assign_task(runtime, task.key, AMY, actor=ADMIN, now=NOW)
    assert [each["subject"].split(": ")[1] for each in mails(runtime)[before:]] == [
        "root gave you a task"
    ]
    with runtime.database.read() as connection:
        assert notifications.count_unread(connection, "amy") == 0


def test_a_mention_is_counted_until_it_is_read(runtime: Runtime) -> None:
    task = held(runtime)
    comment_case(runtime, task.root_key, "@amy please", actor=ADMIN, now=NOW)
    with runtime.database.transaction() as connection:
        assert notifications.count_unread(connection, "amy") == 1
        notifications.mark_read(connection, "amy", now=NOW)
        assert notifications.count_unread(connection, "amy") == 0
        number = cases.find_numbers(connection, [task.root_key])[task.root_key]
    assert mails(runtime)[-1]["subject"] == f"{number}: root mentioned you in a comment"


def test_the_chores_look_again_only_after_a_while(runtime: Runtime) -> None:
    task = held(runtime)
    save_draft(runtime, task.key, {"note": "x"}, actor=AMY, now=NOW)
    with runtime.database.transaction() as connection:
        connection.execute(
            sa.update(user_task).where(user_task.c.key == task.key).values(state="cancelled")
        )
    tidy, deadlines = make_tidy_chore(runtime), make_deadline_chore(runtime)

    def drafts() -> int:
        with runtime.database.read() as connection:
            return int(
                connection.execute(sa.select(sa.func.count()).select_from(task_draft)).scalar_one()
            )

    after = NOW + KEPT
    for now, left in (
        (after, 1),
        (after + timedelta(minutes=59), 1),
        (after + timedelta(minutes=60), 0),
    ):
        assert tidy(now) == 0
        assert drafts() == left
    assert deadlines(NOW) == deadlines(NOW + timedelta(seconds=59)) == 0
