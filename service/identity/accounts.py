"""Accounts and what they may.

Accounts are never deleted: the history names them. One that is over is not active, and nothing that
it had opens anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.errors import InvalidInput, NotFound, StateConflict
from service.identity.actors import HOUSE, Actor
from service.identity.grants import Standing, check_level
from service.identity.passwords import check_new_password, hash_password
from service.identity.permissions import Permission, roles_with
from service.identity.roles import PROGRAMS, RESERVED, Role
from service.identity.tables import account, account_role, session, task_group

MOST_GROUPS = 1_000
MOST_NAMES = 20_000
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


@dataclass(frozen=True, slots=True)
class Account:
    """A person or program that may sign in. `only`: the permissions of the token that was shown;
    None where it is for everything that the account may."""

    name: str
    display_name: str
    language: str
    active: bool
    roles: tuple[str, ...]
    only: frozenset[str] | None = None

    @property
    def actor(self) -> Actor:
        return Actor(self.name, frozenset(self.roles), self.only)


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
    """Make an account. Raises InvalidInput for an unusable name or password, for a role that nobody
    knows, and for a name or role that only parts of the product have; StateConflict when the name
    is taken, in whatever case it is written."""
    given = [role.casefold() for role in dict.fromkeys(roles)]
    _check_name(name)
    check_roles(connection, given)
    if password is not None:
        check_new_password(password, about=(name, display_name, email or ""))
    same = sa.select(account.c.name).where(sa.func.lower(account.c.name) == name.lower())
    if connection.execute(same).first() is not None:
        raise StateConflict("There is an account {name!r} already.", name=name)
    connection.execute(
        sa.insert(account),
        {
            "name": name,
            "display_name": display_name or name,
            "email": email,
            "language": language,
            "password_hash": None if password is None else hash_password(password),
            "active": True,
            "created_at": now,
        },
    )
    _put_roles(connection, name, given)


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


def check_roles(connection: Connection, roles: Iterable[str]) -> None:
    """Raises InvalidInput for a role that nobody knows, and for one of the product's own."""
    given = set(roles)
    taken = sorted(RESERVED & given)
    if taken:
        raise InvalidInput(
            "expected roles of people or programs, got {taken}: only the product itself has that",
            taken=taken,
        )
    known = known_roles(connection)
    unknown = sorted(given.difference(known))
    if unknown:
        raise InvalidInput(
            "expected one of {known}, got {unknown}; a group of its own that diagrams offer tasks "
            "to is made known first",
            known=list(known),
            unknown=[each[:60] for each in unknown],
        )


def known_roles(connection: Connection) -> tuple[str, ...]:
    """Every role and task group that an account can have: those of the product, then those of the
    bank."""
    groups = connection.execute(sa.select(task_group.c.name).order_by(task_group.c.name))
    return (*Role, *PROGRAMS, *groups.scalars())


def add_group(connection: Connection, name: str, *, by: str, now: datetime) -> None:
    """Make a task group of the bank's own known, which accounts can then have like a role. Raises
    InvalidInput, StateConflict."""
    group = name.strip().casefold()
    _check_name(group)
    if len(group) > 60 or group in RESERVED:
        raise InvalidInput(
            "expected a name of a group of at most 60 characters, got {name!r}", name=group[:60]
        )
    known = known_roles(connection)
    if group in known:
        raise StateConflict("There is a group or role {name!r} already.", name=group)
    if len(known) >= MOST_GROUPS:
        raise InvalidInput("expected at most {most} groups", most=MOST_GROUPS)
    connection.execute(sa.insert(task_group), {"name": group, "made_at": now, "made_by": by})


def set_password(connection: Connection, name: str, password_hash: str) -> None:
    """Give an account a new password, by its hash; its sessions end. Raises NotFound."""
    changed = connection.execute(
        sa.update(account).where(account.c.name == name).values(password_hash=password_hash)
    )
    if changed.rowcount != 1:
        raise NotFound("There is no account {name!r}.", name=name)
    end_sessions(connection, name)


