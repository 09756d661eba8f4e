"""Rows of the mailbox: every message once, and every place in a mailbox where it was seen."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import UtcDateTime, metadata

mail_message = sa.Table(
    "mail_message",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
    sa.Column("message_id", sa.String(300), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sender", sa.String(320), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("preview", sa.String(500), nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("read_at", UtcDateTime, nullable=False),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(300), nullable=False),
    sa.Column("root_key", sa.BigInteger, index=True),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", UtcDateTime),
    sa.CheckConstraint("state IN ('filed', 'waiting', 'dismissed')", name="state"),
    sa.CheckConstraint(
        "verdict IN ('complaint', 'reply', 'bounce', 'auto-reply', 'spam', 'bulk', 'unclear')", name="verdict"
    ),
    sa.Index(
        "ix_mail_message_waiting",
        "received_at",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)
"""`fingerprint` is made of the Message-ID and the content: one that comes again under another UID is the same.
`waiting` ones are a person's to decide; `root_key` is the case it belongs to, or is thought to belong to. The whole
message lies in the vault under `sha256`."""

mail_uid = sa.Table(
    "mail_uid",
    metadata,
    sa.Column("mailbox", sa.String(300), primary_key=True),
    sa.Column("uid_validity", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("uid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_key", sa.ForeignKey("mail_message.key"), nullable=False, index=True),
)
"""Where a message was seen. The largest `uid` of a mailbox is how far it has been read."""
