"""Indexes in the order that long lists are shown in, so that a page of them costs the same at any
length."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ON_PAPER = sa.text("delivery IN ('print', 'returned', 'incomplete')")
_WAITING = sa.text("state = 'waiting'")
_ACTIVE = sa.text("state = 'active'")
_OPEN, _OVER = sa.text("status = 'open'"), sa.text("status <> 'open'")
_UNREAD = sa.text("read_at IS NULL")
_UNCLAIMED = sa.text("state = 'open' AND assignee IS NULL")


def upgrade() -> None:
    op.drop_index("ix_complaint_status_due", table_name="complaint")
    _create("ix_complaint_open", "complaint", ["root_key"], _OPEN)
    _create("ix_complaint_over", "complaint", ["status", "root_key"], _OVER)
    _replace("ix_letter_to_print", "letter", ["written_at", "key"], _ON_PAPER)
    op.drop_index("ix_mail_message_waiting", table_name="mail_message")
    op.create_index("ix_mail_message_state", "mail_message", ["state", "received_at", "key"])
    _replace("ix_incident_active", "incident", ["created_at", "key"], _ACTIVE)
    _create("ix_notice_unread", "notice", ["account"], _UNREAD)
    _create("ix_user_task_unclaimed_open", "user_task", ["created_at"], _UNCLAIMED)


def downgrade() -> None:
    op.drop_index("ix_user_task_unclaimed_open", table_name="user_task")
    op.drop_index("ix_notice_unread", table_name="notice")
    _replace("ix_incident_active", "incident", ["created_at"], _ACTIVE)
    op.drop_index("ix_mail_message_state", table_name="mail_message")
    _create("ix_mail_message_waiting", "mail_message", ["received_at"], _WAITING)
    _replace("ix_letter_to_print", "letter", ["written_at"], _ON_PAPER)
    op.drop_index("ix_complaint_over", table_name="complaint")
    op.drop_index("ix_complaint_open", table_name="complaint")
    op.create_index("ix_complaint_status_due", "complaint", ["status", "due_at", "root_key"])


def _replace(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.drop_index(name, table_name=table)
    _create(name, table, columns, where)


def _create(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
