"""Cases that are kept from some people: by whom they are about, by lists; and who read which."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_BEFORE = "kind IN ('alert', 'assignment', 'breach', 'emergency', 'mention', 'near', 'reply')"
_AFTER = (
    "kind IN ('alert', 'assignment', 'breach', 'emergency', 'glass', 'mention', 'near', 'reply')"
)


def upgrade() -> None:
    op.add_column("complaint", sa.Column("about", sa.String(length=100)))
    op.create_index(op.f("ix_complaint_about"), "complaint", ["about"])
    op.create_index(op.f("ix_account_superior"), "account", ["superior"])
    op.create_table(
        "restriction",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "kind IN ('fraud', 'management', 'other')", name=op.f("ck_restriction_kind")
        ),
        sa.PrimaryKeyConstraint("root_key", name=op.f("pk_restriction")),
    )
    op.create_table(
        "case_reader",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=100), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("root_key", "account", name=op.f("pk_case_reader")),
    )
    op.create_index("ix_case_reader_account", "case_reader", ["account", "root_key"])
    op.create_table(
        "case_read",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.CheckConstraint("how IN ('read', 'export')", name=op.f("ck_case_read_how")),
        sa.PrimaryKeyConstraint("root_key", "account", "hour", "how", name=op.f("pk_case_read")),
    )
    _allow(_BEFORE, _AFTER)
    _carry_over(op.get_bind())


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind = 'glass'")
    op.execute("DELETE FROM notice_choice WHERE kind = 'glass'")
    _allow(_AFTER, _BEFORE)
    op.drop_table("case_read")
    op.drop_table("case_reader")
    op.drop_table("restriction")
    op.drop_index(op.f("ix_account_superior"), table_name="account")
    op.drop_index(op.f("ix_complaint_about"), table_name="complaint")
    op.drop_column("complaint", "about")


def _carry_over(connection: sa.Connection) -> None:
    """Complaints about a person are kept from that person from now on, also those of before."""
    complaint = sa.table(
        "complaint",
        sa.column("root_key", sa.BigInteger()),
        sa.column("facts", sa.JSON()),
        sa.column("about", sa.String()),
    )
    last = 0
    while True:
        page = connection.execute(
            sa.select(complaint.c.root_key, complaint.c.facts)
            .where(complaint.c.root_key > last)
            .order_by(complaint.c.root_key)
            .limit(1_000)
        ).all()
        if not page:
            return
        for root_key, facts in page:
            person = str((facts or {}).get("complainedPerson") or "").strip().casefold()[:100]
            if person:
                connection.execute(
                    sa.update(complaint)
                    .where(complaint.c.root_key == root_key)
                    .values(about=person)
                )
        last = page[-1].root_key


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
