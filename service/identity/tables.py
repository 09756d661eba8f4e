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
    sa.Column("level", sa.String(2)),
    sa.Column("superior", sa.String(100), index=True),
)
"""`level` is somebody's own limit of authority over money, within that of their role; `superior` is
the account they answer to."""

account_role = sa.Table(
    "account_role",
    metadata,
    sa.Column("account_name", sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("role", sa.String(60), primary_key=True),
)
"""A role is also a candidate group of that name; groups beyond the eight roles are stored the same
way."""

task_group = sa.Table(
    "task_group",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("made_by", sa.String(100), nullable=False),
)
"""The groups of the bank's own that diagrams offer tasks to. An account has no other group."""

account_link = sa.Table(
    "account_link",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("account_name", sa.ForeignKey("account.name"), nullable=False, index=True),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("made_by", sa.String(100), nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)
"""Codes by which somebody sets their password once. The code itself is kept nowhere."""

second_factor = sa.Table(
    "second_factor",
    metadata,
    sa.Column("account_name", sa.ForeignKey("account.name"), primary_key=True),
    sa.Column("id", sa.String(64), nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.Column("confirmed_at", UtcDateTime),
    sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("used", sa.Integer, nullable=False, server_default="0"),
)
"""What the codes of somebody's telephone, and their recovery codes, are made of together with the
service's own secret. `last_step` and `used` tell which were used."""

grant_request = sa.Table(
    "grant_request",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_name", sa.ForeignKey("account.name"), nullable=False, index=True),
    sa.Column("change", Json, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("asked_by", sa.String(100), nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("decided_by", sa.String(100)),
    sa.Column("decided_at", UtcDateTime),
    sa.CheckConstraint("state IN ('waiting', 'granted', 'refused')", name="state"),
    sa.CheckConstraint("(state = 'waiting') = (decided_by IS NULL)", name="decided_by"),
    sa.CheckConstraint(
        "decided_by IS NULL OR decided_by <> asked_by OR state = 'refused'", name="four_eyes"
    ),
)
"""More for an account: asked for by one administrator, granted by another."""

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
    sa.Column("scope", Json),
    sa.Column("created_by", sa.String(100)),
)
"""Opaque tokens, stored as SHA-256 only. `scope` lists the permissions that one is for; null is all
that its account has."""

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
