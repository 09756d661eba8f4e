"""The mailbox, evidence and the contact log, duties, and what becomes of a letter."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")
ON_PAPER = sa.text("delivery IN ('print', 'returned', 'incomplete')")


def upgrade() -> None:
    _evidence()
    _mailbox()
    op.create_table(
        "duty",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("owner", sa.String(100)),
        sa.Column("until", INSTANT),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("incident_key", sa.BigInteger()),
        sa.Column("error_message", sa.Text()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("letter") as batch:
        batch.add_column(
            sa.Column("delivery", sa.String(20), nullable=False, server_default="none")
        )
        batch.add_column(sa.Column("token", sa.String(16), nullable=False, server_default=""))
        batch.add_column(sa.Column("delivery_at", INSTANT))
        batch.add_column(sa.Column("delivery_by", sa.String(100)))
        batch.create_check_constraint(
            "delivery",
            "delivery IN ('none', 'queued', 'sent', 'returned', 'print', 'printed', 'incomplete')",
        )
    op.create_index(
        "ix_letter_to_print",
        "letter",
        ["written_at"],
        sqlite_where=ON_PAPER,
        postgresql_where=ON_PAPER,
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300)),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.CheckConstraint("state IN ('kept', 'quarantined')", name=op.f("ck_evidence_state")),
        sa.CheckConstraint(
            "(state = 'quarantined') = (reason IS NOT NULL)", name=op.f("ck_evidence_reason")
        ),
        sa.PrimaryKeyConstraint("root_key", "key", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"])
    op.create_table(
        "contact_entry",
        sa.Column("root_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spoke_at", INSTANT, nullable=False),
        sa.Column("bank_person", sa.String(100), nullable=False),
        sa.Column("party", sa.String(300), nullable=False),
        sa.Column("means", sa.String(20), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("root_key", "key", name=op.f("pk_contact_entry")),
    )


def _mailbox() -> None:
    op.create_table(
        "mail_message",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(300), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("preview", sa.String(500), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("root_key", sa.BigInteger()),
        sa.Column("decided_by", sa.String(100)),
        sa.Column("decided_at", INSTANT),
        sa.CheckConstraint(
            "state IN ('filed', 'waiting', 'dismissed')", name=op.f("ck_mail_message_state")
        ),
        sa.CheckConstraint(
            "verdict IN ('complaint', 'reply', 'bounce', 'auto-reply', 'spam', 'bulk', 'unclear')",
            name=op.f("ck_mail_message_verdict"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_mail_message_fingerprint")),
    )
    op.create_index(op.f("ix_mail_message_root_key"), "mail_message", ["root_key"])
    op.create_index(
        "ix_mail_message_waiting",
        "mail_message",
        ["received_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "mail_uid",
        sa.Column("mailbox", sa.String(300), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_key", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_key"], ["mail_message.key"]),
        sa.PrimaryKeyConstraint("mailbox", "uid_validity", "uid", name=op.f("pk_mail_uid")),
    )
    op.create_index(op.f("ix_mail_uid_message_key"), "mail_uid", ["message_key"])
