"""Sessions of browsers: random, stored as SHA-256 only, over after a time, after a while without
anything done in them, and at once when the account is.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.db import Connection, Prepared, drop_some
from service.identity.accounts import Account
from service.identity.tables import account, account_role, session
from service.identity.tokens import hash_token

SESSION_LIFE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""That somebody is still there is written no more often."""
_BY_SESSION = Prepared(
    sa.select(
        account.c.name,
        account.c.display_name,
        account.c.language,
        account_role.c.role,
        session.c.seen_at,
    )
    .join(session, session.c.account_name == account.c.name)
    .outerjoin(account_role, account_role.c.account_name == account.c.name)
    .where(
        session.c.token_hash == sa.bindparam("b_token_hash"),
        session.c.expires_at > sa.bindparam("b_now"),
        session.c.created_at > sa.bindparam("b_begun_after"),
        session.c.seen_at > sa.bindparam("b_seen_after"),
        account.c.active,
    )
)
"""A session's account and a row for each role, in one statement: every page asks."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: at most, and while nothing is done in it."""

    life: timedelta = SESSION_LIFE
    idle: timedelta = SESSION_LIFE


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is not over: whose it is, and when something was last done in it, within
    `SEEN_EVERY`."""

    account: Account
    seen_at: datetime


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


def find_session(
    connection: Connection, token: str, *, now: datetime, limits: Limits | None = None
) -> Session | None:
    """The session that the token is of, unless it is over."""
    limits = limits or Limits()
    given = {"b_token_hash": hash_token(token), "b_now": now}
    given |= {"b_begun_after": now - limits.life, "b_seen_after": now - limits.idle}
    rows = _BY_SESSION.all(connection, given)
    if not rows:
        return None
    first = rows[0]
    roles = tuple(sorted(row["role"] for row in rows if row["role"] is not None))
    found = Account(first["name"], first["display_name"], first["language"], True, roles)
    return Session(found, first["seen_at"])


def note_seen(connection: Connection, token: str, *, now: datetime) -> None:
    """Something is done in this session now."""
    mine = session.c.token_hash == hash_token(token)
    connection.execute(sa.update(session).where(mine, session.c.seen_at < now).values(seen_at=now))


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(sa.delete(session).where(session.c.token_hash == hash_token(token)))


def drop_sessions(connection: Connection, before: datetime, limit: int) -> int:
    """Forget sessions that were over before then."""
    return drop_some(connection, session, session.c.expires_at < before, limit=limit)
