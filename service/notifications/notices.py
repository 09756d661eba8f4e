"""What a person is told in the page: a task was given to them, somebody mentioned them, a deadline
is near or gone, a diagram says that a case needs them or their group, or an emergency does.

A notice is written in the transaction of what it tells of, once: its mark says of what.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.db import Connection, PageMark, Prepared, any_of, beyond, drop_some
from service.notifications.tables import notice, notice_choice


class NoticeKind(StrEnum):
    """What can be told."""

    ASSIGNMENT = "assignment"
    MENTION = "mention"
    NEAR = "near"
    BREACH = "breach"
    ALERT = "alert"
    EMERGENCY = "emergency"
    REPLY = "reply"
    GLASS = "glass"


BY_MAIL = frozenset({NoticeKind.BREACH, NoticeKind.MENTION, NoticeKind.EMERGENCY, NoticeKind.GLASS})
"""What goes by mail too as long as a person chose nothing."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person is told of something."""

    page: bool
    mail: bool


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


_CHOSEN = Prepared(
    {
        dialect: sa.select(notice_choice).where(
            among, notice_choice.c.kind == sa.bindparam("b_kind")
        )
        for dialect, among in any_of(notice_choice.c.account, "b_accounts").items()
    }
)
_INSERT = Prepared(
    {
        dialect: insert(notice).on_conflict_do_nothing().returning(notice.c.account)
        for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    },
    columns=[column.name for column in notice.columns],
)


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
) -> Ways | None:
    """Tell a person something, as `tell_all` does. The ways it has to go; None when it goes
    none."""
    told = tell_all(
        connection,
        [account],
        kind,
        root_key=root_key,
        subject_key=subject_key,
        now=now,
        by=by,
        stamp=stamp,
    )
    return told.get(account)


def tell_all(
    connection: Connection,
    accounts: Iterable[str],
    kind: str,
    *,
    root_key: int,
    subject_key: int,
    now: datetime,
    by: str = "",
    stamp: str = "",
) -> dict[str, Ways]:
    """Tell people something, but those who were told before or do not want to know. The ways it has
    to go for each of the others. What is only to go by mail is kept too, as read: so it goes
    once."""
    names = list(accounts)
    ways = (
        {
            name: way
            for name, way in _wanted(connection, names, kind).items()
            if way.page or way.mail
        }
        if names
        else {}
    )
    if not ways:
        return {}
    rows = [
        {
            "root_key": root_key,
            "account": name,
            "mark": f"{kind}:{subject_key}:{stamp}"[:120],
            "kind": kind,
            "subject_key": subject_key,
            "at": now,
            "read_at": None if way.page else now,
            "details": {"by": by},
        }
        for name, way in ways.items()
    ]
    return {row["account"]: ways[row["account"]] for row in _INSERT.returned(connection, rows)}


def _wanted(connection: Connection, accounts: Sequence[str], kind: str) -> dict[str, Ways]:
    """How each of these people wants to be told of a kind."""
    rows = _CHOSEN.all(connection, {"b_accounts": list(accounts), "b_kind": kind})
    chosen = {row["account"]: Ways(bool(row["by_page"]), bool(row["by_mail"])) for row in rows}
    return {name: chosen.get(name, Ways(page=True, mail=kind in BY_MAIL)) for name in accounts}


def list_notices(
    connection: Connection, account: str, *, after: PageMark | None = None, limit: int = 50
) -> Sequence[Notice]:
    """What a person was told, newest first, from just after a place (when, and of what)."""
    query, order = (
        sa.select(notice).where(notice.c.account == account),
        (notice.c.at, notice.c.subject_key),
    )
    if after is not None:
        query = query.where(beyond(order, after, down=True))
    query = query.order_by(*(column.desc() for column in order)).limit(limit)
    return [Notice(**row) for row in connection.execute(query).mappings()]


def count_unread(connection: Connection, account: str) -> int:
    """How many notices a person has not read, counted up to 100."""
    unread = (
        sa.select(notice.c.mark)
        .where(notice.c.account == account, notice.c.read_at.is_(None))
        .limit(100)
    )
    return int(
        connection.execute(sa.select(sa.func.count()).select_from(unread.subquery())).scalar_one()
    )


def mark_read(
    connection: Connection, account: str, *, now: datetime, until: datetime | None = None
) -> None:
    """The person has seen them all, or those `until` then."""
    unread = sa.update(notice).where(notice.c.account == account, notice.c.read_at.is_(None))
    if until is not None:
        unread = unread.where(notice.c.at <= until)
    connection.execute(unread.values(read_at=now))


def take_back(
    connection: Connection, account: str, kind: str, *, root_key: int, subject_key: int
) -> None:
    """Remove what a person was told of a thing and has not read, because it is not so any more."""
    connection.execute(
        sa.delete(notice).where(
            notice.c.root_key == root_key,
            notice.c.account == account,
            notice.c.kind == kind,
            notice.c.subject_key == subject_key,
            notice.c.read_at.is_(None),
        )
    )


def wants(connection: Connection, account: str) -> dict[str, Ways]:
    """How a person wants to be told of each kind."""
    rows = connection.execute(sa.select(notice_choice).where(notice_choice.c.account == account))
    chosen = {row.kind: Ways(bool(row.by_page), bool(row.by_mail)) for row in rows}
    return {
        kind.value: chosen.get(kind.value, Ways(page=True, mail=kind in BY_MAIL))
        for kind in NoticeKind
    }


def choose(
    connection: Connection, account: str, *, page: frozenset[str], mail: frozenset[str]
) -> None:
    """Keep which kinds a person wants to be told, in the page and by mail."""
    connection.execute(sa.delete(notice_choice).where(notice_choice.c.account == account))
    connection.execute(
        sa.insert(notice_choice),
        [
            {
                "account": account,
                "kind": kind.value,
                "by_page": kind.value in page,
                "by_mail": kind.value in mail,
            }
            for kind in NoticeKind
        ],
    )


def drop_notices(connection: Connection, before: datetime, limit: int) -> int:
    """Forget what people were told before then."""
    return drop_some(connection, notice, notice.c.at < before, limit=limit)
