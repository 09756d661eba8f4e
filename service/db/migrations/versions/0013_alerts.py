"""Notices of what a diagram wants a group to know, and of emergencies."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BEFORE = "kind IN ('assignment', 'mention', 'near', 'breach')"
_AFTER = "kind IN ('alert', 'assignment', 'breach', 'emergency', 'mention', 'near')"


def upgrade() -> None:
    _allow(_BEFORE, _AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('alert', 'emergency')")
    op.execute("DELETE FROM notice_choice WHERE kind IN ('alert', 'emergency')")
    _allow(_AFTER, _BEFORE)


def _allow(was: str, kinds: str) -> None:
    with op.batch_alter_table("notice", copy_from=_notice(was)) as table:
        table.drop_constraint("ck_notice_kind", type_="check")
        table.create_check_constraint(op.f("ck_notice_kind"), kinds)


def _notice(kinds: str) -> sa.Table:
    """The table as it is: SQLite does not tell the names of its checks, and has to copy it."""
    unread = sa.text("read_at IS NULL")
    return sa.Table(
        "notice",
        sa.MetaData(),
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("mark", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_key", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(kinds, name="ck_notice_kind"),
        sa.PrimaryKeyConstraint("root_key", "account", "mark", name="pk_notice"),
        sa.Index("ix_notice_account", "account", "at"),
        sa.Index("ix_notice_unread", "account", sqlite_where=unread, postgresql_where=unread),
    )
