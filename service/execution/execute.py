"""The one write path. A unit of work is found, moved by the engine outside any lock, written in one
short transaction guarded by the version of each case, and finished with all that follows from it.

On a conflict the whole unit is retried, a bounded number of times. Completions, timers, messages,
jobs, signals, migrations, suspensions and starts all come this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa

from service.db import Connection, savepoint
from service.engine import EngineError
from service.errors import NotFound, StateConflict, Suspended
from service.execution.apply import VersionConflict
from service.execution.begin import begin, keep_keys
from service.execution.cascade import finish
from service.execution.decide_version import gather_evidence
from service.execution.idempotency import find_answer, store_answer
from service.execution.incidents import record_incident
from service.execution.move_case import move_case
from service.execution.moved import Moved
from service.execution.read_case import get_instance
from service.execution.retry import retry_locked
from service.execution.runtime import Runtime
from service.execution.share import share
from service.execution.unit import Outcome, Stopped, Targets, Unit
from service.execution.write_step import write_step

T = TypeVar("T")
UNKNOWN = "unknown-id"
"""The code of the engine's error when what a command is about is not active."""


class Scope(Enum):
    """How a unit of work shares its step: with nothing, or with others of its kind that wait for
    the same case. Only a command that completes no user task may be shared."""

    ALONE = "alone"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Within:
    """The scope of a unit of work that is part of a transaction which is open. It is all there or
    not at all; a conflict and what cannot be done are the caller's to deal with."""

    connection: Connection


def execute(
    runtime: Runtime, unit: Unit[T], *, now: datetime, scope: Scope | Within = Scope.ALONE
) -> T:
    """Carry out one unit of work; a repeated one, by its idempotency key, has the same answer.

    Raises what the unit's checks raise, NotFound, StateConflict when a case has ended, Suspended,
    Unavailable when it stays busy, and EngineError when a case cannot go on: then nothing has
    changed, but for an incident.
    """
    if isinstance(scope, Within):
        return _within(scope.connection, runtime, unit, now)
    keep_keys(runtime)
    if unit.root_key is None:
        return _retried(runtime, unit, now)
    if scope is Scope.SHARED:
        return share(runtime, unit, now, carry_out=_retried)
    with runtime.queue.wait_for(unit.root_key):
        return _retried(runtime, unit, now)


def _retried(runtime: Runtime, unit: Unit[T], now: datetime) -> T:
    # an IntegrityError: two writers took the same history row or key, the same as a version
    # conflict; a start without an idempotency key shares no row with anybody
    shares_rows = unit.once is not None or not unit.at_write
    return retry_locked(
        lambda locked: _attempt(runtime, unit, now, locked=locked),
        once=unit.once is not None,
        conflicts=(VersionConflict, sa.exc.IntegrityError) if shares_rows else (VersionConflict,),
    )


def _within(connection: Connection, runtime: Runtime, unit: Unit[T], now: datetime) -> T:
    try:
        with savepoint(connection):
            return _carry_out(runtime, unit, now, connection, stopped=[])
    except Stopped as stopped:
        raise stopped.error from None


def _attempt(runtime: Runtime, unit: Unit[T], now: datetime, *, locked: bool) -> T:
    """One try. What stopped a case is an incident of it, once nothing else is undecided."""
    stopped: list[Stopped] = []
    try:
        with _locked(runtime, unit, locked=locked) as connection:
            answer = _carry_out(runtime, unit, now, connection, stopped=stopped)
    except Stopped as last:
        if last not in stopped:
            stopped.append(last)
        _note(runtime, unit, stopped, now)
        raise _error_of(runtime, last) from last.error
    except Suspended:
        _note(runtime, unit, stopped, now)
        raise
    _note(runtime, unit, stopped, now)
    return answer


@contextmanager
def _locked(runtime: Runtime, unit: Unit[Any], *, locked: bool) -> Iterator[Connection | None]:
    """`locked`: a transaction that keeps out everybody else who would move the same cases, from
    before they are read until they are written. Otherwise none: others may be first, and no lock is
    held while the engine runs."""
    if not (locked or unit.lock_first or unit.at_write):
        yield None
        return
    with runtime.database.transaction() as connection:
        unit.lock(connection)
        yield connection