def end_sessions(connection: Connection, name: str) -> int:
    """Let no session of an account open anything any more; how many there were."""
    return connection.execute(sa.delete(session).where(session.c.account_name == name)).rowcount


def get_standing(connection: Connection, name: str) -> Standing:
    """What an account may. Raises NotFound."""
    found = get_account(connection, name)
    row = connection.execute(
        sa.select(account.c.level, account.c.email).where(account.c.name == name)
    ).one()
    return Standing(found.roles, row.level or "", row.email or "", found.active)


def find_level(connection: Connection, name: str) -> str:
    """The level of authority of an account; "" where it has no limit of its own."""
    query = sa.select(account.c.level).where(account.c.name == name)
    return connection.execute(query).scalar_one_or_none() or ""


def list_levels(connection: Connection) -> dict[str, str]:
    """The level of authority of each account that has one of its own."""
    query = sa.select(account.c.name, account.c.level).where(account.c.level.is_not(None))
    return {name: level for name, level in connection.execute(query)}


def put_standing(connection: Connection, name: str, standing: Standing) -> None:
    """Let an account be allowed that from now on. Raises InvalidInput."""
    check_roles(connection, standing.roles)
    check_level(standing.level)
    connection.execute(
        sa.update(account)
        .where(account.c.name == name)
        .values(level=standing.level or None, email=standing.email or None, active=standing.active)
    )
    connection.execute(sa.delete(account_role).where(account_role.c.account_name == name))
    _put_roles(connection, name, standing.roles)


def _put_roles(connection: Connection, name: str, roles: Iterable[str]) -> None:
    rows = [{"account_name": name, "role": role} for role in dict.fromkeys(roles)]
    if rows:
        connection.execute(sa.insert(account_role), rows)


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


def shown_names(connection: Connection) -> dict[str, str]:
    """What people are called, by account, where that is not the account's name."""
    named = sa.select(account.c.name, account.c.display_name).where(
        account.c.display_name != account.c.name, account.c.display_name != ""
    )
    found = connection.execute(named.order_by(account.c.name).limit(MOST_NAMES))
    return {row.name: row.display_name for row in found}


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


def find_people(connection: Connection, text: str, *, limit: int) -> list[Account]:
    """Active accounts whose name, or a part of whose shown name, begins with a text, by the name
    that is shown; Chinese names have no parts, and are found by any of their characters."""
    shown = account.c.display_name
    begins = account.c.name.istartswith(text, autoescape=True)
    begins |= shown.istartswith(text, autoescape=True)
    marks = (" ", "-") if text.isascii() else ("",)
    parts = (shown.icontains(f"{mark}{text}", autoescape=True) for mark in marks)
    query = sa.select(account).where(account.c.active, sa.or_(begins, *parts))
    rows = list(
        connection.execute(query.order_by(account.c.display_name, account.c.name).limit(limit))
    )
    names = [row.name for row in rows]
    roles: dict[str, list[str]] = {}
    held = sa.select(account_role).where(account_role.c.account_name.in_(names))
    for row in connection.execute(held.order_by(account_role.c.role)):
        roles.setdefault(row.account_name, []).append(row.role)
    return [
        Account(
            row.name, row.display_name, row.language, row.active, tuple(roles.get(row.name, ()))
        )
        for row in rows
    ]


def has_accounts(connection: Connection) -> bool:
    """Whether anybody at all can sign in."""
    query = sa.select(account.c.name).where(account.c.active).limit(1)
    return connection.execute(query).first() is not None


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


def find_addresses(connection: Connection, names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The e-mail address and language of each of these accounts that is active and has an
    address."""
    query = sa.select(account.c.name, account.c.email, account.c.language).where(
        account.c.name.in_(sorted(names)), account.c.active, account.c.email.is_not(None)
    )
    return {row.name: (row.email, row.language) for row in connection.execute(query)}
