"""Taking what is due: rows are claimed with a lease, so that a worker that dies loses nothing.

One statement per table takes the rows that nobody else holds; there is no leader and no lock beyond
it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared
from service.jobs.tables import outbox, timer

_DUE_TIMER = timer.c.run_at <= sa.bindparam("b_now", type_=timer.c.run_at.type)
_DUE_OUTBOX = (outbox.c.state == "waiting") & (
    outbox.c.run_at <= sa.bindparam("b_now", type_=outbox.c.run_at.type)
)
_IS_DUE = Prepared(
    sa.union_all(
        sa.select(sa.select(timer.c.key).where(_DUE_TIMER).limit(1).subquery()),
        sa.select(sa.select(outbox.c.key).where(_DUE_OUTBOX).limit(1).subquery()),
    )
)


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


_CLAIM_TIMERS, _CLAIM_OUTBOX = _claim_of(timer, _DUE_TIMER), _claim_of(outbox, _DUE_OUTBOX)


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


def is_due(connection: Connection, *, now: datetime) -> bool:
    """Whether there is a timer or an outbox row to claim: one look at two indexes, without a
    lock."""
    return _IS_DUE.first(connection, {"b_now": now}) is not None


def claim_timers(
    connection: Connection, *, now: datetime, owner: str, lease: timedelta, limit: int = 100
) -> list[Due]:
    """Take due timers for `lease`; nobody else gets them until then."""
    rows = _claim(_CLAIM_TIMERS, connection, now=now, owner=owner, lease=lease, limit=limit)
    rows.sort(key=lambda row: (row["due_at"], row["key"]))
    names = ("root_key", "key", "attempts", "engine_id", "element_id", "due_at")
    return [Due(*(row[name] for name in names)) for row in rows]


def claim_outbox(
    connection: Connection, *, now: datetime, owner: str, lease: timedelta, limit: int = 100
) -> list[Due]:
    """Take waiting outbox rows for `lease`."""
    rows = _claim(_CLAIM_OUTBOX, connection, now=now, owner=owner, lease=lease, limit=limit)
    rows.sort(key=lambda row: (row["created_at"], row["key"]))
    return [
        Due(row["root_key"], row["key"], row["attempts"], kind=row["kind"], payload=row["payload"])
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
