"""Letters as they were written, for the file. Delivery is the outbox's business."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("template", sa.String(60), nullable=False),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("audience", sa.String(20), nullable=False),
    sa.Column("recipient", sa.String(400), nullable=False),
    sa.Column("subject", sa.String(300), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("written_at", UtcDateTime, nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Column("delivery", sa.String(20), nullable=False, server_default="none"),
    sa.Column("token", sa.String(16), nullable=False, server_default=""),
    sa.Column("delivery_at", UtcDateTime),
    sa.Column("delivery_by", sa.String(100)),
    sa.CheckConstraint("audience IN ('customer', 'staff')", name="audience"),
    sa.CheckConstraint(
        "delivery IN ('none', 'queued', 'sent', 'returned', 'print', 'printed', 'incomplete')",
        name="delivery",
    ),
    sa.Index(
        "ix_letter_to_print",
        "written_at",
        "key",
        sqlite_where=sa.text("delivery IN ('print', 'returned', 'incomplete')"),
        postgresql_where=sa.text("delivery IN ('print', 'returned', 'incomplete')"),
    ),
)
"""`token` is the secret part of the Message-ID a letter leaves under. `delivery`: `none` for a
notice in the house, `queued` and `sent` by mail, `returned` when it came back, `print` and
`printed` on paper, `incomplete` when the template wanted something that is not known: nothing was
sent, a person has to complete it."""

saved_reply = sa.Table(
    "saved_reply",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("keeper", sa.ForeignKey("account.name"), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("texts", Json, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("keeper", "name"),
)
"""A text that somebody keeps to use again, by language. Shared ones are for all."""
