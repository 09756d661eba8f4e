"""Incidents and what their resolution makes due, signals awaited, and rows for the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from service.db import Connection, Prepared, root_of, wake_after_commit
from service.errors import NotFound, StateConflict
from service.jobs.causes import resume_storm
from service.jobs.tables import incident, job, outbox, subscription, timer

_INSERT_OUTBOX = Prepared(
    sa.insert(outbox),
    columns=("root_key", "key", "kind", "state", "payload", "created_at", "run_at", "attempts"),
)


def find_signal_subscriptions(connection: Connection, name: str) -> list[sa.Row[Any]]:
    """Open subscriptions of a signal, in any case."""
    query = sa.select(subscription).where(
        subscription.c.name == name, subscription.c.kind == "signal"
    )
    return list(connection.execute(query))


def insert_outbox(
    connection: Connection,
    root_key: int,
    leaving: Iterable[tuple[int, Mapping[str, Any]]],
    *,
    kind: str,
    now: datetime,
) -> None:
    """Write what is to leave after this transaction: keys and payloads."""
    rows = [
        {
            "root_key": root_key,
            "key": key,
            "kind": kind,
            "state": "waiting",
            "payload": dict(payload),
            "created_at": now,
            "run_at": now,
            "attempts": 0,
        }
        for key, payload in leaving
    ]
    _INSERT_OUTBOX.run_many(connection, rows)
    if rows:
        wake_after_commit(connection)


def is_active(connection: Connection, key: int) -> bool:
    """Whether an incident is there and not resolved."""
    query = sa.select(incident.c.state).where(
        incident.c.root_key == root_of(key), incident.c.key == key
    )
    return connection.execute(query).scalar_one_or_none() == "active"


def get_active_incident(connection: Connection, key: int) -> sa.RowMapping:
    """The row of an incident that is not resolved. Raises NotFound, StateConflict."""
    one = (incident.c.root_key == root_of(key)) & (incident.c.key == key)
    row = connection.execute(sa.select(incident).where(one)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no incident {key}.", key=key)
    if row["state"] != "active":
        raise StateConflict(
            "The incident at {element_id} was resolved already by {resolved_by}.",
            element_id=row["element_id"],
            resolved_by=row["resolved_by"],
        )
    return row


def resolve_incident(connection: Connection, key: int, *, by: str, now: datetime) -> sa.RowMapping:
    """Close an active incident; its row. Raises NotFound, StateConflict when it is resolved
    already."""
    row = get_active_incident(connection, key)
    close_incident(connection, key=key, by=by, now=now)
    return row


def close_incident(connection: Connection, *, key: int, by: str, now: datetime) -> None:
    """Note who resolved an incident, and when."""
    one = (incident.c.root_key == root_of(key)) & (incident.c.key == key)
    connection.execute(
        sa.update(incident).where(one).values(state="resolved", resolved_at=now, resolved_by=by)
    )


def end_incidents(
    connection: Connection, root_key: int, engine_ids: Iterable[str], *, now: datetime
) -> None:
    """Close the active incidents of jobs that are no longer wanted."""
    of_job = sa.select(job.c.key).where(
        job.c.root_key == root_key, job.c.engine_id.in_(list(engine_ids))
    )
    connection.execute(
        sa.update(incident)
        .where(
            incident.c.root_key == root_key,
            incident.c.state == "active",
            incident.c.subject_key.in_(of_job),
        )
        .values(state="resolved", resolved_at=now)
    )


def end_incidents_at(
    connection: Connection, root_key: int, element_ids: Iterable[str], *, now: datetime
) -> None:
    """Close the active incidents of tokens that stood at these elements and do so no more."""
    connection.execute(
        sa.update(incident)
        .where(
            incident.c.root_key == root_key,
            incident.c.state == "active",
            incident.c.subject_key.is_(None),
            incident.c.element_id.in_(sorted(set(element_ids))),
        )
        .values(state="resolved", resolved_at=now)
    )


def retry_subject(connection: Connection, key: int, *, now: datetime) -> None:
    """Make the timer, job or outbox row of that key due now, with fresh attempts."""
    root_key = root_of(key)
    wake_after_commit(connection)
    resume_storm(connection, key, now=now)
    for table, values, where in (
        (timer, {"run_at": now, "attempts": 0, "lease_owner": None}, sa.true()),
        (
            job,
            {
                "run_at": now,
                "retries": sa.case((job.c.retries > 0, job.c.retries), else_=1),
                "state": "created",
                "worker": None,
            },
            job.c.state == "failed",
        ),
        (
            outbox,
            {"run_at": now, "attempts": 0, "state": "waiting", "lease_owner": None},
            outbox.c.state == "dead",
        ),
    ):
        connection.execute(
            sa.update(table)
            .where(table.c.root_key == root_key, table.c.key == key, where)
            .values(values)
        )


NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When timers and jobs of a suspended instance run."""


def hold_back(connection: Connection, root_key: int) -> None:
    """No timer of the instance fires and no job is handed out, until `let_go`. The caller's write
    is guarded."""
    connection.execute(sa.update(timer).where(timer.c.root_key == root_key).values(run_at=NEVER))
    waiting = (job.c.root_key == root_key, job.c.state == "created")
    connection.execute(sa.update(job).where(*waiting).values(run_at=NEVER))


def let_go(connection: Connection, root_key: int, *, now: datetime) -> None:
    """Timers fire at their times again, those that have passed at once; jobs are handed out, also
    those that a worker held. The caller's write is guarded."""
    again = {"run_at": timer.c.due_at, "attempts": 0, "lease_owner": None}
    connection.execute(sa.update(timer).where(timer.c.root_key == root_key).values(again))
    held = (job.c.root_key == root_key, job.c.state == "created", job.c.run_at == NEVER)
    connection.execute(sa.update(job).where(*held).values(run_at=now, worker=None))
    wake_after_commit(connection)
