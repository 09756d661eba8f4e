"""Who answers to whom."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Connection
from service.errors import InvalidInput, NotFound
from service.identity.tables import account

LONGEST_LINE = 20


def get_superior(connection: Connection, name: str) -> str:
    """Whom an account answers to; "" for nobody. Raises NotFound."""
    row = connection.execute(sa.select(account.c.superior).where(account.c.name == name)).first()
    if row is None:
        raise NotFound("There is no account {name!r}.", name=name)
    return str(row.superior or "")


def set_superior(connection: Connection, name: str, superior: str) -> None:
    """Say whom an account answers to. Raises NotFound, InvalidInput for a circle."""
    if superior:
        get_superior(connection, superior)
        above = [superior, *list_above(connection, superior)]
        if name in above:
            raise InvalidInput(
                "expected somebody who does not answer to {name}, got {superior}",
                name=name,
                superior=superior,
            )
    connection.execute(
        sa.update(account).where(account.c.name == name).values(superior=superior or None)
    )


def list_above(connection: Connection, name: str) -> list[str]:
    """The line of an account: its superior, theirs, and so on, the nearest first."""
    found: list[str] = []
    here = name
    while len(found) < LONGEST_LINE:
        row = connection.execute(
            sa.select(account.c.superior).where(account.c.name == here)
        ).first()
        if row is None or not row.superior or row.superior in found:
            return found
        found.append(row.superior)
        here = row.superior
    return found


def list_below(connection: Connection, name: str) -> list[str]:
    """Everybody whose line an account is in."""
    found: list[str] = []
    level = [name]
    for _ in range(LONGEST_LINE):
        below = sa.select(account.c.name).where(account.c.superior.in_(level))
        level = [each for each in connection.execute(below).scalars() if each not in found]
        if not level:
            break
        found += level
    return found
