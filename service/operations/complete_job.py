"""Workers' jobs: activate with a lease, complete, fail with retries and a backoff, throw a BPMN
error, update."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import audit, jobs
from service.audit import Event
from service.clock import Clock
from service.db import root_of
from service.definitions.tables import process_definition
from service.engine import EngineError
from service.engine.commands import CompleteJob, ThrowError
from service.errors import InvalidInput, StateConflict
from service.execution import (
    Outcome,
    Runtime,
    Scope,
    check_awake,
    check_job_waits,
    execute,
    get_instance,
    job_ending,
    job_variables,
    on_case,
    take_children,
)
from service.identity import Actor
from service.instances.tables import process_instance

MAX_LEASE = timedelta(days=1)
LOOK_SECONDS = 1.0
"""How long to wait at most without a look of one's own: what rings may not be heard behind a
pooler."""
UNCAUGHT = "uncaught-error"

_VERSIONS = (
    sa.select(
        process_instance.c.root_key,
        process_definition.c.process_id,
        process_definition.c.key,
        process_definition.c.version,
    )
    .join(process_definition, process_definition.c.bundle_key == process_instance.c.bundle_key)
    .where(process_instance.c.root_key.in_(sa.bindparam("b_roots", expanding=True)))
)


def activate_jobs(
    runtime: Runtime, kind: str, *, worker: str, lease: timedelta, now: datetime, limit: int = 10
) -> list[dict[str, Any]]:
    """Hand out waiting jobs of a type, those of the highest priority first; nobody else gets them
    until the lease is over. Each comes with the key and version of its process. Raises
    InvalidInput."""
    if not timedelta(0) < lease <= MAX_LEASE:
        raise InvalidInput(
            "expected a lease above zero and of at most {most}, got {lease}",
            most=MAX_LEASE,
            lease=lease,
        )
    if not 1 <= limit <= 1000:
        raise InvalidInput("expected 1 to 1000 jobs, got {limit}", limit=limit)
    with runtime.database.read() as connection:
        if not jobs.has_job(connection, kind, now=now):
            return []
    with runtime.database.transaction() as connection:
        rows = jobs.activate_jobs(
            connection, kind, worker=worker, until=now + lease, now=now, limit=limit
        )
        if not rows:
            return []
        found = connection.execute(
            _VERSIONS, {"b_roots": sorted({row["root_key"] for row in rows})}
        )
        versions = {(each.root_key, each.process_id): each for each in found}
    return [
        {**row, "definition_key": version.key, "definition_version": version.version}
        for row in rows
        if (version := versions.get((row["root_key"], row["process_id"]))) is not None
    ]


def await_jobs(
    runtime: Runtime,
    kind: str,
    take: Callable[[], list[dict[str, Any]]],
    *,
    clock: Clock,
    most: timedelta,
) -> list[dict[str, Any]]:
    """What `take` gives as soon as it gives something, for as long as that. It is asked when work
    was left behind, when the next job of the type falls due, and once in a while; not otherwise."""
    waits, until = runtime.database.waits, time.monotonic() + most.total_seconds()
    while True:
        mark = waits.mark()
        rows = take()
        left = until - time.monotonic()
        if rows or left <= 0:
            return rows
        with runtime.database.read() as connection:
            due = jobs.next_job_at(connection, kind)
        pause = (
            LOOK_SECONDS
            if due is None
            else min(LOOK_SECONDS, max(0.001, (due - clock.now()).total_seconds()))
        )
        waits.wait(mark, min(pause, left))


def complete_job(
    runtime: Runtime, key: int, variables: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Outcome:
    """Complete a job with its result. Raises NotFound, StateConflict when it has ended,
    EngineError."""
    decide = job_ending(
        key, lambda engine_id: CompleteJob(engine_id, variables), Event.JOB_COMPLETED
    )
    return execute(runtime, on_case(key, decide, actor=actor), now=now, scope=Scope.SHARED)


def throw_job_error(
    runtime: Runtime,
    key: int,
    code: str,
    message: str = "",
    *,
    actor: Actor,
    now: datetime,
    variables: Mapping[str, Any] | None = None,
) -> Outcome | None:
    """The work met an error that the diagram knows. One that nothing catches stops the job with an
    incident (None).

    Raises NotFound, StateConflict, EngineError when what follows cannot go on.
    """
    try:
        thrown = job_ending(
            key,
            lambda engine_id: ThrowError(engine_id, code, message, variables or {}),
            Event.JOB_ERROR_THROWN,
        )
        return execute(runtime, on_case(key, thrown, actor=actor), now=now)
    except EngineError as error:
        if error.code != UNCAUGHT:
            raise
    with runtime.database.transaction() as connection:
        jobs.fail_job(connection, key, retries=0, message=message or code, run_at=now, code=code)
    return None


def fail_job(
    runtime: Runtime,
    key: int,
    *,
    retries: int,
    message: str,
    actor: Actor,
    now: datetime,
    wait: timedelta | None = None,
    variables: Mapping[str, Any] | None = None,
) -> None:
    """The work failed: it waits for its next try, or has an incident when no retries are left.

    `variables` become local to the job's element. Raises NotFound, StateConflict, InvalidInput.
    """
    if retries < 0:
        raise InvalidInput("expected retries of zero or more, got {retries}", retries=retries)
    root_key = root_of(key)
    with runtime.database.read() as connection:
        check_awake(get_instance(connection, root_key))
    if variables:
        unit = on_case(key, job_variables(key, variables), actor=actor)
        execute(runtime, unit, now=now)
    with runtime.database.transaction() as connection:
        row = jobs.get_job(connection, key)
        check_job_waits(row)
        child = take_children(connection, root_key)
        check_job_waits(jobs.get_job(connection, key))
        jobs.fail_job(
            connection, key, retries=retries, message=message, run_at=now + (wait or timedelta(0))
        )
        if retries == 0:
            jobs.raise_incident(
                connection,
                root_key=root_key,
                key=child,
                kind="job-no-retries",
                element_id=row["element_id"],
                message=message or "The job failed and has no retries left.",
                now=now,
                subject_key=key,
            )
        details = {"element": row["element_id"], "type": row["type"], "retries": retries}
        audit.append(
            connection,
            root_key,
            Event.JOB_FAILED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=key,
        )


def update_job(
    runtime: Runtime,
    key: int,
    *,
    actor: Actor,
    now: datetime,
    retries: int | None = None,
    timeout: timedelta | None = None,
    priority: int | None = None,
) -> None:
    """Give a job other retries, another priority, or, while somebody holds it, another end of the
    lease.

    Raises NotFound, StateConflict.
    """
    with runtime.database.transaction() as connection:
        row = jobs.get_job(connection, key)
        if row["state"] not in ("created", "failed"):
            check_job_waits(row)
        if timeout is not None and (row["worker"] is None or row["run_at"] <= now):
            raise StateConflict(
                "The job at {element_id} is held by nobody, so it has no timeout to change.",
                element_id=row["element_id"],
            )
        until = None if timeout is None else now + timeout
        jobs.update_job(connection, key, retries=retries, until=until, priority=priority)
        details = {
            "element": row["element_id"],
            "type": row["type"],
            "retries": retries,
            "priority": priority,
        }
        audit.append(
            connection,
            root_of(key),
            Event.JOB_UPDATED,
            actor=actor.name,
            at=now,
            details=details,
            subject_key=key,
        )
