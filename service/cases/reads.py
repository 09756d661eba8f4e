"""Who read which case when: at most one row for an account, a case and an hour."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.cases.tables import case_read, complaint
from service.db import Connection

_INSERT = {
    "sqlite": sqlite.insert(case_read).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(case_read).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class CaseRead:
    """That an account read a case within an hour, which begins at `hour`. `case` is its root key,
    or its number as long as nobody has looked the key up; `how` is `read` or `export`."""

    case: int | str
    account: str
    hour: datetime
    how: str


def read_at(case: int | str, account: str, now: datetime, *, how: str = "read") -> CaseRead:
    """A reading at this time."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return CaseRead(case, account, hour, how)


def write_reads(connection: Connection, reads: Iterable[CaseRead]) -> None:
    """Keep readings of complaints; those that are kept already are not kept twice."""
    given = list(reads)
    roots = _roots(connection, {each.case for each in given})
    rows = [
        {
            "root_key": roots[each.case],
            "account": each.account,
            "hour": each.hour,
            "how": each.how,
        }
        for each in given
        if each.case in roots
    ]
    if rows:
        connection.execute(_INSERT[connection.dialect.name], rows)


def _roots(connection: Connection, wanted: set[int | str]) -> dict[int | str, int]:
    """The root key of each complaint that is there, by how it was named."""
    keys = [each for each in wanted if isinstance(each, int)]
    numbers = [each for each in wanted if isinstance(each, str)]
    query = sa.select(complaint.c.root_key, complaint.c.number).where(
        complaint.c.root_key.in_(keys) | complaint.c.number.in_(numbers)
    )
    found: dict[int | str, int] = {}
    for row in connection.execute(query):
        found |= {row.root_key: row.root_key, row.number: row.root_key}
    return found


def list_reads(connection: Connection, root_key: int, *, limit: int = 100) -> list[CaseRead]:
    """Who read a case, the latest first."""
    query = (
        sa.select(case_read)
        .where(case_read.c.root_key == root_key)
        .order_by(case_read.c.hour.desc(), case_read.c.account, case_read.c.how)
        .limit(limit)
    )
    return [
        CaseRead(row.root_key, row.account, row.hour, row.how) for row in connection.execute(query)
    ]
