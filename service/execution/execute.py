"""The one write path: read the instance and its version, check, advance, write in one short guarded
transaction.

On a conflict the whole command runs again, a bounded number of times. The engine runs outside any
lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from service import cases
from service.audit import START, Event, Tip
from service.audit.tables import history
from service.builtins.case_view import CaseView
from service.builtins.host import host_of
from service.builtins.services import end_by_hand
from service.cases import Complaint
from service.cases.tables import complaint
from service.db import Connection, Prepared, root_of
from service.engine import Bundle, EngineError, Step, advance
from service.engine import changes as c
from service.errors import NotFound, StateConflict, Suspended
from service.execution.apply import VersionConflict, apply_step
from service.execution.begin import keep_keys
from service.execution.decide_version import gather_evidence
from service.execution.deliver_waiting import settle
from service.execution.follow_up import follow_up
from service.execution.idempotency import Once, find_answer, store_answer
from service.execution.incidents import raise_incident
from service.execution.load_view import find_emergency, find_review
from service.execution.log_command import log_command
from service.execution.opened_messages import lock_opened
from service.execution.plan import Plan
from service.execution.retry import run_or_keep
from service.execution.runtime import Runtime
from service.identity import Actor
from service.instances import Instance
from service.instances.tables import process_instance
from service.tasks import UserTask
from service.tasks.tables import user_task

_INSTANCE = tuple(name for name in Instance.__dataclass_fields__ if name not in ("tip", "task"))
_COMPLAINT, _TASK = tuple(Complaint.__dataclass_fields__), tuple(UserTask.__dataclass_fields__)
_TIP_AT = len(_INSTANCE)
_COMPLAINT_AT = _TIP_AT + 3
_TASK_AT = _COMPLAINT_AT + len(_COMPLAINT)
"""Where the parts begin in a row of `_READ`; each part begins with a column that is never null
where it is there."""
_ROOT: sa.BindParameter[int] = sa.bindparam("b_root_key")
_KEY: sa.BindParameter[int] = sa.bindparam("b_key")
_TIP = sa.select(sa.func.max(history.c.seq)).where(history.c.root_key == _ROOT).scalar_subquery()


def _select(dialect: str) -> sa.Select[Any]:
    return (
        sa.select(
            *(process_instance.c[name] for name in _INSTANCE),
            history.c.seq,
            history.c.hash,
            cases.select_clocks(dialect, _ROOT).label("clocks"),
            *(complaint.c[name].label(f"complaint_{name}") for name in _COMPLAINT),
            *(user_task.c[name].label(f"task_{name}") for name in _TASK),
        )
        .outerjoin(
            history, (history.c.root_key == process_instance.c.root_key) & (history.c.seq == _TIP)
        )
        .outerjoin(complaint, complaint.c.root_key == process_instance.c.root_key)
        .outerjoin(
            user_task,
            (user_task.c.root_key == process_instance.c.root_key) & (user_task.c.key == _KEY),
        )
        .where(process_instance.c.root_key == _ROOT)
    )


_READ = Prepared({"sqlite": _select("sqlite"), "postgresql": _select("postgresql")})
"""The instance, where its history ends, its complaint with its clocks, and the task a command may
be about: what every command needs, in one statement."""
_LOCK = Prepared(
    sa.select(process_instance.c.version)
    .where(process_instance.c.root_key == _ROOT)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did. `new_tasks` are the keys of the user tasks it opened."""

    root_key: int
    new_tasks: tuple[int, ...]
    ended: bool


WHILE_SUSPENDED = (
    Event.INSTANCE_CANCELLED,
    Event.INSTANCE_MODIFIED,
    Event.INSTANCE_SUSPENDED,
    Event.VARIABLES_SET,
    Event.CASE_REASSIGNED,
)
"""What a person may do with a case that is suspended."""
Decide = Callable[[Connection, Instance], Plan]


def get_instance(connection: Connection, root_key: int) -> Instance:
    """The row of a root instance. Raises NotFound."""
    return _read(connection, root_key, root_key)[0]


def check_awake(instance: Instance) -> None:
    """Raises Suspended."""
    if instance.suspended_at is not None:
        raise Suspended(
            "The case is suspended since {suspended_at:%Y-%m-%d %H:%M} UTC; it has to be "
            "resumed first.",
            suspended_at=instance.suspended_at,
        )


