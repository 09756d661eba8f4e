"""One fact a complaint, for what is counted; filled from the cases that are there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SQL = Path(__file__).parents[1] / "sql"
_MOMENTS = (
    "acknowledgement_due",
    "acknowledgement_met",
    "contact_due",
    "contact_met",
    "target_due",
    "target_met",
    "final_due",
    "final_met",
)


def upgrade() -> None:
    op.create_table(
        "complaint_fact",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("product", sa.String(length=300), nullable=True),
        sa.Column("severity", sa.String(length=2), nullable=True),
        sa.Column("regime", sa.String(length=60), nullable=True),
        sa.Column("outcome", sa.String(length=60), nullable=True),
        sa.Column("cause", sa.String(length=200), nullable=True),
        sa.Column("unit", sa.String(length=200), nullable=True),
        sa.Column("customer_kind", sa.String(length=60), nullable=True),
        sa.Column("customer_key", sa.String(length=330), nullable=True),
        sa.Column("investigator", sa.String(length=100), nullable=True),
        sa.Column("vulnerable", sa.Boolean(), nullable=False),
        sa.Column("regulator", sa.Boolean(), nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_seconds", sa.BigInteger(), nullable=True),
        sa.Column("final_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_seconds", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _MOMENTS),
        sa.Column("other_clocks", sa.Text(), nullable=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("offered", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("paid", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_complaint_fact")),
    )
    op.execute((SQL / f"0031_facts.{op.get_bind().dialect.name}.sql").read_text())
    op.create_index("ix_complaint_fact_received_at", "complaint_fact", ["received_at", "version"])
    op.create_index(
        "ix_complaint_fact_closed_at", "complaint_fact", ["closed_at", "received_at", "version"]
    )


def downgrade() -> None:
    op.drop_table("complaint_fact")
