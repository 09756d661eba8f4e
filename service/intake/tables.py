"""Rows of the mailbox: every message once, and every place in a mailbox where it was seen."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import UtcDateTime, metadata


def _erased(table: sa.Table) -> dict[str, object]:
    """What stays of a message whose case is erased: that there was one."""
    texts = ("message_id", "sha256", "sender", "subject", "preview", "reason")
    return {
        **dict.fromkeys(texts, ""),
        "fingerprint": sa.literal("erased-") + sa.cast(table.c.key, sa.String),
        "size": 0,
        "state": "dismissed",
        "root_key": None,
    }


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
        "verdict IN ('complaint', 'reply', 'bounce', 'auto-reply', 'spam', 'bulk', 'unclear')",
        name="verdict",
    ),
    sa.Index("ix_mail_message_state", "state", "received_at", "key"),
    info={"erased_as": _erased},
)
"""`fingerprint` is made of the Message-ID and the content: one that comes again under another UID
is the same. `waiting` ones are a person's to decide; `root_key` is the case it belongs to, or is
thought to belong to. The whole message lies in the vault under `sha256`."""

mail_uid = sa.Table(
    "mail_uid",
    metadata,
    sa.Column("mailbox", sa.String(300), primary_key=True),
    sa.Column("uid_validity", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("uid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_key", sa.ForeignKey("mail_message.key"), nullable=False, index=True),
)
"""Where a message was seen. The largest `uid` of a mailbox is how far it has been read."""

portal_access = sa.Table(
    "portal_access",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.Column("given_by", sa.String(100), nullable=False),
    sa.Column("links", sa.Integer, nullable=False, server_default="0"),
)
"""Who knows the secret of a case may follow it in the portal. Only its hash is kept; a new one
replaces the old. `links` says how often the link in mail was replaced: it is made of that, too."""

portal_visit = sa.Table(
    "portal_visit",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("root_key", sa.BigInteger, nullable=False, index=True),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
    sa.Column("helper", sa.String(100)),
)
"""A customer's browser that has shown the secret, for a while. `helper` is the member of staff who
gave the code it was opened with, where it was one."""

portal_code = sa.Table(
    "portal_code",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("made_by", sa.String(100), nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
)
"""A code for one visit, which a member of staff has given a customer whose identity they checked.
It is deleted by its use."""
