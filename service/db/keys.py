"""Keys: 63-bit integers in which a child's key contains its root instance's key.

`root_key = n << 16`; what belongs to that root instance gets `root_key + 1 … root_key + 65535`,
counted in the instance's own row. So a task's key alone leads to its case by arithmetic, and every
lookup names the root key, which is what the tables can be partitioned by. Root numbers come from
the `counter` table in blocks, so that writers do not queue for them; they are unique for ever, not
gapless.
"""

from __future__ import annotations

import threading

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db.engine import Database
from service.db.types import metadata

CHILD_BITS = 16
MAX_CHILD = (1 << CHILD_BITS) - 1
BLOCK = 64
AT_HAND = 32
"""How many keys are at hand before a transaction that may want some begins."""
_ELEMENT_BITS = 24
_ELEMENT = 1 << 62

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)


def root_of(key: int) -> int:
    """The key of the root instance that `key` belongs to."""
    return key & ~MAX_CHILD


def root_column(key: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """The same for a column of keys."""
    return key.op("&")(sa.literal(~MAX_CHILD, sa.BigInteger))


def element_key(root_key: int, engine_id: str) -> int:
    """The key of an element instance: arithmetic from its root and the engine's number, apart from
    all other keys. The id of a listener's job begins with that of its element."""
    return _ELEMENT | (root_key >> CHILD_BITS) << _ELEMENT_BITS | int(engine_id.partition("~")[0])


def element_of(key: int) -> tuple[int, str]:
    """The root key and the engine's id behind an element instance's key; a root's own key is its
    outermost scope."""
    if not key & _ELEMENT:
        return root_of(key), ""
    number = key & ~_ELEMENT
    return (number >> _ELEMENT_BITS) << CHILD_BITS, str(number & ((1 << _ELEMENT_BITS) - 1))


def was_taken(connection: sa.Connection, name: str) -> bool:
    """Whether a value of that counter was ever taken."""
    query = sa.select(counter.c.value).where(counter.c.name == name)
    return connection.execute(query).first() is not None


def list_counters(connection: sa.Connection, prefix: str) -> dict[str, int]:
    """The counters whose names begin so, with what was taken of each."""
    query = sa.select(counter.c.name, counter.c.value).where(
        counter.c.name.startswith(prefix, autoescape=True)
    )
    return {row.name: int(row.value) for row in connection.execute(query)}


def take(connection: sa.Connection, name: str, count: int = 1) -> int:
    """Take `count` consecutive values of a named counter; the first of them. The row is locked
    until commit."""
    taken = connection.execute(
        _ADVANCE, {"counter_name": name, "count": count}
    ).scalar_one_or_none()
    if taken is None:
        connection.execute(_CREATE[connection.dialect.name], {"name": name, "value": 0})
        taken = connection.execute(_ADVANCE, {"counter_name": name, "count": count}).scalar_one()
    return int(taken) - count + 1


_CREATE = {
    "sqlite": sqlite.insert(counter).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(counter).on_conflict_do_nothing(),
}
_ADVANCE = (
    sa.update(counter)
    .where(counter.c.name == sa.bindparam("counter_name"))
    .values(value=counter.c.value + sa.bindparam("count", type_=sa.BigInteger))
    .returning(counter.c.value)
)


class KeyAllocator:
    """Hands out root keys from blocks taken in a transaction of their own. One per process;
    thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._next = 0
        self._end = 0

    def root_key(self) -> int:
        with self._lock:
            self._fill(1)
            number = self._next
            self._next += 1
        return number << CHILD_BITS

    def reserve(self) -> None:
        """Have keys at hand before a transaction begins. A block that is taken while one is open
        needs a second connection: behind a pooler whose connections are all in such transactions,
        that would wait for ever."""
        with self._lock:
            self._fill(AT_HAND)

    def _fill(self, count: int) -> None:
        if self._end - self._next < count:
            with self._database.transaction() as connection:
                self._next = take(connection, "root", BLOCK)
            self._end = self._next + BLOCK
