"""Migration plans: the mapping, what was done with it, and what became of each case; running cases
by version."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PLAN = (
    "'drawn up', 'trying', 'tried', 'running', 'stopped', 'done', 'reverting', 'reverted', "
    "'dropped'"
)
_CASE = "'fits', 'stuck', 'moved', 'refused', 'gone', 'back', 'kept'"


def upgrade() -> None:
    op.add_column("user_task", sa.Column("place", sa.String(length=200), nullable=True))
    op.create_table(
        "migration_plan",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("from_bundle", sa.BigInteger(), nullable=False),
        sa.Column("to_bundle", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("run_by", sa.String(length=100), nullable=True),
        sa.Column("cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(f"state IN ({_PLAN})", name=op.f("ck_migration_plan_state")),
        sa.ForeignKeyConstraint(
            ["from_bundle"], ["bundle.key"], name=op.f("fk_migration_plan_from_bundle_bundle")
        ),
        sa.ForeignKeyConstraint(
            ["to_bundle"], ["bundle.key"], name=op.f("fk_migration_plan_to_bundle_bundle")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_migration_plan")),
    )
    op.create_index(op.f("ix_migration_plan_state"), "migration_plan", ["state"], unique=False)
    op.create_table(
        "migration_step",
        sa.Column("plan_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_key"],
            ["migration_plan.key"],
            name=op.f("fk_migration_step_plan_key_migration_plan"),
        ),
        sa.PrimaryKeyConstraint("plan_key", "seq", name=op.f("pk_migration_step")),
    )
    op.create_table(
        "migration_case",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("plan_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("business_key", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("warning", sa.Text(), server_default="", nullable=False),
        sa.Column("began", sa.JSON(), nullable=False),
        sa.Column("ended", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"state IN ({_CASE})", name=op.f("ck_migration_case_state")),
        sa.PrimaryKeyConstraint("root_key", "plan_key", name=op.f("pk_migration_case")),
    )
    op.create_index(
        "ix_migration_case_state", "migration_case", ["plan_key", "state", "root_key"], unique=False
    )
    op.create_index(
        "ix_migration_case_undo",
        "migration_case",
        ["at"],
        unique=False,
        sqlite_where=sa.text("before IS NOT NULL"),
        postgresql_where=sa.text("before IS NOT NULL"),
    )
    op.create_index(
        "ix_process_instance_version",
        "process_instance",
        ["bundle_key", "root_key"],
        unique=False,
        sqlite_where=sa.text("state = 'active'"),
        postgresql_where=sa.text("state = 'active'"),
    )


def downgrade() -> None:
    op.drop_index("ix_process_instance_version", table_name="process_instance")
    op.drop_table("migration_case")
    op.drop_table("migration_step")
    op.drop_table("migration_plan")
    op.drop_column("user_task", "place")
