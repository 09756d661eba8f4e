"""Rows of drafts: files being changed before they are a version, each with what it was before."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import UtcDateTime, metadata

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("base_bundle_key", sa.ForeignKey("bundle.key")),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("made_bundle_key", sa.ForeignKey("bundle.key")),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("created_by", sa.String(100), nullable=False),
    sa.CheckConstraint("state IN ('open', 'deployed', 'discarded')", name="state"),
)
"""A change of a bundle under way. It starts from a version and ends as the next one, or is
discarded."""

draft_file = sa.Table(
    "draft_file",
    metadata,
    sa.Column("draft_key", sa.ForeignKey("draft.key"), primary_key=True),
    sa.Column("path", sa.String(200), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary),
    sa.Column("saved_at", UtcDateTime, nullable=False),
    sa.Column("saved_by", sa.String(100), nullable=False),
)
"""A file of a draft as somebody saved it; the highest revision is the file. Without content it was
removed."""
