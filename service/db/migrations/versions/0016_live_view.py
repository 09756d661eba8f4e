"""Indexes for the figures of each element: what stands there now, and how long what ended there
took."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OPEN, _COMPLETED = sa.text("state = 'open'"), sa.text("state = 'completed'")


def upgrade() -> None:
    open_tasks = ["process_id", "element_id", "due_at", "key", "bundle_key"]
    _create("ix_user_task_element_open", "user_task", open_tasks, _OPEN)
    ended = ["process_id", "ended_at", "element_id", "created_at"]
    _create("ix_user_task_element_completed", "user_task", [*ended, "bundle_key"], _COMPLETED)
    _create("ix_job_element_completed", "job", ended, _COMPLETED)


def downgrade() -> None:
    op.drop_index("ix_job_element_completed", table_name="job")
    op.drop_index("ix_user_task_element_completed", table_name="user_task")
    op.drop_index("ix_user_task_element_open", table_name="user_task")


def _create(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
