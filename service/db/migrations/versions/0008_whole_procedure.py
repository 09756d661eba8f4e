"""Links, compensation, likeness, followers, emergencies; who works where, with what skill, and is
absent."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("complaint") as table:
        table.add_column(sa.Column("customer_key", sa.String(length=330), nullable=True))
        table.add_column(sa.Column("investigator", sa.String(length=100), nullable=True))
        table.add_column(
            sa.Column("legal_hold", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_index("ix_complaint_customer_key", "complaint", ["customer_key"])
    op.create_index("ix_complaint_investigator_status", "complaint", ["investigator", "status"])
    _case_tables()
    _emergency_tables()
    _staff_tables()


def _case_tables() -> None:
    op.create_table(
        "follower",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case_key", sa.BigInteger(), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_follower")),
    )
    op.create_index("ix_follower_case_key", "follower", ["case_key"])
    op.create_table(
        "compensation",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_key", sa.String(length=330), nullable=True),
        sa.Column("amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_compensation")),
    )
    op.create_index("ix_compensation_customer_key", "compensation", ["customer_key", "decided_at"])
    op.create_table(
        "likeness",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "band", name=op.f("pk_likeness")),
    )
    op.create_index("ix_likeness_band", "likeness", ["band", "registered_at", "root_key"])


def _emergency_tables() -> None:
    op.create_table(
        "emergency",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("cause", sa.String(length=300), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.CheckConstraint("level IN ('I', 'II', 'III', 'IV')", name=op.f("ck_emergency_level")),
        sa.CheckConstraint(
            "status IN ('open', 'stood down', 'false alarm')", name=op.f("ck_emergency_status")
        ),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_emergency")),
        sa.UniqueConstraint("number", name=op.f("uq_emergency_number")),
    )
    op.create_index("ix_emergency_status", "emergency", ["status", "root_key"])
    op.create_table(
        "emergency_complaint",
        sa.Column("complaint_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root_key", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("complaint_key", name=op.f("pk_emergency_complaint")),
    )
    op.create_index(
        "ix_emergency_complaint_root_key", "emergency_complaint", ["root_key", "complaint_key"]
    )
    op.create_table(
        "emergency_log",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "seq", name=op.f("pk_emergency_log")),
    )


def _staff_tables() -> None:
    op.create_table(
        "staff",
        sa.Column("account_name", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_name"], ["account.name"]),
        sa.PrimaryKeyConstraint("account_name", name=op.f("pk_staff")),
    )
    op.create_table(
        "absence",
        sa.Column("account_name", sa.String(length=100), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_name"], ["account.name"]),
        sa.PrimaryKeyConstraint("account_name", "first_day", name=op.f("pk_absence")),
    )


def downgrade() -> None:
    for name in (
        "absence",
        "staff",
        "emergency_log",
        "emergency_complaint",
        "emergency",
        "likeness",
        "compensation",
        "follower",
    ):
        op.drop_table(name)
    op.drop_index("ix_complaint_investigator_status", "complaint")
    op.drop_index("ix_complaint_customer_key", "complaint")
    with op.batch_alter_table("complaint") as table:
        for name in ("legal_hold", "investigator", "customer_key"):
            table.drop_column(name)
