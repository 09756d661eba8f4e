"""What customers say after they complained, and the notice that tells of it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BEFORE = "kind IN ('alert', 'assignment', 'breach', 'emergency', 'mention', 'near')"
_AFTER = "kind IN ('alert', 'assignment', 'breach', 'emergency', 'mention', 'near', 'reply')"


def upgrade() -> None:
    op.create_table(
        "customer_word",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('answer', 'information', 'opinion', 'withdrawal')",
            name=op.f("ck_customer_word_kind"),
        ),
        sa.PrimaryKeyConstraint("root_key", "key", name=op.f("pk_customer_word")),
    )
    _allow(_BEFORE, _AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind = 'reply'")
    op.execute("DELETE FROM notice_choice WHERE kind = 'reply'")
    _allow(_AFTER, _BEFORE)
    op.drop_table("customer_word")


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
