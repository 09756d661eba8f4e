"""Accounts, passwords, sessions and API tokens.

Passwords are argon2id; sessions and tokens are random and stored as SHA-256 only. Checking the
password of a name that does not exist takes the same work as one that does.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from service.db import Connection, Prepared
from service.errors import InvalidInput, NotFound, StateConflict, Unavailable
from service.identity.actors import HOUSE, Actor
from service.identity.permissions import Permission, roles_with
from service.identity.roles import RESERVED
from service.identity.tables import account, account_role, api_token, session

SESSION_LIFE = timedelta(hours=12)
MIN_PASSWORD = 10
_HASHER = PasswordHasher()
_HASHING, HASHING_SECONDS = threading.BoundedSemaphore(2), 10
"""Each hash takes 64 MiB and a processor."""
_NOBODY = _HASHER.hash(secrets.token_hex(16))

_MEMBERS = Prepared(
    sa.select(account.c.name)
    .where(
        account.c.active,
        sa.or_(
            account.c.name == sa.bindparam("b_group"),
            account.c.name.in_(
                sa.select(account_role.c.account_name).where(
                    account_role.c.role == sa.bindparam("b_group")
                )
            ),
        ),
    )
    .order_by(account.c.name)
)
_BY_TOKEN = Prepared(
    sa.select(
        api_token.c.revoked_at,
        api_token.c.expires_at,
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
class Account:
    """A person or program that may sign in."""

    name: str
    display_name: str
    language: str
    active: bool
    roles: tuple[str, ...]

    @property
    def actor(self) -> Actor:
        return Actor(self.name, frozenset(self.roles))


def create_account(
    connection: Connection,
    name: str,
    password: str | None,
    roles: Iterable[str],
    *,
    now: datetime,
    display_name: str = "",
    language: str = "en",
    email: str | None = None,
) -> None:
    """Make an account. Raises InvalidInput for an unusable name or password, and for a name or role
    that only parts of the product have; StateConflict when the name is taken."""
    given = [role.casefold() for role in dict.fromkeys(roles)]
    _check_name(name)
    _check_roles(given)
    if password is not None and len(password) < MIN_PASSWORD:
        raise InvalidInput(
            "expected a password of at least {min_password} characters, got {count}",
            min_password=MIN_PASSWORD,
            count=len(password),
        )
    if (
        connection.execute(sa.select(account.c.name).where(account.c.name == name)).first()
        is not None
    ):
        raise StateConflict("There is an account {name!r} already.", name=name)
    connection.execute(
        sa.insert(account),
        {
            "name": name,
            "display_name": display_name or name,
            "email": email,
            "language": language,
            "password_hash": None if password is None else _HASHER.hash(password),
            "active": True,
            "created_at": now,
        },
    )
    rows = [{"account_name": name, "role": role} for role in dict.fromkeys(given)]
    if rows:
        connection.execute(sa.insert(account_role), rows)


def _check_name(name: str) -> None:
    plain = name.replace("-", "").replace(".", "").replace("_", "")
    if len(name) > 100 or not plain.isalnum():
        raise InvalidInput(
            "expected an account name of letters, digits, '.', '-' and '_', got {name!r}",
            name=name[:50],
        )
    if name.casefold() in {each.name for each in HOUSE}:
        raise InvalidInput(
            "expected an account name that is not the product itself, got {name!r}: the history "
            "would not tell them apart",
            name=name,
        )


def _check_roles(roles: Iterable[str]) -> None:
    taken = sorted(RESERVED.intersection(roles))
    if taken:
        raise InvalidInput(
            "expected roles of people or programs, got {taken}: only the product itself has that",
            taken=taken,
        )


def set_password(connection: Connection, name: str, password: str) -> None:
    """Give an account a new password; its sessions end. Raises NotFound."""
    changed = connection.execute(
        sa.update(account)
        .where(account.c.name == name)
        .values(password_hash=_HASHER.hash(password))
    )
    if changed.rowcount != 1:
        raise NotFound("There is no account {name!r}.", name=name)
    connection.execute(sa.delete(session).where(session.c.account_name == name))


def find_account(connection: Connection, name: str) -> Account | None:
    """An account with its roles."""
    row = connection.execute(sa.select(account).where(account.c.name == name)).one_or_none()
    if row is None:
        return None
    roles = connection.execute(
        sa.select(account_role.c.role).where(account_role.c.account_name == name)
    ).scalars()
    return Account(row.name, row.display_name, row.language, row.active, tuple(sorted(roles)))


def get_account(connection: Connection, name: str) -> Account:
    """An account with its roles. Raises NotFound."""
    found = find_account(connection, name)
    if found is None:
        raise NotFound("There is no account {name!r}.", name=name)
    return found


def list_accounts(connection: Connection) -> list[Account]:
    """Every account, by name."""
    roles: dict[str, list[str]] = {}
    for row in connection.execute(sa.select(account_role).order_by(account_role.c.role)):
        roles.setdefault(row.account_name, []).append(row.role)
    rows = connection.execute(sa.select(account).order_by(account.c.name))
    return [
        Account(
            row.name, row.display_name, row.language, row.active, tuple(roles.get(row.name, ()))
        )
        for row in rows
    ]


def list_members(connection: Connection, group: str) -> list[str]:
    """The names of the active accounts of a role, or the account of that name."""
    return [row["name"] for row in _MEMBERS.all(connection, {"b_group": group})]


def list_addresses(connection: Connection, permission: Permission) -> list[tuple[str, str]]:
    """The e-mail address and language of every active account that has a permission and an
    address."""
    query = (
        sa.select(account.c.email, account.c.language)
        .join(account_role, account_role.c.account_name == account.c.name)
        .where(
            account_role.c.role.in_(roles_with(permission)),
            account.c.active,
            account.c.email.is_not(None),
        )
        .distinct()
        .order_by(account.c.email)
    )
    return [(row.email, row.language) for row in connection.execute(query)]


def find_password(connection: Connection, name: str) -> str | None:
    """The hash of an active account's password; None when there is no such account, or none with a
    password."""
    query = sa.select(account.c.password_hash).where(account.c.name == name, account.c.active)
    found: str | None = connection.execute(query).scalar_one_or_none()
    return found


def check_password(password_hash: str | None, password: str) -> bool:
    """Whether that is the password. It takes long on purpose, and as long where there is none: not
    inside a transaction. Few do it at once. Raises Unavailable after a long wait for a turn."""
    if not _HASHING.acquire(timeout=HASHING_SECONDS):
        raise Unavailable("Too many people are signing in at this moment; try again.")
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    finally:
        _HASHING.release()
    return password_hash is not None


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
    return None if name is None else _active(connection, name)


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(sa.delete(session).where(session.c.token_hash == hash_token(token)))


def create_token(connection: Connection, name: str, *, now: datetime, label: str = "") -> str:
    """A new API token of an account. Shown once; only its hash is kept. Raises NotFound."""
    if find_account(connection, name) is None:
        raise NotFound("There is no account {name!r}.", name=name)
    token = "rdr_" + secrets.token_urlsafe(32)
    connection.execute(
        sa.insert(api_token),
        {
            "token_hash": hash_token(token),
            "label": label or name,
            "account_name": name,
            "created_at": now,
        },
    )
    return token


def revoke_tokens(connection: Connection, label: str, *, now: datetime) -> None:
    """Let no token of that label open anything any more."""
    connection.execute(
        sa.update(api_token)
        .where(api_token.c.label == label, api_token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


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
    return Account(first["name"], first["display_name"], first["language"], True, roles)


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


def _active(connection: Connection, name: str) -> Account | None:
    found = find_account(connection, name)
    return found if found is not None and found.active else None


def hash_token(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode()).hexdigest()


def find_address(connection: Connection, name: str) -> tuple[str, str] | None:
    """The e-mail address and language of an active account that has an address."""
    query = sa.select(account.c.email, account.c.language).where(
        account.c.name == name, account.c.active, account.c.email.is_not(None)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.email, row.language)