def _read(
    connection: Connection, root_key: int, key: int
) -> tuple[Instance, Complaint | None, str | None]:
    row = _READ.row(connection, {"b_root_key": root_key, "b_key": key})
    if row is None:
        raise NotFound("There is no process instance {root_key}.", root_key=root_key)
    seq, digest, clocks = row[_TIP_AT:_COMPLAINT_AT]
    tip = START if seq is None else Tip(seq, digest)
    task = (
        None
        if row[_TASK_AT] is None
        else UserTask.of(dict(zip(_TASK, row[_TASK_AT:], strict=True)))
    )
    instance = Instance(*[*row[:_TIP_AT], tip, task])
    if row[_COMPLAINT_AT] is None:
        return instance, None, None
    return instance, Complaint(*row[_COMPLAINT_AT:_TASK_AT]), clocks


def execute(
    runtime: Runtime,
    key: int,
    decide: Decide,
    *,
    actor: str,
    now: datetime,
    once: Once | None = None,
) -> Outcome:
    """Carry out one command on the instance that `key` belongs to; the same one again (`once`) has
    the same outcome.

    `decide` checks what was read and says what to do; it runs again after a conflict. An
    EngineError leaves everything as it was, but for an incident.
    """
    keep_keys(runtime)
    with runtime.turns.turn(root_of(key)):
        return run_or_keep(
            lambda alone: _attempt(
                runtime, key, decide, actor=actor, now=now, once=once, alone=alone
            ),
            once=once is not None,
            # an IntegrityError: two writers took the same history row or key, the same as a version
            # conflict
            conflicts=(VersionConflict, sa.exc.IntegrityError),
        )


def _attempt(
    runtime: Runtime,
    key: int,
    decide: Decide,
    *,
    actor: str,
    now: datetime,
    once: Once | None,
    alone: bool,
) -> Outcome:
    began = time.perf_counter()
    try:
        with kept(runtime, root_of(key), alone=alone) as held:
            with reading(runtime, held) as connection:
                found = _advance(connection, runtime, key, decide, actor=actor, now=now, once=once)
            if isinstance(found, Outcome):
                return found
            gather_evidence(runtime, found.view, now)
            with writing(runtime, held) as connection:
                outcome = _write(connection, runtime, found, actor=actor, now=now, once=once)
    except _Stopped as stopped:
        error, instance = stopped.error, stopped.instance
        if error.code == "unknown-id":
            raise _gone(runtime, instance, error) from error
        if stopped.plan.noted:
            subject_key = stopped.plan.subject_key
            record_incident(
                runtime, instance.root_key, error, subject_key=subject_key, actor=actor, now=now
            )
        raise error from None
    log_command(found.plan.event, outcome.root_key, actor=actor, began=began)
    return outcome


@contextmanager
def kept(runtime: Runtime, root_key: int, *, alone: bool) -> Iterator[Connection | None]:
    """`alone`: a transaction that keeps out whoever else would move the case, from before it is
    read until it is written. Otherwise nothing: others may be first, and no lock is held while the
    engine runs."""
    if not alone:
        yield None
        return
    with runtime.database.transaction() as connection:
        lock_case(connection, root_key)
        yield connection


def lock_case(connection: Connection, root_key: int) -> None:
    """Let nobody else move the case until this transaction ends; SQLite has one writer anyway."""
    _LOCK.row(connection, {"b_root_key": root_key})


def reading(runtime: Runtime, held: Connection | None) -> AbstractContextManager[Connection]:
    """Where to read the case: in the transaction that is held, or outside any."""
    return runtime.database.read() if held is None else nullcontext(held)


def writing(runtime: Runtime, held: Connection | None) -> AbstractContextManager[Connection]:
    """Where to write the step: in the transaction that is held, or in one of its own."""
    return runtime.database.transaction() if held is None else nullcontext(held)


def _write(
    connection: Connection,
    runtime: Runtime,
    found: _Moved,
    *,
    actor: str,
    now: datetime,
    once: Once | None,
) -> Outcome:
    root_key = found.instance.root_key
    lock_opened(connection, found.step)
    write = apply_step(
        connection, found.instance, found.step, found.view, found.plan, now=now, by=actor
    )
    rest = settle(connection, runtime, write, found.step, now=now)
    if found.plan.along is not None:
        found.plan.along(connection)
    if found.view.effects:
        follow_up(
            connection,
            runtime,
            found.view,
            root_key,
            actor=found.plan.person or Actor(actor),
            now=now,
        )
    outcome = Outcome(root_key, (*write.new_tasks, *rest.new_tasks), rest.ended)
    if once is not None:
        store_outcome(connection, once, outcome, actor=actor, now=now)
    return outcome


