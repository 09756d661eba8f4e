"""Rows of people and programs: accounts, roles, sessions, API tokens."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Json, UtcDateTime, metadata

account = sa.Table(
    "account",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("display_name", sa.String(200), nullable=False),
    sa.Column("email", sa.String(320)),
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

account_role = sa.Table(
    "account_role",
    metadata,
    sa.Column("account_name", sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("role", sa.String(60), primary_key=True),
)
"""A role is also a candidate group of that name; groups beyond the eight roles are stored the same
way."""

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("account_name", sa.ForeignKey("account.name"), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

api_token = sa.Table(
    "api_token",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("label", sa.String(100), nullable=False),
    sa.Column("account_name", sa.ForeignKey("account.name"), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime),
    sa.Column("revoked_at", UtcDateTime),
)
"""Opaque tokens, stored as SHA-256 only."""

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("account_name", sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("unit", sa.String(200), nullable=False),
    sa.Column("skills", Json, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
)
"""Where somebody works, what they can do, and how many complaints they can hold at a time."""

absence = sa.Table(
    "absence",
    metadata,
    sa.Column("account_name", sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("first_day", sa.Date, primary_key=True),
    sa.Column("last_day", sa.Date, nullable=False),
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("count", sa.BigInteger, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False, index=True),
)
"""How often somebody did something in a window of time that ends then. `name` says what, and holds
the hash of who."""
