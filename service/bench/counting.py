"""How many statements and commits a piece of work sends to its database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from service.db import Connection, Database, Sent, watchers


@dataclass(slots=True)
class Counted:
    """What was sent: the texts of the statements in their order, and the number of commits."""

    texts: list[str] = field(default_factory=list)
    commits: int = 0

    @property
    def statements(self) -> int:
        return len(self.texts)


@contextmanager
def counted(database: Database) -> Iterator[Counted]:
    """Statements and commits of the block: what SQLAlchemy sends and what leaves by the driver.
    Those of its own thread: the bell rings in another one, when it comes to it."""
    found, mine = Counted(), threading.get_ident()

    def executed(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        if threading.get_ident() == mine:
            found.texts.append(sql)

    def sent(_connection: Connection, what: Sent) -> None:
        if threading.get_ident() == mine:
            found.texts.append(what.sql)

    def committed(_connection: object) -> None:
        if threading.get_ident() == mine:
            found.commits += 1

    engines = database.engines
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", executed)
        sa.event.listen(engine, "commit", committed)
    watchers.append(sent)
    try:
        yield found
    finally:
        watchers.remove(sent)
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", executed)
            sa.event.remove(engine, "commit", committed)
