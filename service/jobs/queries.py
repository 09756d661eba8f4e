"""Reads and writes of timers, jobs, subscriptions, the outbox and incidents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from service.db import Connection, PageMark, Prepared, any_of, beyond, root_of, wake_after_commit
from service.engine.changes import JobCreated, JobEnded, SubscriptionOpened, TimerSet
from service.errors import NotFound
from service.jobs.claims import Due
from service.jobs.tables import INCIDENT_WORDS, incident, job, outbox, subscription, timer

_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_KEY: sa.BindParameter[int] = sa.bindparam("b_key")
_END_TIMERS, _END_SUBSCRIPTIONS = (
    Prepared(
        {
            dialect: sa.delete(table).where(table.c.root_key == _ROOT, among)
            for dialect, among in any_of(table.c.engine_id, "b_engine_ids").items()
        }
    )
    for table in (timer, subscription)
)
_INSERT_TIMER = Prepared(
    sa.insert(timer),
    columns=("root_key", "key", "engine_id", "element_id", "due_at", "run_at", "attempts"),
)
_INSERT_SUBSCRIPTION = Prepared(
    sa.insert(subscription), columns=[column.name for column in subscription.columns]
)
_LATER = ("worker", "error_message", "error_code", "ended_at")
_INSERT_JOB = Prepared(
    sa.insert(job), columns=[column.name for column in job.columns if column.name not in _LATER]
)
_END_JOBS = Prepared(
    {
        dialect: sa.update(job)
        .where(
            job.c.root_key == _ROOT, among, (job.c.state == "created") | (job.c.state == "failed")
        )
        .values(state=sa.bindparam("b_state"), ended_at=sa.bindparam("b_ended_at"))
        for dialect, among in any_of(job.c.engine_id, "b_engine_ids").items()
    }
)
_TIMER = Prepared(sa.select(timer).where(timer.c.root_key == _ROOT, timer.c.key == _KEY))
_JOB = Prepared(sa.select(job).where(job.c.root_key == _ROOT, job.c.key == _KEY))
_OPEN = (job.c.state == sa.literal_column("'created'")) & (job.c.retries > sa.literal_column("0"))
"""Spelled out as in the index of open jobs, which otherwise is no help to a prepared statement."""
_WAITING = (
    (job.c.type == sa.bindparam("b_type"))
    & _OPEN
    & (job.c.run_at <= sa.bindparam("b_now", type_=job.c.run_at.type))
)
_HAS_JOB = Prepared(sa.select(job.c.key).where(_WAITING).limit(1))
_TAKE_JOBS = Prepared(
    sa.select(job)
    .where(_WAITING)
    .order_by(job.c.rank, job.c.run_at, job.c.key)
    .limit(sa.bindparam("b_limit", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_NEXT_JOB_AT = Prepared(
    sa.select(sa.func.min(job.c.run_at, type_=job.c.run_at.type).label("at")).where(
        job.c.type == sa.bindparam("b_type"), _OPEN
    )
)


def insert_timers(
    connection: Connection, root_key: int, timers: Iterable[tuple[int, TimerSet]]
) -> None:
    """Write the timers a step set."""
    rows = [
        {
            "root_key": root_key,
            "key": key,
            "engine_id": change.id,
            "element_id": change.element_id,
            "due_at": change.due_at,
            "run_at": change.due_at,
            "attempts": 0,
        }
        for key, change in timers
    ]
    _INSERT_TIMER.run_many(connection, rows)


def end_timers(connection: Connection, root_key: int, engine_ids: Sequence[str]) -> None:
    """Forget timers that fired or were cancelled."""
    if engine_ids:
        _END_TIMERS.run(connection, {"b_root_key": root_key, "b_engine_ids": list(engine_ids)})


def insert_subscriptions(
    connection: Connection,
    root_key: int,
    opened: Iterable[tuple[int, SubscriptionOpened]],
    *,
    now: datetime,
) -> None:
    """Write the subscriptions a step opened."""
    rows = [
        {
            "root_key": root_key,
            "key": key,
            "engine_id": change.id,
            "element_id": change.element_id,
            "kind": change.kind,
            "name": change.name,
            "correlation_key": change.correlation_key,
            "interrupting": change.interrupting,
            "process_id": change.process_id,
            "opened_at": now,
        }
        for key, change in opened
    ]
    _INSERT_SUBSCRIPTION.run_many(connection, rows)


def end_subscriptions(connection: Connection, root_key: int, engine_ids: Sequence[str]) -> None:
    """Forget subscriptions that are over."""
    if engine_ids:
        _END_SUBSCRIPTIONS.run(
            connection, {"b_root_key": root_key, "b_engine_ids": list(engine_ids)}
        )


def insert_jobs(
    connection: Connection,
    root_key: int,
    created: Iterable[tuple[int, JobCreated]],
    *,
    now: datetime,
) -> None:
    """Write the jobs a step left for workers."""
    rows = [
        {
            "root_key": root_key,
            "key": key,
            "engine_id": change.id,
            "element_id": change.element_id,
            "process_id": change.process_id,
            "type": change.type,
            "kind": change.kind,
            "state": "created",
            "retries": change.retries,
            "rank": -change.priority,
            "run_at": now,
            "headers": dict(change.headers),
            "variables": dict(change.variables),
            "created_at": now,
        }
        for key, change in created
    ]
    _INSERT_JOB.run_many(connection, rows)
    if rows:
        wake_after_commit(connection)


def end_jobs(
    connection: Connection, root_key: int, ended: Iterable[JobEnded], *, now: datetime
) -> None:
    """Close jobs: completed, cancelled or error."""
    ways: dict[str, list[str]] = {}
    for each in ended:
        ways.setdefault(each.how, []).append(each.id)
    for how, ids in ways.items():
        _END_JOBS.run(
            connection,
            {"b_root_key": root_key, "b_engine_ids": ids, "b_state": how, "b_ended_at": now},
        )


def get_job(connection: Connection, key: int) -> Mapping[str, Any]:
    """A job's row. Raises NotFound."""
    row = _JOB.first(connection, {"b_root_key": root_of(key), "b_key": key})
    if row is None:
        raise NotFound("There is no job {key}.", key=key)
    return row


