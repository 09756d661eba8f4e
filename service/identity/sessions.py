"""Sessions of browsers: random, stored as SHA-256 only, over after a time, and at once when the
account is.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.db import Connection, Prepared, drop_some
from service.identity.accounts import Account
from service.identity.tables import account, account_role, session
from service.identity.tokens import hash_token

SESSION_LIFE = timedelta(hours=12)
_BY_SESSION = Prepared(
    sa.select(account.c.name, account.c.display_name, account.c.language, account_role.c.role)
    .join(session, session.c.account_name == account.c.name)
    .outerjoin(account_role, account_role.c.account_name == account.c.name)
    .where(
        session.c.token_hash == sa.bindparam("b_token_hash"),
        session.c.expires_at > sa.bindparam("b_now"),
        account.c.active,
    )
)
"""A session's account and a row for each role, in one statement: every page asks."""


def open_session(connection: Connection, name: str, *, now: datetime) -> str:
    """A new session's token, to be kept by the browser only."""
    token = secrets.token_urlsafe(32)
    connection.execute(sa.delete(session).where(session.c.expires_at <= now))
    connection.execute(
        sa.insert(session),
        {
            "token_hash": hash_token(token),
            "account_name": name,
            "created_at": now,
            "seen_at": now,
            "expires_at": now + SESSION_LIFE,
        },
    )
    return token


def find_session(connection: Connection, token: str, *, now: datetime) -> Account | None:
    """The account whose session the token is, unless it has expired."""
    rows = _BY_SESSION.all(connection, {"b_token_hash": hash_token(token), "b_now": now})
    if not rows:
        return None
    first = rows[0]
    roles = tuple(sorted(row["role"] for row in rows if row["role"] is not None))
    return Account(first["name"], first["display_name"], first["language"], True, roles)


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(sa.delete(session).where(session.c.token_hash == hash_token(token)))


def drop_sessions(connection: Connection, before: datetime, limit: int) -> int:
    """Forget sessions that were over before then."""
    return drop_some(connection, session, session.c.expires_at < before, limit=limit)
