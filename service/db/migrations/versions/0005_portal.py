"""The customers' portal: secrets, visits, and counts that limit tries."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portal_access",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.Column("given_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_portal_access")),
    )
    op.create_table(
        "portal_visit",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("root_key", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_portal_visit")),
    )
    op.create_index(op.f("ix_portal_visit_root_key"), "portal_visit", ["root_key"])
    op.create_index(op.f("ix_portal_visit_expires_at"), "portal_visit", ["expires_at"])
    op.create_table(
        "portal_count",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("window", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "window", name=op.f("pk_portal_count")),
    )
