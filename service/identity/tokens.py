"""API tokens: how programs, and people's scripts, show who they are.

A token is random, shown once, and kept as its SHA-256. It ends: at a date, when it is revoked, or
with its account. `scope` names the permissions it is for; without one it may what its account may.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.errors import InvalidInput, NotFound
from service.identity.accounts import Account, get_account
from service.identity.permissions import Permission
from service.identity.tables import account, account_role, api_token

SHOWN = 12
"""So many characters of a token's hash name it in lists."""
LONGEST_LIFE = timedelta(days=366)
_BY_TOKEN = Prepared(
    sa.select(
        api_token.c.revoked_at,
        api_token.c.expires_at,
        api_token.c.scope,
        account.c.name,
        account.c.display_name,
        account.c.language,
        account.c.active,
        account_role.c.role,
    )
    .join(account, account.c.name == api_token.c.account_name)
    .outerjoin(account_role, account_role.c.account_name == account.c.name)
    .where(api_token.c.token_hash == sa.bindparam("b_token_hash"))
)
"""A token, its account and a row for each role, in one statement: every request asks."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never what opens anything. `scope` None: whatever its account
    may."""

    id: str
    label: str
    account: str
    scope: tuple[str, ...] | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


def create_token(
    connection: Connection,
    name: str,
    *,
    now: datetime,
    label: str = "",
    scope: Iterable[str] | None = None,
    expires_at: datetime | None = None,
    by: str = "",
) -> str:
    """A new API token of an account. Shown once; only its hash is kept. Raises NotFound,
    InvalidInput for a permission that is none and for a day that has passed or is too far off."""
    get_account(connection, name)
    token = "rdr_" + secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(api_token),
        {
            "token_hash": hash_token(token),
            "label": (label or name)[:100],
            "account_name": name,
            "created_at": now,
            "created_by": by,
            "scope": _scope(scope),
            "expires_at": _end(expires_at, now),
        },
    )
    return token


def _scope(scope: Iterable[str] | None) -> list[str] | None:
    if scope is None:
        return None
    wanted = sorted(set(scope))
    unknown = [each for each in wanted if each not in set(Permission)]
    if unknown or not wanted:
        raise InvalidInput(
            "expected permissions such as complaints:read, got {unknown}", unknown=unknown[:5]
        )
    return wanted


def _end(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is not None and not now < expires_at <= now + LONGEST_LIFE:
        raise InvalidInput(
            "expected a token that ends within {days} days, got {expires_at:%Y-%m-%d}",
            days=LONGEST_LIFE.days,
            expires_at=expires_at,
        )
    return expires_at


def list_tokens(connection: Connection, name: str) -> list[Token]:
    """Every token that an account was given, the newest first."""
    query = (
        sa.select(api_token)
        .where(api_token.c.account_name == name)
        .order_by(api_token.c.created_at.desc(), api_token.c.token_hash)
    )
    return [_token(row) for row in connection.execute(query).mappings()]


def get_token(connection: Connection, token_id: str) -> Token:
    """The token of that id, as lists show it. Raises NotFound."""
    query = sa.select(api_token).where(
        sa.func.substr(api_token.c.token_hash, 1, SHOWN) == token_id[:SHOWN]
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no token {token}.", token=token_id[:SHOWN])
    return _token(row)


def _token(row: Mapping[Any, Any]) -> Token:
    return Token(
        row["token_hash"][:SHOWN],
        row["label"],
        row["account_name"],
        None if row["scope"] is None else tuple(row["scope"]),
        row["created_at"],
        row["created_by"] or "",
        row["expires_at"],
        row["revoked_at"],
    )


def revoke_token(connection: Connection, token_id: str, *, now: datetime) -> Token:
    """Let one token open nothing any more; as it was before. Raises NotFound."""
    found = get_token(connection, token_id)
    connection.execute(
        sa.update(api_token)
        .where(
            sa.func.substr(api_token.c.token_hash, 1, SHOWN) == found.id,
            api_token.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    return found


def let_expire(connection: Connection, token_id: str, *, at: datetime) -> None:
    """Let one token work until then, unless it ends before."""
    connection.execute(
        sa.update(api_token)
        .where(
            sa.func.substr(api_token.c.token_hash, 1, SHOWN) == token_id,
            api_token.c.expires_at.is_(None) | (api_token.c.expires_at > at),
        )
        .values(expires_at=at)
    )


def revoke_tokens(connection: Connection, label: str, *, now: datetime) -> None:
    """Let no token of that label open anything any more."""
    connection.execute(
        sa.update(api_token)
        .where(api_token.c.label == label, api_token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_all(connection: Connection, name: str, *, now: datetime) -> int:
    """Let no token of an account open anything any more; how many did until now."""
    done = connection.execute(
        sa.update(api_token)
        .where(api_token.c.account_name == name, api_token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return done.rowcount


def find_token(connection: Connection, token: str, *, now: datetime) -> Account | None:
    """The account an API token speaks for."""
    return find_token_hash(connection, hash_token(token), now=now)


def find_token_hash(connection: Connection, token_hash: str, *, now: datetime) -> Account | None:
    """The account that the API token of that hash speaks for."""
    rows = _BY_TOKEN.all(connection, {"b_token_hash": token_hash})
    if not rows or not rows[0]["active"]:
        return None
    first = rows[0]
    if first["revoked_at"] is not None or (
        first["expires_at"] is not None and first["expires_at"] <= now
    ):
        return None
    roles = tuple(sorted(row["role"] for row in rows if row["role"] is not None))
    scope = first["scope"]
    only = None if scope is None else frozenset(scope)
    return Account(first["name"], first["display_name"], first["language"], True, roles, only)


def find_client(
    connection: Connection, client: str, token: str, *, now: datetime
) -> Account | None:
    """The account behind a token whose client id is the account's name or the token's label."""
    found = find_token(connection, token, now=now)
    if found is None or client == found.name:
        return found
    label = connection.execute(
        sa.select(api_token.c.label).where(api_token.c.token_hash == hash_token(token))
    ).scalar_one()
    return found if client == label else None


def hash_token(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode()).hexdigest()
