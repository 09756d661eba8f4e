"""Rows of user tasks: every task that ever was, and the short list of who may take the open
ones."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

user_task = sa.Table(
    "user_task",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("engine_id", sa.String(40), nullable=False),
    sa.Column("element_id", sa.String(200), nullable=False),
    sa.Column("process_id", sa.String(200), nullable=False),
    sa.Column("bundle_key", sa.BigInteger, nullable=False),
    sa.Column("business_key", sa.String(100)),
    sa.Column("name", sa.String(300), nullable=False),
    sa.Column("form_id", sa.String(200)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("assignee", sa.String(100)),
    sa.Column("candidate_groups", Json, nullable=False),
    sa.Column("candidate_users", Json, nullable=False),
    sa.Column("excluded", Json, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("follow_up_at", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
    sa.Column("completed_by", sa.String(100)),
    sa.Column("properties", Json, nullable=False),
    sa.Column("variables", Json, nullable=False),
    sa.Column("answer", Json),
    sa.Column("place", sa.String(200)),
    sa.CheckConstraint("state IN ('open', 'completed', 'cancelled')", name="state"),
    sa.CheckConstraint("(state = 'completed') = (completed_by IS NOT NULL)", name="completed_by"),
    sa.Index(
        "ix_user_task_assignee_open",
        "assignee",
        "due_at",
        "key",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index(
        "ix_user_task_unclaimed_open",
        "created_at",
        sqlite_where=sa.text("state = 'open' AND assignee IS NULL"),
        postgresql_where=sa.text("state = 'open' AND assignee IS NULL"),
    ),
    sa.Index(
        "ix_user_task_element_open",
        "process_id",
        "element_id",
        "due_at",
        "key",
        "bundle_key",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index(
        "ix_user_task_element_completed",
        "process_id",
        "ended_at",
        "element_id",
        "created_at",
        "bundle_key",
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    ),
    sa.Index(
        "ix_user_task_due_open",
        "due_at",
        "key",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)
"""`excluded` holds the element ids whose performers may not do this task (four eyes); `variables`
is what the form shows, `answer` what the person gave. `place` is what takes the place of a
completed task's element in the version that the case is in now, where that has another id: four
eyes go by it. `revision` goes up with every claim, release, assignment and new priority."""

task_candidate = sa.Table(
    "task_candidate",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("task_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("candidate", sa.String(120), primary_key=True),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("assigned", sa.Boolean, nullable=False),
    sa.Index("ix_task_candidate_list", "candidate", "assigned", "due_at", "task_key"),
)
"""Open tasks only. `candidate` is `group:handler` or `user:amy`; `due_at` is 9999-12-31 where the
task has none."""

task_draft = sa.Table(
    "task_draft",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("task_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("author", sa.String(100), primary_key=True),
    sa.Column("answer", Json, nullable=False),
    sa.Column("saved_at", UtcDateTime, nullable=False),
)
"""What a person has typed into an open task's form and not sent. Gone when the task ends."""

task_snooze = sa.Table(
    "task_snooze",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("task_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("holder", sa.String(100), nullable=False),
    sa.Column("until_at", UtcDateTime, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Index("ix_task_snooze_holder", "holder", "until_at"),
)
"""A task that its holder has put aside until a time. It counts as long as that person holds it."""

saved_filter = sa.Table(
    "saved_filter",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("owner", sa.ForeignKey("account.name"), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("query", sa.String(1000), nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("owner", "name"),
)
"""A view of the task list that somebody keeps: `query` is the list's own query string. Shared ones
are for all."""
