"""Clocks that can be paused, extended and computed again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deadline") as table:
        table.add_column(
            sa.Column("limit", sa.String(length=40), nullable=False, server_default="")
        )
        table.add_column(sa.Column("anchor_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(
            sa.Column("pausable", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        table.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(
            sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    with op.batch_alter_table("deadline") as table:
        for name in ("provisional", "paused_at", "pausable", "anchor_at", "limit"):
            table.drop_column(name)
