"""Fresh keys within a case for rows that no engine step writes. Taking one moves the case on: other
commands wait."""

from __future__ import annotations

import sqlalchemy as sa

from service.db import MAX_CHILD, Connection
from service.errors import NotFound, RedressError
from service.instances.tables import process_instance

_TAKE = (
    sa.update(process_instance)
    .where(process_instance.c.root_key == sa.bindparam("b_root_key"))
    .values(
        version=process_instance.c.version + 1,
        next_child=process_instance.c.next_child + sa.bindparam("b_count", type_=sa.Integer),
    )
    .returning(process_instance.c.next_child)
)


def take_children(connection: Connection, root_key: int, count: int = 1) -> int:
    """The first of `count` consecutive child keys. Raises NotFound when there is no such root
    instance."""
    following = connection.execute(
        _TAKE, {"b_root_key": root_key, "b_count": count}
    ).scalar_one_or_none()
    if following is None:
        raise NotFound("There is no process instance {root_key}.", root_key=root_key)
    if following > MAX_CHILD:
        raise RedressError("The case has used all of its {most} keys.", most=MAX_CHILD)
    return root_key + int(following) - count
