"""Statements that PostgreSQL parses once for a connection, where nothing stands in between.

psycopg prepares a statement on the server at its third use. A pooler may hand the next transaction
to another connection, which knows nothing of it (PgBouncer before 1.22, or with
`max_prepared_statements = 0`). So behind a pooler none are prepared, unless the address of the
database says that it can: `?prepared=on`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.errors import InvalidInput

SETTING = "prepared"
AFTER, MOST = 2, 200
"""Prepared after so many uses; so many at most are kept for a connection, the last used ones."""


class Preparing(StrEnum):
    """Whether statements are prepared on the server; `auto`: where no pooler stands before it."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


def split(url: sa.URL) -> tuple[sa.URL, Preparing]:
    """The address that the driver is given, and what it said of prepared statements. Raises
    InvalidInput."""
    given = url.query.get(SETTING, Preparing.AUTO.value)
    try:
        chosen = Preparing(str(given))
    except ValueError:
        raise InvalidInput(
            "expected prepared=auto, prepared=on or prepared=off in the address of the database, "
            "got {given}",
            given=str(given)[:40],
        ) from None
    return url.difference_update_query([SETTING]), chosen


def prepare_on(engine: sa.Engine, chosen: Preparing) -> None:
    """Decide for each new connection of the engine."""

    @sa.event.listens_for(engine, "connect")
    def decide(connection: Any, _record: Any) -> None:
        able = chosen is Preparing.ON or (chosen is Preparing.AUTO and not is_pooled(connection))
        connection.prepare_threshold = AFTER if able else None
        connection.prepared_max = MOST


def is_pooled(connection: Any) -> bool:
    """Whether something stands between us and the server: it then is another process that answers
    than the one that was named when we connected. Nothing is left open."""
    answering = connection.execute("SELECT pg_backend_pid()").fetchone()
    connection.rollback()
    return bool(answering[0] != connection.info.backend_pid)