def reading(runtime: Runtime, connection: Connection | None) -> AbstractContextManager[Connection]:
    """Where cases are read: in the transaction that is open, or outside any."""
    return runtime.database.read() if connection is None else nullcontext(connection)


def writing(runtime: Runtime, connection: Connection | None) -> AbstractContextManager[Connection]:
    """Where a unit is written: in the transaction that is open, or in one of its own."""
    return runtime.database.transaction() if connection is None else nullcontext(connection)


def _carry_out(
    runtime: Runtime,
    unit: Unit[T],
    now: datetime,
    open_connection: Connection | None,
    *,
    stopped: list[Stopped],
) -> T:
    """Read, check, move; then write all of it, with what follows. `stopped` is given what stopped
    the cases that the unit can do without."""
    with reading(runtime, open_connection) as connection:
        if unit.once is not None:
            known = find_answer(connection, unit.once, actor=unit.actor.name)
            if known is not None:
                return unit.recall(connection, known)
        targets = unit.find(connection)
        moved = _move(connection, runtime, unit, targets, stopped, now)
    for each in moved:
        gather_evidence(runtime, each.view, now)
    with writing(runtime, open_connection) as connection:
        unit.confirm(connection, targets)
        outcomes = [_write(connection, runtime, each, now) for each in moved]
        outcomes += _start(connection, runtime, targets, now)
        answer = unit.answer(connection, outcomes)
        if unit.once is not None:
            kept = unit.keep(answer)
            store_answer(connection, unit.once, kept, actor=unit.actor.name, now=now)
    return answer


def _move(
    connection: Connection,
    runtime: Runtime,
    unit: Unit[Any],
    targets: Targets,
    stopped: list[Stopped],
    now: datetime,
) -> list[Moved]:
    """The engine's step of each case. What stops one stops all, unless the unit is lenient; then
    its check decides."""
    moved: list[Moved] = []
    kept: list[Exception] = []
    for target in targets.cases:
        try:
            moved.append(move_case(connection, runtime, target, now=now))
        except (Stopped, Suspended) as error:
            if not unit.lenient:
                raise
            if isinstance(error, Stopped):
                if error.error.code == UNKNOWN:
                    raise VersionConflict from error  # it has just stopped waiting
                stopped.append(error)
            kept.append(error)
        except (NotFound, StateConflict) as gone:
            if not unit.lenient:
                raise
            raise VersionConflict from gone
    unit.check(targets, len(moved), kept)
    return moved


def _write(connection: Connection, runtime: Runtime, moved: Moved, now: datetime) -> Outcome:
    written = write_step(connection, moved, now=now)
    try:
        done = finish(connection, runtime, written, now=now)
    except EngineError as error:
        raise Stopped(error, moved.instance, moved.parts[0].plan) from error
    return Outcome(done.root_key, tuple(done.new_tasks), done.ended)


def _start(
    connection: Connection, runtime: Runtime, targets: Targets, now: datetime
) -> Sequence[Outcome]:
    outcomes = []
    for start in targets.starts:
        beginning = start(connection)
        if beginning is not None:
            moved = begin(connection, runtime, beginning, now=now)
            done = finish(connection, runtime, write_step(connection, moved, now=now), now=now)
            outcomes.append(Outcome(done.root_key, tuple(done.new_tasks), done.ended))
    return outcomes


def _note(runtime: Runtime, unit: Unit[Any], stopped: Sequence[Stopped], now: datetime) -> None:
    for each in stopped:
        if each.plan.noted and each.error.code != UNKNOWN:
            record_incident(
                runtime,
                each.instance.root_key,
                each.error,
                subject_key=each.plan.incident_key or each.plan.subject_key,
                actor=unit.actor.name,
                now=now,
            )


def _error_of(runtime: Runtime, stopped: Stopped) -> Exception:
    """What the caller is told. What was asked for may not be there because somebody else was first,
    or because it never was."""
    if stopped.error.code != UNKNOWN:
        return stopped.error
    with runtime.database.read() as connection:
        current = get_instance(connection, stopped.instance.root_key)
    if current.version != stopped.instance.version:
        return VersionConflict()
    return StateConflict(stopped.error.message)
