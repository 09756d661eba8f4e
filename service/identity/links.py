"""A code by which somebody sets their password: it works once, for a day.

Nothing that is kept opens the account: the code is made of the service's own secret and of the
row's random name, so that neither a reader of the database nor a backup knows it.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from service.db import Connection, drop_some
from service.identity.tables import account, account_link

LINK_LIFE = timedelta(hours=24)
_LENGTH = 20
_ALIKE = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": ""})


@dataclass(frozen=True, slots=True)
class Link:
    """A code that was made for an account, without the code."""

    id: str
    made_at: datetime
    made_by: str
    expires_at: datetime
    used_at: datetime | None


def make_link(connection: Connection, name: str, *, by: str, now: datetime) -> str:
    """The id of a new link of an account; those before do not work any more."""
    void_links(connection, name, now=now)
    link = secrets.token_hex(32)
    row = {"id": link, "account_name": name, "made_at": now, "made_by": by}
    connection.execute(sa.insert(account_link), {**row, "expires_at": now + LINK_LIFE})
    return link


def void_links(connection: Connection, name: str, *, now: datetime) -> None:
    """Let no code that was made for the account work any more."""
    connection.execute(
        sa.update(account_link)
        .where(account_link.c.account_name == name, account_link.c.expires_at > now)
        .values(expires_at=now)
    )


def link_code(key: str, link: str) -> str:
    """The code of a link, as it is mailed: five groups of four characters."""
    digest = hmac.digest(key.encode(), f"account link {link}".encode(), "sha256")
    text = b32encode(digest).decode().translate(_ALIKE)[:_LENGTH]
    return "-".join(text[start : start + 4] for start in range(0, _LENGTH, 4))


def find_link(
    connection: Connection, name: str, code: str, *, key: str, now: datetime
) -> str | None:
    """The id of the link whose code that is: of this account, active, unused, not over."""
    query = (
        sa.select(account_link.c.id)
        .join(account, account.c.name == account_link.c.account_name)
        .where(
            account_link.c.account_name == name,
            account.c.active,
            account_link.c.used_at.is_(None),
            account_link.c.expires_at > now,
        )
    )
    given = _plain(code).encode()
    for link in connection.execute(query).scalars():
        if hmac.compare_digest(_plain(link_code(key, link)).encode(), given):
            return str(link)
    return None


def use_link(connection: Connection, link: str, *, now: datetime) -> bool:
    """Use a link up; whether nobody was first."""
    used = connection.execute(
        sa.update(account_link)
        .where(
            account_link.c.id == link,
            account_link.c.used_at.is_(None),
            account_link.c.expires_at > now,
        )
        .values(used_at=now)
    )
    return used.rowcount == 1


def list_links(connection: Connection, name: str, *, limit: int = 5) -> list[Link]:
    """The last links of an account, the newest first."""
    query = (
        sa.select(account_link)
        .where(account_link.c.account_name == name)
        .order_by(account_link.c.made_at.desc(), account_link.c.id)
        .limit(limit)
    )
    return [
        Link(row.id, row.made_at, row.made_by, row.expires_at, row.used_at)
        for row in connection.execute(query)
    ]


def _plain(code: str) -> str:
    return code.strip().upper().translate(_ALIKE)


def drop_links(connection: Connection, before: datetime, limit: int) -> int:
    """Forget codes whose time was over before then."""
    return drop_some(connection, account_link, account_link.c.expires_at < before, limit=limit)
