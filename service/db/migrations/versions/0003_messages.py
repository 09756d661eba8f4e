"""Messages that wait, start events that wait, and what the orchestration API finds things by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CREATED = sa.text("state = 'created'")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # neither table had a row yet: nothing wrote them
    op.drop_table("message_delivery")
    op.drop_table("start_subscription")
    op.create_table(
        "message_delivery",
        sa.Column("message_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("root_key", sa.BigInteger(), nullable=False),
        sa.Column("delivered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("message_key", "process_id", name=op.f("pk_message_delivery")),
    )
    op.create_table(
        "message_start",
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=300), nullable=False),
        sa.Column("root_key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "correlation_key", name=op.f("pk_message_start")),
    )
    op.create_index(op.f("ix_message_start_root_key"), "message_start", ["root_key"], unique=False)
    _start_events()
    _definitions()
    with op.batch_alter_table("subscription") as table:
        table.add_column(
            sa.Column("process_id", sa.String(length=200), nullable=False, server_default="")
        )
        table.add_column(sa.Column("opened_at", INSTANT, nullable=True))
    with op.batch_alter_table("process_instance") as table:
        table.add_column(sa.Column("final_variables", sa.JSON(), nullable=True))
        table.add_column(
            sa.Column("holds_key", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_index(
        op.f("ix_process_instance_process_definition_key"),
        "process_instance",
        ["process_definition_key"],
        unique=False,
    )
    op.drop_index("ix_job_open", "job")
    with op.batch_alter_table("job") as table:
        table.add_column(sa.Column("error_code", sa.String(length=200), nullable=True))
        table.alter_column(
            "priority", new_column_name="rank"
        )  # nothing had a priority yet: every row holds 0
    op.create_index(
        "ix_job_open",
        "job",
        ["type", "rank", "run_at", "key"],
        unique=False,
        sqlite_where=CREATED,
        postgresql_where=CREATED,
    )


def _start_events() -> None:
    op.create_table(
        "start_subscription",
        sa.Column("process_definition_key", sa.BigInteger(), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("anchor_at", INSTANT, nullable=False),
        sa.Column("fired", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("next_due_at", INSTANT, nullable=True),
        sa.Column("run_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('message', 'signal', 'timer')", name=op.f("ck_start_subscription_kind")
        ),
        sa.ForeignKeyConstraint(["process_definition_key"], ["process_definition.key"]),
        sa.PrimaryKeyConstraint(
            "process_definition_key", "element_id", name=op.f("pk_start_subscription")
        ),
    )
    op.create_index(
        op.f("ix_start_subscription_name"), "start_subscription", ["name"], unique=False
    )
    op.create_index(
        op.f("ix_start_subscription_process_id"), "start_subscription", ["process_id"], unique=False
    )
    op.create_index(
        op.f("ix_start_subscription_run_at"), "start_subscription", ["run_at"], unique=False
    )


def _definitions() -> None:
    op.create_table(
        "decision_definition",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bundle_key", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requirements_key", sa.BigInteger(), nullable=False),
        sa.Column("requirements_id", sa.String(length=200), nullable=False),
        sa.Column("requirements_name", sa.String(length=300), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["bundle_key"], ["bundle.key"]),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_decision_definition")),
        sa.UniqueConstraint(
            "decision_id", "version", name=op.f("uq_decision_definition_decision_id_version")
        ),
    )
    op.create_index(
        op.f("ix_decision_definition_bundle_key"),
        "decision_definition",
        ["bundle_key"],
        unique=False,
    )
    op.create_table(
        "form_definition",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bundle_key", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["bundle_key"], ["bundle.key"]),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_form_definition")),
        sa.UniqueConstraint("form_id", "version", name=op.f("uq_form_definition_form_id_version")),
    )
    op.create_index(
        op.f("ix_form_definition_bundle_key"), "form_definition", ["bundle_key"], unique=False
    )


def downgrade() -> None:
    raise NotImplementedError(
        "go back by restoring a backup: messages that wait cannot be put into the older schema"
    )
