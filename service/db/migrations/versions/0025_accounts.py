"""Accounts have a life: their own limit of authority, whom they answer to, codes for a password,
requests for more, tokens with a scope. Roles that no version of the product knows become groups of
the bank's own: whoever has them keeps them."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_KNOWN = (
    "clerk",
    "handler",
    "department",
    "approver",
    "executive",
    "owner",
    "compliance",
    "admin",
    "worker",
    "channel",
)


def upgrade() -> None:
    op.add_column("account", sa.Column("level", sa.String(length=2)))
    op.add_column("account", sa.Column("superior", sa.String(length=100)))
    op.add_column("api_token", sa.Column("scope", sa.JSON()))
    op.add_column("api_token", sa.Column("created_by", sa.String(length=100)))
    op.create_table(
        "task_group",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_task_group")),
    )
    op.create_table(
        "account_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_name", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_name"], ["account.name"], name=op.f("fk_account_link_account_name_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
    )
    op.create_index(op.f("ix_account_link_account_name"), "account_link", ["account_name"])
    op.create_table(
        "grant_request",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_name", sa.String(length=100), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=100)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused')", name=op.f("ck_grant_request_state")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_by IS NULL)", name=op.f("ck_grant_request_decided_by")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by OR state = 'refused'",
            name=op.f("ck_grant_request_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["account_name"], ["account.name"], name=op.f("fk_grant_request_account_name_account")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_grant_request")),
    )
    op.create_index(op.f("ix_grant_request_account_name"), "grant_request", ["account_name"])
    _carry_over(op.get_bind())


def downgrade() -> None:
    op.drop_table("grant_request")
    op.drop_table("account_link")
    op.drop_table("task_group")
    for table, column in (
        ("api_token", "created_by"),
        ("api_token", "scope"),
        ("account", "superior"),
        ("account", "level"),
    ):
        op.drop_column(table, column)


def _carry_over(connection: sa.Connection) -> None:
    found = sa.MetaData()
    found.reflect(connection, only=["account", "account_role", "task_group"])
    role, group = found.tables["account_role"], found.tables["task_group"]
    first = connection.execute(sa.select(sa.func.min(found.tables["account"].c.created_at)))
    made_at = first.scalar_one()
    names = connection.execute(
        sa.select(role.c.role).where(role.c.role.not_in(_KNOWN)).distinct()
    ).scalars()
    for name in names.all():
        connection.execute(sa.insert(group), {"name": name, "made_at": made_at, "made_by": "cli"})
