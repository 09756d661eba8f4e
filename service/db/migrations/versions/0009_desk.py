"""The desk: drafts, comments, saved filters, notices, and the indexes that lists of tasks are read
by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")
_OPEN_CASE = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table(
        "task_draft",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "task_key", "author", name=op.f("pk_task_draft")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["account.name"]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_filter_owner_name")),
    )
    op.create_table(
        "case_comment",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "key", name=op.f("pk_case_comment")),
    )
    op.create_table(
        "notice",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("mark", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_key", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('assignment', 'mention', 'near', 'breach')", name=op.f("ck_notice_kind")
        ),
        sa.PrimaryKeyConstraint("root_key", "account", "mark", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_account", "notice", ["account", "at"])
    op.create_table(
        "notice_choice",
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("by_page", sa.Boolean(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", name=op.f("pk_notice_choice")),
    )
    op.drop_index("ix_task_candidate_list", table_name="task_candidate")
    op.create_index(
        "ix_task_candidate_list", "task_candidate", ["candidate", "assigned", "due_at", "task_key"]
    )
    op.create_index(
        "ix_user_task_due_open",
        "user_task",
        ["due_at", "key"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    for column in ("severity", "channel", "product"):
        op.create_index(
            f"ix_complaint_{column}_open",
            "complaint",
            [column, "root_key"],
            sqlite_where=_OPEN_CASE,
            postgresql_where=_OPEN_CASE,
        )
