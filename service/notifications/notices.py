"""What a person is told in the page: a task was given to them, somebody mentioned them, a deadline is near or gone.

A notice is written in the transaction of what it tells of, once: its mark says of what.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection
from service.notifications.tables import notice, notice_choice


class NoticeKind(StrEnum):
    """What can be told."""

    ASSIGNMENT = "assignment"
    MENTION = "mention"
    NEAR = "near"
    BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a person is told. `details` say who did it, or when it is due."""

    root_key: int
    account: str
    mark: str
    kind: str
    subject_key: int
    at: datetime
    read_at: datetime | None
    details: dict[str, Any]


_INSERT: dict[str, Any] = {
    "sqlite": sqlite.insert(notice).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(notice).on_conflict_do_nothing(),
}


def tell(
    connection: Connection,
    account: str,
    kind: str,
    *,
    root_key: int,
    subject_key: int,
    now: datetime,
    by: str = "",
    stamp: str = "",
) -> bool:
    """Tell a person something, unless they were told before or do not want to know; whether it was written."""
    if not wants(connection, account)[kind]:
        return False
    row = {
        "root_key": root_key,
        "account": account,
        "mark": f"{kind}:{subject_key}:{stamp}"[:120],
        "kind": kind,
        "subject_key": subject_key,
        "at": now,
        "details": {"by": by},
    }
    return int(connection.execute(_INSERT[connection.dialect.name], row).rowcount) == 1


def list_notices(connection: Connection, account: str, *, limit: int = 50) -> Sequence[Notice]:
    """What a person was told, newest first."""
    query = sa.select(notice).where(notice.c.account == account).order_by(notice.c.at.desc()).limit(limit)
    return [Notice(**row) for row in connection.execute(query).mappings()]


def count_unread(connection: Connection, account: str) -> int:
    """How many notices a person has not read, counted up to 100."""
    unread = sa.select(notice.c.mark).where(notice.c.account == account, notice.c.read_at.is_(None)).limit(100)
    return int(connection.execute(sa.select(sa.func.count()).select_from(unread.subquery())).scalar_one())


def mark_read(connection: Connection, account: str, *, now: datetime) -> None:
    """The person has seen them all."""
    connection.execute(
        sa.update(notice).where(notice.c.account == account, notice.c.read_at.is_(None)).values(read_at=now)
    )


def wants(connection: Connection, account: str) -> dict[str, bool]:
    """Which kinds a person wants to be told; all of them as long as nothing was chosen."""
    rows = connection.execute(
        sa.select(notice_choice.c.kind, notice_choice.c.by_page).where(notice_choice.c.account == account)
    )
    chosen = {row.kind: bool(row.by_page) for row in rows}
    return {kind.value: chosen.get(kind.value, True) for kind in NoticeKind}


def choose(connection: Connection, account: str, wanted: frozenset[str]) -> None:
    """Keep which kinds a person wants to be told."""
    connection.execute(sa.delete(notice_choice).where(notice_choice.c.account == account))
    connection.execute(
        sa.insert(notice_choice),
        [
            {"account": account, "kind": kind.value, "by_page": kind.value in wanted, "by_mail": False}
            for kind in NoticeKind
        ],
    )
