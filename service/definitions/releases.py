"""Which versions of a procedure were stored as the product ships them."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

from service.db import Connection
from service.definitions.shipped import shipped_files
from service.definitions.tables import bundle
from service.engine import content_hash


@cache
def shipped_hash() -> str:
    """The content hash of what this release of the product ships."""
    return content_hash(shipped_files())


def find_same(connection: Connection, name: str, content: str) -> int | None:
    """The newest version with this content hash, unless it was retired; its key."""
    return _newest(
        connection,
        bundle.c.name == name,
        bundle.c.content_hash == content,
        bundle.c.state != "retired",
    )


def find_shipped_before(connection: Connection, name: str, content: str, *, by: str) -> int | None:
    """The last version that was stored as it was shipped (by `by`, who stores nothing else), other
    than the one with this content hash; where none was, the first version that there is. Its key;
    None without any."""
    other = (bundle.c.name == name, bundle.c.content_hash != content)
    shipped = _newest(connection, *other, bundle.c.created_by == by)
    return shipped if shipped is not None else _newest(connection, *other, bundle.c.version == 1)


def is_shipped(connection: Connection, key: int, *, by: str) -> bool:
    """Whether a version was stored as it was shipped."""
    made = sa.select(bundle.c.created_by).where(bundle.c.key == key)
    return bool(connection.execute(made).scalar_one() == by)


def _newest(connection: Connection, *where: sa.ColumnElement[bool]) -> int | None:
    query = sa.select(bundle.c.key).where(*where).order_by(bundle.c.version.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()
