"""What people did where no case is concerned."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "house_history",
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("subject", "seq", name=op.f("pk_house_history")),
    )
    op.create_index(op.f("ix_house_history_at"), "house_history", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_house_history_at"), table_name="house_history")
    op.drop_table("house_history")
