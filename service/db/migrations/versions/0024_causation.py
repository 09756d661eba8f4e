"""A signal knows the first signal that led to it."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "causation",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_causation")),
    )
    op.create_index(op.f("ix_causation_until"), "causation", ["until"])
    op.add_column("outbox", sa.Column("origin", sa.BigInteger()))
    op.add_column("outbox", sa.Column("depth", sa.Integer()))
    op.create_index(
        "ix_outbox_origin",
        "outbox",
        ["origin"],
        sqlite_where=sa.text("origin IS NOT NULL"),
        postgresql_where=sa.text("origin IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_origin", table_name="outbox")
    op.drop_column("outbox", "depth")
    op.drop_column("outbox", "origin")
    op.drop_index(op.f("ix_causation_until"), table_name="causation")
    op.drop_table("causation")
