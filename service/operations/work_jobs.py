"""Workers' jobs: activate with a lease, complete, fail with retries and a backoff, throw a BPMN error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import audit, jobs
from service.audit import Event
from service.db import Connection, root_of
from service.engine.commands import Command, CompleteJob, ThrowError
from service.errors import InvalidInput, StateConflict
from service.identity import Actor
from service.operations.execute import Outcome, execute
from service.operations.plan import Plan
from service.operations.runtime import Runtime
from service.operations.tables import process_instance
from service.operations.write import Instance

MAX_LEASE = timedelta(days=1)


def activate_jobs(
    runtime: Runtime, kind: str, *, worker: str, lease: timedelta, now: datetime, limit: int = 10
) -> list[dict[str, Any]]:
    """Hand out waiting jobs of a type; nobody else gets them until the lease is over. Raises InvalidInput."""
    if not timedelta(0) < lease <= MAX_LEASE:
        raise InvalidInput(f"expected a lease above zero and of at most {MAX_LEASE}, got {lease}")
    if not 1 <= limit <= 1000:
        raise InvalidInput(f"expected 1 to 1000 jobs, got {limit}")
    with runtime.database.transaction() as connection:
        return jobs.activate_jobs(connection, kind, worker=worker, until=now + lease, now=now, limit=limit)


def complete_job(runtime: Runtime, key: int, variables: Mapping[str, Any], *, actor: Actor, now: datetime) -> Outcome:
    """Complete a job with its result. Raises NotFound, StateConflict when it has ended, EngineError."""
    return _end(
        runtime, key, lambda engine_id: CompleteJob(engine_id, variables), Event.JOB_COMPLETED, actor=actor, now=now
    )


def throw_job_error(
    runtime: Runtime, key: int, code: str, message: str = "", *, actor: Actor, now: datetime
) -> Outcome:
    """The work met an error that the diagram knows. Raises NotFound, StateConflict, EngineError if uncaught."""
    return _end(
        runtime, key, lambda engine_id: ThrowError(engine_id, code, message), Event.JOB_ERROR_THROWN,
        actor=actor, now=now,
    )  # fmt: skip


def fail_job(
    runtime: Runtime,
    key: int,
    *,
    retries: int,
    message: str,
    actor: Actor,
    now: datetime,
    wait: timedelta | None = None,
) -> None:
    """The work failed: it waits for its next try, or has an incident when no retries are left.

    Raises NotFound, StateConflict, InvalidInput.
    """
    if retries < 0:
        raise InvalidInput(f"expected retries of zero or more, got {retries}")
    root_key = root_of(key)
    with runtime.database.transaction() as connection:
        child = connection.execute(
            sa.update(process_instance)
            .where(process_instance.c.root_key == root_key)
            .values(version=process_instance.c.version + 1, next_child=process_instance.c.next_child + 1)
            .returning(process_instance.c.next_child)
        ).scalar_one_or_none()
        row = jobs.get_job(connection, key)
        _check_waiting(row)
        jobs.fail_job(connection, key, retries=retries, message=message, run_at=now + (wait or timedelta(0)))
        if retries == 0 and child is not None:
            jobs.raise_incident(
                connection,
                root_key=root_key,
                key=root_key + int(child) - 1,
                kind="job-no-retries",
                element_id=row["element_id"],
                message=message or "The job failed and has no retries left.",
                now=now,
                subject_key=key,
            )
        details = {"element": row["element_id"], "type": row["type"], "retries": retries}
        audit.append(connection, root_key, Event.JOB_FAILED, actor=actor.name, at=now, details=details, subject_key=key)


def _end(runtime: Runtime, key: int, command: Any, event: Event, *, actor: Actor, now: datetime) -> Outcome:
    def decide(connection: Connection, instance: Instance) -> Plan:
        row = jobs.get_job(connection, key)
        _check_waiting(row)
        wanted: Command = command(row["engine_id"])
        return Plan(wanted, event, {"element": row["element_id"], "type": row["type"]}, subject_key=key)

    return execute(runtime, key, decide, actor=actor.name, now=now)


def _check_waiting(row: sa.RowMapping) -> None:
    if row["state"] != "created":
        raise StateConflict(f"The job at {row['element_id']} is {row['state']}; nothing more can be done with it.")
