"""Tasks that their holders put aside until a time, and replies that people keep to use again."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "task_snooze",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "task_key", name=op.f("pk_task_snooze")),
    )
    op.create_index("ix_task_snooze_holder", "task_snooze", ["holder", "until_at"], unique=False)
    op.create_table(
        "saved_reply",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("keeper", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["keeper"], ["account.name"], name=op.f("fk_saved_reply_keeper_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reply")),
        sa.UniqueConstraint("keeper", "name", name=op.f("uq_saved_reply_keeper_name")),
    )


def downgrade() -> None:
    op.drop_table("saved_reply")
    op.drop_index("ix_task_snooze_holder", table_name="task_snooze")
    op.drop_table("task_snooze")
