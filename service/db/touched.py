"""Cases that a transaction has changed, and what is kept of each of them from its other rows,
brought up to date once, before the commit.

Whoever writes a row says `touch`; what is to be kept is said once with `keep_before_commit`, for
the packages below do not know it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

import sqlalchemy as sa

Keep = Callable[[sa.Connection, Sequence[int]], None]
_touched: WeakKeyDictionary[sa.Connection, set[int]] = WeakKeyDictionary()
_keepers: list[Keep] = []


def touch(connection: sa.Connection, root_key: int) -> None:
    """Something of this case is written in the open transaction that is kept elsewhere too."""
    _touched.setdefault(connection, set()).add(root_key)


def keep_before_commit(keep: Keep) -> None:
    """Call `keep` before each commit with the root keys of the cases that were touched, in their
    order. It writes in the same transaction; what it raises undoes that."""
    if keep not in _keepers:
        _keepers.append(keep)


def keep_touched(connection: sa.Connection) -> None:
    """Bring up to date what is kept; called by who is about to commit."""
    root_keys = _touched.pop(connection, None)
    if root_keys:
        for keep in _keepers:
            keep(connection, sorted(root_keys))


def forget_touched(connection: sa.Connection) -> None:
    """The transaction is over."""
    _touched.pop(connection, None)