def list_timers(connection: Connection, root_key: int) -> list[dict[str, Any]]:
    """The waiting timers of a case, the first due first."""
    query = sa.select(timer).where(timer.c.root_key == root_key).order_by(timer.c.due_at)
    return [dict(row) for row in connection.execute(query).mappings()]


def set_timer(connection: Connection, root_key: int, key: int, *, due_at: datetime) -> None:
    """Let a waiting timer be due at another time."""
    connection.execute(
        sa.update(timer)
        .where(timer.c.root_key == root_key, timer.c.key == key)
        .values(due_at=due_at, run_at=due_at)
    )


def find_timer(connection: Connection, key: int) -> dict[str, Any] | None:
    """A waiting timer's row."""
    return _TIMER.first(connection, {"b_root_key": root_of(key), "b_key": key})


def next_timer_at(connection: Connection) -> datetime | None:
    """When the next timer may run."""
    at: datetime | None = connection.execute(sa.select(sa.func.min(timer.c.run_at))).scalar_one()
    return at


def put_back_timer(connection: Connection, due: Due, *, run_at: datetime) -> None:
    """Let a timer that could not fire run again later."""
    connection.execute(
        sa.update(timer)
        .where(timer.c.root_key == due.root_key, timer.c.key == due.key)
        .values(run_at=run_at, lease_owner=None)
    )


def list_due_outbox(connection: Connection, root_key: int, *, now: datetime) -> list[Due]:
    """What waits to be delivered for one case and may be tried now, oldest first, claimed by
    nobody: for a caller beside whom no worker runs."""
    query = sa.select(outbox).where(
        outbox.c.root_key == root_key, outbox.c.state == "waiting", outbox.c.run_at <= now
    )
    rows = connection.execute(query.order_by(outbox.c.created_at, outbox.c.key)).mappings()
    return [
        Due(
            row["root_key"],
            row["key"],
            row["attempts"] + 1,
            kind=row["kind"],
            payload=row["payload"],
            created_at=row["created_at"],
        )
        for row in rows
    ]


def end_outbox(
    connection: Connection,
    due: Due,
    *,
    state: str,
    now: datetime,
    run_at: datetime | None = None,
    error: str = "",
) -> None:
    """Delivered, dead, or waiting again until `run_at`."""
    values: dict[str, Any] = {
        "state": state,
        "lease_owner": None,
        "error_message": error[:2000] or None,
    }
    if run_at is not None:
        values["run_at"] = run_at
    if state == "delivered":
        values["delivered_at"] = now
    connection.execute(
        sa.update(outbox)
        .where(
            outbox.c.root_key == due.root_key, outbox.c.key == due.key, outbox.c.state == "waiting"
        )
        .values(**values)
    )


MOST_MESSAGE = 4_000


