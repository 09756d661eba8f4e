"""The one write path: read the instance and its version, check, advance, write in one short guarded transaction.

On a conflict the whole command runs again, a bounded number of times. The engine runs outside any lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service import audit, cases, jobs
from service.audit import Event
from service.db import Connection, root_of
from service.engine import EngineError, advance
from service.errors import NotFound, StateConflict
from service.operations.again import run_again
from service.operations.apply import VersionConflict, apply_step
from service.operations.host import CaseView
from service.operations.idempotency import Once, find_answer, store_answer
from service.operations.plan import Plan, append_history
from service.operations.runtime import Runtime
from service.operations.tables import process_instance
from service.operations.write import Instance

_COLUMNS = [
    process_instance.c[name]
    for name in (
        "root_key", "version", "next_child", "state", "process_definition_key", "bundle_key", "business_key",
        "engine_state",
    )
]  # fmt: skip
_READ = sa.select(*_COLUMNS).where(process_instance.c.root_key == sa.bindparam("b_root_key"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did. `new_tasks` are the keys of the user tasks it opened."""

    root_key: int
    new_tasks: tuple[int, ...]
    ended: bool


Decide = Callable[[Connection, Instance], Plan]


def get_instance(connection: Connection, root_key: int) -> Instance:
    """The row of a root instance. Raises NotFound."""
    row = connection.execute(_READ, {"b_root_key": root_key}).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no process instance {root_key}.")
    return Instance(**row)


def execute(
    runtime: Runtime, key: int, decide: Decide, *, actor: str, now: datetime, once: Once | None = None
) -> Outcome:
    """Carry out one command on the instance that `key` belongs to; the same one again (`once`) has the same outcome.

    `decide` checks what was read and says what to do; it runs again after a conflict. An EngineError leaves everything
    as it was, but for an incident.
    """
    root_key = root_of(key)
    return run_again(
        lambda: _attempt(runtime, root_key, decide, actor=actor, now=now, once=once),
        once=once is not None,
        # an IntegrityError: two writers took the same history row or idempotency key, the same as a version conflict
        conflicts=(VersionConflict, sa.exc.IntegrityError),
    )


def view_of(connection: Connection, runtime: Runtime, root_key: int, now: datetime) -> CaseView:
    """The case as services and functions see it."""
    complaint = cases.find_complaint(connection, root_key)
    clocks = {entry.clock: entry for entry in cases.list_deadlines(connection, root_key)} if complaint else {}
    return CaseView(complaint, runtime.profile, now, clocks)


def _attempt(
    runtime: Runtime, root_key: int, decide: Decide, *, actor: str, now: datetime, once: Once | None
) -> Outcome:
    with runtime.database.read() as connection:
        known = find_outcome(connection, once, actor=actor)
        if known is not None:
            return known
        instance = get_instance(connection, root_key)
        plan = decide(connection, instance)
        if instance.state != "active" or instance.engine_state is None:
            raise StateConflict(f"The process instance is {instance.state}; nothing more can be done with it.")
        bundle = runtime.bundles.get(connection, instance.bundle_key)
        view = view_of(connection, runtime, root_key, now)
    try:
        step = advance(bundle, instance.engine_state, plan.command, now=now, host=view.host())
    except EngineError as error:
        if error.code == "unknown-id":
            raise _gone(runtime, instance, error) from error
        record_incident(runtime, root_key, error, subject_key=plan.subject_key, actor=actor, now=now)
        raise
    with runtime.database.transaction() as connection:
        write = apply_step(connection, instance, step, view, now=now, by=actor, answer=plan.answer)
        append_history(write, plan, actor=actor)
        if once is not None:
            answer = {"rootKey": root_key, "newTasks": write.new_tasks, "ended": step.ended}
            store_answer(connection, actor=actor, key=once.key, request=once.request, answer=answer, now=now)
    return Outcome(root_key, tuple(write.new_tasks), step.ended)


def find_outcome(connection: Connection, once: Once | None, *, actor: str) -> Outcome | None:
    """What the same command did before. Raises StateConflict when its key stood for another request."""
    known = None if once is None else find_answer(connection, actor=actor, key=once.key, request=once.request)
    return None if known is None else Outcome(known["rootKey"], tuple(known["newTasks"]), known["ended"])


def record_incident(
    runtime: Runtime, root_key: int, error: EngineError, *, subject_key: int | None, actor: str, now: datetime
) -> None:
    """Note in a transaction of its own that a step could not be made."""
    with runtime.database.transaction() as connection:
        taken = connection.execute(
            sa.update(process_instance)
            .where(process_instance.c.root_key == root_key)
            .values(next_child=process_instance.c.next_child + 1, version=process_instance.c.version + 1)
            .returning(process_instance.c.next_child)
        ).scalar_one()
        jobs.raise_incident(
            connection,
            root_key=root_key,
            key=root_key + int(taken) - 1,
            kind=error.code,
            element_id=error.element_id,
            message=error.message,
            now=now,
            subject_key=subject_key,
        )
        audit.append(
            connection,
            root_key,
            Event.INCIDENT_RAISED,
            actor=actor,
            at=now,
            details={"element": error.element_id, "code": error.code},
            subject_key=subject_key,
        )


def _gone(runtime: Runtime, instance: Instance, error: EngineError) -> Exception:
    """What was asked for is not there: because somebody else was first, or because it never was."""
    with runtime.database.read() as connection:
        current = get_instance(connection, instance.root_key)
    if current.version != instance.version:
        return VersionConflict()
    return StateConflict(error.message)
