"""Letters and messages as they were written, for the file. Delivery is the outbox's business."""

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
    sa.CheckConstraint("audience IN ('customer', 'staff')", name="audience"),
)
