"""How often somebody may try: counted in the database, by all processes together, in windows of
time. No address and no name is kept, only their hashes.

A password is guessed for one account or from one address; whoever guesses must not lock out the
owner. So the pair of both is counted, the account and the address: an account that too many fail at
is closed to addresses it was not used from lately.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection, drop_some
from service.errors import RedressError
from service.identity.tables import attempt

_INSERT: dict[str, Callable[[sa.Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class TooManyAttempts(RedressError):
    """Too many failed attempts; wait a few minutes and try again."""

    code = "too-many-attempts"


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of something is let pass within a window of time that begins with the first."""

    what: str
    most: int
    window: timedelta = timedelta(minutes=15)


PAIR = Limit("sign-in", 10)
ACCOUNT = Limit("account", 30)
ADDRESS = Limit("address", 100)
KNOWN = Limit("known", 0, timedelta(days=30))
"""Not a limit: that an account was signed in to from an address."""


def count_up(connection: Connection, limit: Limit, who: str, *, now: datetime, by: int = 1) -> int:
    """Count one more, or so many more; how many there are then in the window."""
    fresh = attempt.c.until <= now
    statement = _INSERT[connection.dialect.name](attempt).values(
        name=_name(limit, who), count=by, until=now + limit.window
    )
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={
            "count": sa.case((fresh, by), else_=attempt.c.count + by),
            "until": sa.case((fresh, now + limit.window), else_=attempt.c.until),
        },
    )
    return int(connection.execute(statement.returning(attempt.c.count)).scalar_one())


def count_of(connection: Connection, limit: Limit, who: str, *, now: datetime) -> int:
    """How many there are in the window."""
    query = sa.select(attempt.c.count).where(
        attempt.c.name == _name(limit, who), attempt.c.until > now
    )
    return int(connection.execute(query).scalar_one_or_none() or 0)


def drop_attempts(connection: Connection, before: datetime, limit: int) -> int:
    """Forget windows that were over by then; how many."""
    return drop_some(connection, attempt, attempt.c.until <= before, limit=limit)


def check_sign_in(connection: Connection, name: str, address: str, *, now: datetime) -> None:
    """Raises TooManyAttempts while too many failed: of this account from this address, from this
    address, or of this account where it was not used from here lately."""
    pair = _pair(name, address)
    if (
        count_of(connection, PAIR, pair, now=now) >= PAIR.most
        or count_of(connection, ADDRESS, address, now=now) >= ADDRESS.most
        or (
            count_of(connection, ACCOUNT, name.casefold(), now=now) >= ACCOUNT.most
            and not count_of(connection, KNOWN, pair, now=now)
        )
    ):
        raise TooManyAttempts


def count_failed(connection: Connection, name: str, address: str, *, now: datetime) -> bool:
    """Note a sign-in that failed; whether the account is closed to strangers from now on."""
    count_up(connection, PAIR, _pair(name, address), now=now)
    count_up(connection, ADDRESS, address, now=now)
    return count_up(connection, ACCOUNT, name.casefold(), now=now) == ACCOUNT.most


def note_success(connection: Connection, name: str, address: str, *, now: datetime) -> None:
    """Note that the account was signed in to from here, which lets it try anew from here."""
    pair = _pair(name, address)
    connection.execute(sa.delete(attempt).where(attempt.c.name == _name(PAIR, pair)))
    count_up(connection, KNOWN, pair, now=now)


def _pair(name: str, address: str) -> str:
    return f"{name.casefold()}\n{address}"


def _name(limit: Limit, who: str) -> str:
    return f"{limit.what}:{sha256(who.encode('utf-8', 'replace')).hexdigest()[:48]}"
