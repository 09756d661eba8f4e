"""Sessions of browsers: random, stored as SHA-256 only, over after a time, and at once when the
account is.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.db import Connection
from service.identity.accounts import Account, find_account
from service.identity.tables import session
from service.identity.tokens import hash_token

SESSION_LIFE = timedelta(hours=12)


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
    query = sa.select(session.c.account_name).where(
        session.c.token_hash == hash_token(token), session.c.expires_at > now
    )
    name = connection.execute(query).scalar_one_or_none()
    found = None if name is None else find_account(connection, name)
    return found if found is not None and found.active else None


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(sa.delete(session).where(session.c.token_hash == hash_token(token)))
