"""Taking what is due: rows are claimed with a lease, so that a worker that dies loses nothing.

One statement per table takes the rows that nobody else holds; there is no leader and no lock beyond
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.jobs.tables import outbox, timer

_DUE_TIMER = timer.c.run_at <= sa.bindparam("b_now", type_=timer.c.run_at.type)
_DUE_OUTBOX = (outbox.c.state == "waiting") & (
    outbox.c.run_at <= sa.bindparam("b_now", type_=outbox.c.run_at.type)
)


class Lane(StrEnum):
    """What one worker takes. Mail has a lane of its own: a mail server that does not answer holds
    up nothing else."""

    ALL = "all"
    MAIL = "mail"
    OTHERS = "others"


_MAIL: sa.ColumnElement[str] = sa.literal_column("'mail'")
_OF_LANE = {
    Lane.ALL: _DUE_OUTBOX,
    Lane.MAIL: _DUE_OUTBOX & (outbox.c.kind == _MAIL),
    Lane.OTHERS: _DUE_OUTBOX & (outbox.c.kind != _MAIL),
}


def _look(lane: Lane) -> Prepared:
    mail = sa.select(sa.select(outbox.c.key).where(_OF_LANE[lane]).limit(1).subquery())
    if lane is Lane.MAIL:
        return Prepared(mail)
    timers = sa.select(sa.select(timer.c.key).where(_DUE_TIMER).limit(1).subquery())
    return Prepared(sa.union_all(timers, mail))


_IS_DUE = {lane: _look(lane) for lane in Lane}


def _claim_of(table: sa.Table, due: Any) -> Prepared:
    """One statement that takes the rows nobody else holds (SKIP LOCKED) and answers them as they
    are then."""
    picked = (
        sa.select(table.c.root_key, table.c.key)
        .where(due)
        .order_by(table.c.run_at)
        .limit(sa.bindparam("b_limit"))
        .with_for_update(skip_locked=True)
        .cte("picked")
    )
    return Prepared(
        sa.update(table)
        .where(sa.tuple_(table.c.root_key, table.c.key).in_(sa.select(picked)))
        .values(
            run_at=sa.bindparam("b_until", type_=table.c.run_at.type),
            lease_owner=sa.bindparam("b_owner"),
            attempts=table.c.attempts + 1,
        )
        .returning(*table.columns)
    )


_CLAIM_TIMERS = _claim_of(timer, _DUE_TIMER)
_CLAIM_OUTBOX = {lane: _claim_of(outbox, due) for lane, due in _OF_LANE.items()}


@dataclass(frozen=True, slots=True)
class Due:
    """A timer or outbox row that a worker has claimed. `attempts` counts this one."""

    root_key: int
    key: int
    attempts: int
    engine_id: str = ""
    element_id: str = ""
    due_at: datetime | None = None
    kind: str = ""
    payload: dict[str, Any] | None = None
    created_at: datetime | None = None


def is_due(connection: Connection, *, now: datetime, lane: Lane = Lane.ALL) -> bool:
    """Whether there is a timer or an outbox row to claim: one look at two indexes, without a
    lock."""
    return _IS_DUE[lane].first(connection, {"b_now": now}) is not None


def claim_timers(
    connection: Connection, *, now: datetime, owner: str, lease: timedelta, limit: int = 100
) -> list[Due]:
    """Take due timers for `lease`; nobody else gets them until then."""
    rows = _claim(_CLAIM_TIMERS, connection, now=now, owner=owner, lease=lease, limit=limit)
    rows.sort(key=lambda row: (row["due_at"], row["key"]))
    names = ("root_key", "key", "attempts", "engine_id", "element_id", "due_at")
    return [Due(*(row[name] for name in names)) for row in rows]


def claim_outbox(
    connection: Connection,
    *,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int = 100,
    lane: Lane = Lane.ALL,
) -> list[Due]:
    """Take waiting outbox rows of a lane for `lease`."""
    rows = _claim(_CLAIM_OUTBOX[lane], connection, now=now, owner=owner, lease=lease, limit=limit)
    rows.sort(key=lambda row: (row["created_at"], row["key"]))
    return [
        Due(
            row["root_key"],
            row["key"],
            row["attempts"],
            kind=row["kind"],
            payload=row["payload"],
            created_at=row["created_at"],
        )
        for row in rows
    ]


def _claim(
    claim: Prepared,
    connection: Connection,
    *,
    now: datetime,
    owner: str,
    lease: timedelta,
    limit: int,
) -> list[dict[str, Any]]:
    values = {"b_now": now, "b_until": now + lease, "b_owner": owner, "b_limit": limit}
    return claim.all(connection, values)


def hurry_mail(connection: Connection, *, now: datetime) -> None:
    """Let all mail that waits for its next try be tried now: the mail server takes it again."""
    waiting = (outbox.c.state == "waiting") & (outbox.c.kind == "mail") & (outbox.c.run_at > now)
    connection.execute(
        sa.update(outbox).where(waiting, outbox.c.lease_owner.is_(None)).values(run_at=now)
    )


def give_back(connection: Connection, dues: Iterable[Due], *, owner: str, now: datetime) -> None:
    """Let others have rows that were claimed and not touched; not those that somebody else has
    claimed since."""
    for due in dues:
        table = outbox if due.kind else timer
        connection.execute(
            sa.update(table)
            .where(
                table.c.root_key == due.root_key,
                table.c.key == due.key,
                table.c.lease_owner == owner,
            )
            .values(run_at=now, lease_owner=None, attempts=due.attempts - 1)
        )
