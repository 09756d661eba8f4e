"""What is done once a transaction has committed, and not at all when it is rolled back: a line in
the log, a count.

It must not fail and must not use the connection; nothing that has to happen depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import sqlalchemy as sa

Act = Callable[[], None]
_due: WeakKeyDictionary[sa.Connection, list[Act]] = WeakKeyDictionary()


def after_commit(connection: sa.Connection, act: Act) -> None:
    """Have `act` done when the transaction of this connection has committed."""
    _due.setdefault(connection, []).append(act)


def run_after_commit(connection: sa.Connection) -> None:
    """Do what was put off; called by who has committed."""
    for act in _due.pop(connection, ()):
        act()


@contextmanager
def savepoint(connection: sa.Connection) -> Iterator[None]:
    """All of the block or nothing of it, inside a transaction that is open: when the block raises,
    what it wrote and what it put off until the commit is gone, and the transaction can go on."""
    before = len(_due.get(connection, ()))
    try:
        with connection.begin_nested():
            yield
    except BaseException:
        del _due.get(connection, [])[before:]
        raise
