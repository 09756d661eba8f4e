"""Codes for one visit to the portal, and who gave the one that a visit was opened with."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portal_code",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_portal_code")),
    )
    op.add_column("portal_visit", sa.Column("helper", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.drop_column("portal_visit", "helper")
    op.drop_table("portal_code")
