"""How many cases run in which version."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Connection
from service.instances.tables import process_instance

_BY_VERSION = (
    sa.select(process_instance.c.bundle_key, sa.func.count())
    .where(process_instance.c.state == "active")
    .group_by(process_instance.c.bundle_key)
)


def count_running(connection: Connection) -> dict[int, int]:
    """Running cases by the key of their version; versions without any are left out."""
    return {key: number for key, number in connection.execute(_BY_VERSION)}