@dataclass(frozen=True, slots=True)
class _Moved:
    """A step that was made and is still to be written."""

    instance: Instance
    plan: Plan
    view: CaseView
    step: Step


@dataclass(slots=True)
class _Stopped(Exception):
    """The engine could not make the step."""

    error: EngineError
    instance: Instance
    plan: Plan


def _advance(
    connection: Connection,
    runtime: Runtime,
    key: int,
    decide: Decide,
    *,
    actor: str,
    now: datetime,
    once: Once | None,
) -> _Moved | Outcome:
    """Read, check and move. What the write will want to know is read while it can be."""
    known = find_outcome(connection, once, actor=actor)
    if known is not None:
        return known
    instance, view = read_case(connection, runtime, key, now=now)
    plan = decide(connection, instance)
    if plan.event not in WHILE_SUSPENDED:
        check_awake(instance)
    state, bundle = opened_state(connection, runtime, instance)
    try:
        step = advance(bundle, state, plan.command, now=now, host=host_of(view), park=plan.parked)
    except EngineError as error:
        raise _Stopped(error, instance, plan) from error
    if step.ended and any(
        isinstance(each, c.InstanceEnded) and each.how == "terminated" for each in step.changes
    ):
        end_by_hand(view)
    if view.effects or (instance.task is not None and instance.task.properties.get("meets")):
        _ = view.stored
    return _Moved(instance, plan, view, step)


def read_case(
    connection: Connection, runtime: Runtime, key: int, *, now: datetime
) -> tuple[Instance, CaseView]:
    """The instance that `key` belongs to as it is now, and the case as services and functions see
    it."""
    instance, found, clocks = _read(connection, root_of(key), key)
    read_clocks = partial(cases.read_clocks, clocks)
    view = CaseView(found, runtime.profile, now, read_clocks, connection=connection)
    view.emergency, view.review = (
        find_emergency(connection, instance),
        find_review(connection, instance),
    )
    return instance, view


def opened_state(
    connection: Connection, runtime: Runtime, instance: Instance
) -> tuple[bytes, Bundle]:
    """The engine's state of an active instance, and its version. Raises StateConflict when it has
    ended."""
    if instance.state != "active" or instance.engine_state is None:
        raise StateConflict(
            "The process instance is {instance_state}; nothing more can be done with it.",
            instance_state=instance.state,
        )
    return instance.engine_state, runtime.bundles.get(connection, instance.bundle_key)


def find_outcome(connection: Connection, once: Once | None, *, actor: str) -> Outcome | None:
    """What the same command did before. Raises StateConflict when its key stood for another
    request."""
    known = (
        None
        if once is None
        else find_answer(connection, actor=actor, key=once.key, request=once.request)
    )
    return (
        None
        if known is None
        else Outcome(known["rootKey"], tuple(known["newTasks"]), known["ended"])
    )


def store_outcome(
    connection: Connection, once: Once, outcome: Outcome, *, actor: str, now: datetime
) -> None:
    """Keep what this transaction does, for the same command sent again."""
    answer = {
        "rootKey": outcome.root_key,
        "newTasks": list(outcome.new_tasks),
        "ended": outcome.ended,
    }
    store_answer(
        connection, actor=actor, key=once.key, request=once.request, answer=answer, now=now
    )


def record_incident(
    runtime: Runtime,
    root_key: int,
    error: EngineError,
    *,
    subject_key: int | None,
    actor: str,
    now: datetime,
) -> None:
    """Note in a transaction of its own that a step could not be made."""
    with runtime.database.transaction() as connection:
        raise_incident(connection, root_key, error, subject_key=subject_key, actor=actor, now=now)


def _gone(runtime: Runtime, instance: Instance, error: EngineError) -> Exception:
    """What was asked for is not there: because somebody else was first, or because it never was."""
    with runtime.database.read() as connection:
        current = get_instance(connection, instance.root_key)
    if current.version != instance.version:
        return VersionConflict()
    return StateConflict(error.message)
