"""The history: one row per step of a case, chained by hash, append only."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

history = sa.Table(
    "history",
    metadata,
    sa.Column("root_key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("subject_key", sa.BigInteger),
    sa.Column("details", Json, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""`event` is `area:thing:happened` (`case:task:completed`); `details` says what moved; `hash`
covers the row and the hash before it."""

house_history = sa.Table(
    "house_history",
    metadata,
    sa.Column("subject", sa.String(120), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("actor", sa.String(100), nullable=False),
    sa.Column("event", sa.String(60), nullable=False),
    sa.Column("details", Json, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""What people did where no case is concerned: drafts, staff, absences, choices. `subject` is
`draft:KEY`, `account:NAME`, `task:KEY` or `procedure:NAME`; append only, chained by hash for each
subject."""
