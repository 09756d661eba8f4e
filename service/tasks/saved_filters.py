"""Views of the task list that people keep under a name, for themselves or for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

import sqlalchemy as sa

from service.db import Connection
from service.errors import Forbidden, InvalidInput, NotFound, StateConflict
from service.tasks.tables import saved_filter

MAX_NAME = 80
MAX_QUERY = 1_000
MOST = 50
"""So many may one person keep."""
MOST_SHARED = 100


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """A view of the task list; `query` is the list's query string."""

    id: str
    owner: str
    name: str
    query: str
    shared: bool


def list_filters(connection: Connection, owner: str) -> list[SavedFilter]:
    """This person's filters, then those others share, by name; so many of those that a list of them
    can be read."""
    query = (
        sa.select(saved_filter)
        .where(sa.or_(saved_filter.c.owner == owner, saved_filter.c.shared))
        .order_by(saved_filter.c.owner != owner, saved_filter.c.name)
        .limit(MOST + MOST_SHARED)
    )
    return [
        SavedFilter(row.id, row.owner, row.name, row.query, row.shared)
        for row in connection.execute(query)
    ]


def save_filter(
    connection: Connection, owner: str, name: str, query: str, *, shared: bool, now: datetime
) -> SavedFilter:
    """Keep a view under a name. Raises InvalidInput for an unusable name, StateConflict for one
    that is taken."""
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or len(query) > MAX_QUERY:
        raise InvalidInput(
            "expected a name of 1 to {most} characters, got {count}", most=MAX_NAME, count=len(name)
        )
    mine = (
        connection.execute(sa.select(saved_filter.c.name).where(saved_filter.c.owner == owner))
        .scalars()
        .all()
    )
    if name in mine:
        raise StateConflict("You keep a filter named “{name}” already.", name=name)
    if len(mine) >= MOST:
        raise StateConflict("You keep {most} filters already; delete one first.", most=MOST)
    made = SavedFilter(token_hex(16), owner, name, query, shared)
    values = {
        "id": made.id,
        "owner": owner,
        "name": name,
        "query": query,
        "shared": shared,
        "created_at": now,
    }
    connection.execute(sa.insert(saved_filter), values)
    return made


def delete_filter(connection: Connection, filter_id: str, owner: str) -> SavedFilter:
    """Forget a view; what it was. Raises NotFound, Forbidden when it is another's."""
    row = connection.execute(
        sa.select(saved_filter).where(saved_filter.c.id == filter_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such filter.")
    if row.owner != owner:
        raise Forbidden("The filter belongs to {owner}.", owner=row.owner)
    connection.execute(sa.delete(saved_filter).where(saved_filter.c.id == filter_id))
    return SavedFilter(row.id, row.owner, row.name, row.query, row.shared)
