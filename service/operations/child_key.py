"""A key within another case than the one a command is about."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import Connection
from service.operations.tables import process_instance


def take_child(connection: Connection, root_key: int) -> int:
    """The next key of a case; whoever read the case before has to read it again."""
    taken = connection.execute(
        sa.update(process_instance)
        .where(process_instance.c.root_key == root_key)
        .values(next_child=process_instance.c.next_child + 1, version=process_instance.c.version + 1)
        .returning(process_instance.c.next_child)
    ).scalar_one()
    return root_key + int(taken) - 1
