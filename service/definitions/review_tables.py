"""Rows of reviews: where each version stands, what happened to it, what was said of its elements,
and its tags."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata
from service.definitions.review_states import ReviewState

_ELSEWHERE = (ReviewState.DRAFT, ReviewState.SUPERSEDED, ReviewState.RETIRED)
"""No row yet; said by the bundle itself."""
_STATES = ", ".join(f"'{state.value}'" for state in ReviewState if state not in _ELSEWHERE)

bundle_review = sa.Table(
    "bundle_review",
    metadata,
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("release_at", UtcDateTime),
    sa.Column("released_for", sa.String(100)),
    sa.Column("root_key", sa.BigInteger, index=True),
    sa.Column("base_key", sa.BigInteger),
    sa.Column("authors", Json),
    sa.CheckConstraint(f"state IN ({_STATES})", name="state"),
)
"""One row from the first time a version is submitted. `base_key` and `authors`: the version it was
compared with when it was last submitted or decided on, None where there was none, and who wrote
what is new. `release_at`: when an approved one is to be
released, and for whom (`released_for`). `root_key`: the process instance of the review, None where
it goes on without one."""

bundle_step = sa.Table(
    "bundle_step",
    metadata,
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("details", Json, nullable=False),
)
"""Everything that happened to a version, in order; appended, never changed. An approval keeps its
evidence."""

bundle_comment = sa.Table(
    "bundle_comment",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), nullable=False, index=True),
    sa.Column("file", sa.String(200), nullable=False),
    sa.Column("element_id", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.String(100), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("resolved_by", sa.String(100)),
    sa.Column("resolved_at", UtcDateTime),
)

bundle_tag = sa.Table(
    "bundle_tag",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("tag", sa.String(100), primary_key=True),
    sa.Column("bundle_key", sa.ForeignKey("bundle.key"), nullable=False),
    sa.Column("tagged_by", sa.String(100), nullable=False),
    sa.Column("tagged_at", UtcDateTime, nullable=False),
)
"""A name for one version of a bundle. There is no way to move one."""