def raise_incident(
    connection: Connection,
    *,
    root_key: int,
    key: int,
    kind: str,
    element_id: str,
    message: str,
    now: datetime,
    subject_key: int | None = None,
    retries: int = 0,
) -> None:
    """Record a step that could not be made; one active incident per subject."""
    if subject_key is not None:
        known = sa.select(incident.c.key).where(
            incident.c.root_key == root_key,
            incident.c.subject_key == subject_key,
            incident.c.state == "active",
        )
        if connection.execute(known).first() is not None:
            return
    connection.execute(
        sa.insert(incident),
        {
            "root_key": root_key,
            "key": key,
            "kind": kind,
            "state": "active",
            "element_id": element_id,
            "subject_key": subject_key,
            "message": message[:MOST_MESSAGE],
            "said": message if len(message) <= MOST_MESSAGE else None,
            "retries": retries,
            "created_at": now,
        },
    )


def list_incidents(
    connection: Connection,
    *,
    state: str = "active",
    after: PageMark | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Incidents, oldest first, from just after a place."""
    query, order = (
        sa.select(incident).where(incident.c.state == state),
        (incident.c.created_at, incident.c.key),
    )
    if after is not None:
        query = query.where(beyond(order, after))
    query = query.order_by(*order).limit(limit)
    return _told(connection, query)


def list_incidents_of(connection: Connection, root_key: int) -> list[dict[str, Any]]:
    """The active incidents of an instance, oldest first."""
    query = sa.select(incident).where(incident.c.root_key == root_key, incident.c.state == "active")
    return _told(connection, query.order_by(incident.c.created_at, incident.c.key))


def _told(connection: Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    """The rows, `message` being a sentence that can be said in every language."""
    query = query.add_columns(INCIDENT_WORDS.label("words"))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [{**row, "message": row.pop("words")} for row in rows]


def find_subscriptions(
    connection: Connection, name: str, correlation_key: str, *, kind: str = "message"
) -> list[Any]:
    """Open subscriptions of a message (or signal) name and key."""
    query = sa.select(subscription).where(
        subscription.c.name == name,
        subscription.c.correlation_key == correlation_key,
        subscription.c.kind == kind,
    )
    return list(connection.execute(query.order_by(subscription.c.root_key, subscription.c.key)))


def has_job(connection: Connection, kind: str, *, now: datetime) -> bool:
    """Whether there is a job of that type to hand out: a look that takes no lock."""
    return _HAS_JOB.row(connection, {"b_type": kind, "b_now": now}) is not None


def next_job_at(connection: Connection, kind: str) -> datetime | None:
    """When the next job of that type can be handed out: one that waits for its next try, or comes
    back from who holds it. None when there is no open one."""
    found = _NEXT_JOB_AT.first(connection, {"b_type": kind})
    return None if found is None else found["at"]


def activate_jobs(
    connection: Connection, kind: str, *, worker: str, until: datetime, now: datetime, limit: int
) -> list[dict[str, Any]]:
    """Take waiting jobs of a type until then, by priority and age; nobody else gets them before."""
    rows = _TAKE_JOBS.all(connection, {"b_type": kind, "b_now": now, "b_limit": limit})
    if rows:
        connection.execute(
            sa.update(job)
            .where(
                job.c.root_key.in_({row["root_key"] for row in rows}),
                job.c.key.in_([row["key"] for row in rows]),
            )
            .values(run_at=until, worker=worker[:200])
        )
    return [{**row, "run_at": until, "worker": worker} for row in rows]


def update_job(
    connection: Connection,
    key: int,
    *,
    retries: int | None = None,
    until: datetime | None = None,
    priority: int | None = None,
) -> None:
    """Give a job other retries, another end of its lease, another priority: those that are not
    None."""
    given = {"retries": retries, "run_at": until, "rank": None if priority is None else -priority}
    values = {name: value for name, value in given.items() if value is not None}
    if values:
        wake_after_commit(connection)
        connection.execute(
            sa.update(job).where(job.c.root_key == root_of(key), job.c.key == key).values(**values)
        )


def fail_job(
    connection: Connection,
    key: int,
    *,
    retries: int,
    message: str,
    run_at: datetime,
    code: str | None = None,
) -> None:
    """Let a job wait for its next try; without retries it is `failed`."""
    wake_after_commit(connection)
    connection.execute(
        sa.update(job)
        .where(job.c.root_key == root_of(key), job.c.key == key, job.c.state == "created")
        .values(
            retries=retries,
            run_at=run_at,
            worker=None,
            error_message=message[:2000],
            error_code=code,
            state="created" if retries else "failed",
        )
    )
