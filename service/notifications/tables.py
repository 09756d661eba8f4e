"""Notices to people, and how each of them wants to be told."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

notice = sa.Table(
    "notice",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("mark", sa.String(120), primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("subject_key", sa.BigInteger, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("read_at", UtcDateTime),
    sa.Column("details", Json, nullable=False),
    sa.CheckConstraint(
        "kind IN ('alert', 'assignment', 'breach', 'emergency', 'glass', 'mention', 'near', "
        "'reply')",
        name="kind",
    ),
    sa.Index("ix_notice_account", "account", "at"),
    sa.Index(
        "ix_notice_unread",
        "account",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    ),
)
"""Something a person is told. `mark` says of what (`near:task:2026-03-02T09:30`), so that nobody is
told twice."""

notice_choice = sa.Table(
    "notice_choice",
    metadata,
    sa.Column("account", sa.String(100), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("by_page", sa.Boolean, nullable=False),
    sa.Column("by_mail", sa.Boolean, nullable=False),
)
"""How a person wants to be told. Without a row: in the page, and by mail of a breach, a mention and
an emergency."""
