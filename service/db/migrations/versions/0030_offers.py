"""Offers that a customer has to accept before they are paid, and amounts in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("answered_by", sa.String(length=300), server_default="", nullable=False),
        sa.Column("channel", sa.String(length=20), server_default="", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'lapsed', 'replaced', 'withdrawn')",
            name=op.f("ck_offer_state"),
        ),
        sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f("ck_offer_ended_at")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_offer_amount")),
        sa.PrimaryKeyConstraint("root_key", "seq", name=op.f("pk_offer")),
    )
    op.add_column("ledger_entry", sa.Column("batch", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger_entry", "batch")
    op.drop_table("offer")
