"""Messages from outside: to the instances that wait for them, to start events, and kept for those
that will.

A message goes to each process once: to the instance that has waited longest, or, where none of that
process waits, to its message start event, unless an instance lives that a message with the same key
started. Message, deliveries and what follows from them are one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service import definitions, jobs
from service.audit import Event
from service.builtins.case_view import CaseView
from service.builtins.host import host_of
from service.db import Connection
from service.definitions import StartEvent
from service.engine import EngineError, Step, advance
from service.engine.commands import DeliverMessage
from service.errors import InvalidInput, NotFound, RedressError, StateConflict, Suspended
from service.execution.apply import VersionConflict, apply_step
from service.execution.deliver_waiting import settle, start_by_message
from service.execution.execute import (
    Outcome,
    check_awake,
    find_outcome,
    get_instance,
    lock_case,
    record_incident,
    store_outcome,
)
from service.execution.follow_up import follow_up
from service.execution.idempotency import Once
from service.execution.load_view import view_of
from service.execution.opened_messages import lock_opened
from service.execution.plan import Plan
from service.execution.retry import run_or_keep
from service.execution.runtime import Runtime
from service.identity import Actor
from service.instances import Instance
from service.jobs import Message, Waiting

LONGEST_LIFE = timedelta(days=366)
TOO_LONG = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """A step that was computed for an instance that waits, to be written if nothing has changed by
    then."""

    waiting: Waiting
    instance: Instance
    view: CaseView
    step: Step


@dataclass(frozen=True, slots=True)
class Targets:
    """Who is to get a message: rows of waiting instances, and start events."""

    waiting: list[Waiting]
    starts: list[StartEvent]

    def marks(self) -> list[tuple[Any, ...]]:
        """What has to be the same when the message is written."""
        rows = [(row.root_key, row.key) for row in self.waiting]
        return rows + [(start.process_definition_key, start.element_id) for start in self.starts]


@dataclass(frozen=True, slots=True)
class Published:
    """A published message's key, and what became of the instances that it met at once."""

    key: int
    met: tuple[Outcome, ...]


def publish_message(
    runtime: Runtime,
    name: str,
    key: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    life: timedelta = timedelta(0),
    message_id: str | None = None,
) -> Published:
    """Give a message to who waits for it, and keep it for `life` for those that do not yet.

    Raises InvalidInput, StateConflict when a message with that id is alive.
    """
    if not timedelta(0) <= life <= LONGEST_LIFE:
        raise InvalidInput(
            "expected a time to live of at most {days} days, got {life}",
            days=LONGEST_LIFE.days,
            life=life,
        )
    _check_length(name, key, message_id or "")
    new = Message(
        runtime.keys.root_key(), name, key, message_id or None, variables, now, now + life
    )
    return _run(runtime, new, actor=actor, now=now, once=None)


def correlate_message(
    runtime: Runtime,
    name: str,
    key: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    idempotency_key: str | None = None,
) -> Outcome:
    """Deliver a message now, or not at all: to the instance that waits for that name and
    correlation key, or to a start event. Sent again with the same idempotency key it has the same
    outcome, once.

    Raises NotFound when nothing waits for it, EngineError when the one that waited cannot go on,
    Suspended when it is suspended.
    """
    _check_length(name, key, "")
    once = Once.of(idempotency_key, "correlate", name, key, variables)
    new = Message(runtime.keys.root_key(), name, key, None, variables, now, now)
    return _run(runtime, new, actor=actor, now=now, once=once, must_meet=True).met[0]


def send_message(
    runtime: Runtime,
    name: str,
    key: str,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The same as to correlate it; the message of one that is suspended is kept for it. Raises
    NotFound when nothing waits for it, EngineError."""
    try:
        correlate_message(runtime, name, key, variables, actor=actor, now=now)
    except Suspended:
        publish_message(runtime, name, key, variables, actor=actor, now=now, life=LONGEST_LIFE)


def _check_length(*texts: str) -> None:
    if max(map(len, texts)) > TOO_LONG:
        raise InvalidInput(
            "expected a name, a correlation key and an id of at most {most} characters",
            most=TOO_LONG,
        )


def _run(
    runtime: Runtime,
    new: Message,
    *,
    actor: Actor,
    now: datetime,
    once: Once | None,
    must_meet: bool = False,
) -> Published:
    return run_or_keep(
        lambda alone: (_attempt_alone if alone else _attempt)(
            runtime, new, actor=actor, now=now, once=once, must_meet=must_meet
        ),
        once=once is not None,
        conflicts=(VersionConflict, sa.exc.IntegrityError),
    )


def _attempt(
    runtime: Runtime,
    new: Message,
    *,
    actor: Actor,
    now: datetime,
    once: Once | None,
    must_meet: bool,
) -> Published:
    with runtime.database.read() as connection:
        known = find_outcome(connection, once, actor=actor.name)
        if known is not None:
            return Published(new.key, (known,))
        targets = _targets(connection, new)
    ready: list[Delivery] = []
    broken: RedressError | None = None
    for row in targets.waiting:
        try:
            ready.append(_compute(runtime, row, new, actor=actor, now=now))
        except (EngineError, Suspended) as error:
            broken = error
    if must_meet:
        _check_met(new, ready, targets, broken)
    with runtime.database.transaction() as connection:
        jobs.lock_messages(connection, [(new.name, new.correlation_key)])
        if _targets(connection, new).marks() != targets.marks():
            raise VersionConflict
        return _write(
            connection, runtime, new, ready, targets.starts, actor=actor, now=now, once=once
        )


def _attempt_alone(
    runtime: Runtime,
    new: Message,
    *,
    actor: Actor,
    now: datetime,
    once: Once | None,
    must_meet: bool,
) -> Published:
    """The same, with everybody kept out who would move the instances that wait, from before they
    are read."""
    ready: list[Delivery] = []
    failed: list[tuple[Waiting, EngineError]] = []
    broken: RedressError | None = None
    try:
        with runtime.database.transaction() as connection:
            known = find_outcome(connection, once, actor=actor.name)
            if known is not None:
                return Published(new.key, (known,))
            jobs.lock_messages(connection, [(new.name, new.correlation_key)])
            targets = _targets(connection, new)
            for root_key in sorted({row.root_key for row in targets.waiting}):
                lock_case(connection, root_key)
            if _targets(connection, new).marks() != targets.marks():
                raise VersionConflict  # somebody moved them before they were locked
            for row in targets.waiting:
                try:
                    ready.append(_step(connection, runtime, row, new, now=now))
                except EngineError as error:
                    broken = error
                    failed.append((row, error))
                except Suspended as asleep:
                    broken = asleep
            if must_meet:
                _check_met(new, ready, targets, broken)
            return _write(
                connection, runtime, new, ready, targets.starts, actor=actor, now=now, once=once
            )
    finally:
        for row, stopped in failed:
            record_incident(
                runtime, row.root_key, stopped, subject_key=row.key, actor=actor.name, now=now
            )


def _check_met(
    new: Message, ready: list[Delivery], targets: Targets, broken: RedressError | None
) -> None:
    if not ready and not targets.starts:
        raise broken or NotFound(
            "Nothing waits for the message {new_name!r} with the key {correlation_key!r}.",
            new_name=new.name,
            correlation_key=new.correlation_key,
        )


def _targets(connection: Connection, new: Message) -> Targets:
    waiting = jobs.list_open_subscriptions(connection, new.name, new.correlation_key)
    taken = {row.process_id for row in waiting}
    starts = []
    for start in definitions.list_starts(connection, "message", new.name):
        if start.process_id in taken:
            continue
        if new.correlation_key and jobs.has_started(
            connection, start.process_id, new.correlation_key
        ):
            continue
        taken.add(start.process_id)
        starts.append(start)
    return Targets(waiting, starts)


def _step(
    connection: Connection, runtime: Runtime, row: Waiting, new: Message, *, now: datetime
) -> Delivery:
    """The step of one instance. Raises Suspended, EngineError, and VersionConflict when it does not
    wait any more."""
    instance = get_instance(connection, row.root_key)
    check_awake(instance)
    view = view_of(connection, runtime, instance, now)
    bundle = runtime.bundles.get(connection, instance.bundle_key)
    if instance.engine_state is None:
        raise VersionConflict
    command = DeliverMessage(row.engine_id, new.variables)
    try:
        step = advance(bundle, instance.engine_state, command, now=now, host=host_of(view))
    except EngineError as error:
        if error.code == "unknown-id":
            raise VersionConflict from error
        raise
    if view.effects:
        _ = view.stored
    return Delivery(row, instance, view, step)


def _compute(
    runtime: Runtime, row: Waiting, new: Message, *, actor: Actor, now: datetime
) -> Delivery:
    """The step of one instance, outside any lock. What cannot go on has an incident, and the others
    their message."""
    try:
        with runtime.database.read() as connection:
            return _step(connection, runtime, row, new, now=now)
    except EngineError as error:
        failed = error
    record_incident(runtime, row.root_key, failed, subject_key=row.key, actor=actor.name, now=now)
    raise failed


def _write(
    connection: Connection,
    runtime: Runtime,
    new: Message,
    ready: list[Delivery],
    starts: list[StartEvent],
    *,
    actor: Actor,
    now: datetime,
    once: Once | None,
) -> Published:
    kept = new.expires_at > now
    if new.message_id and jobs.has_message(
        connection, new.name, new.correlation_key, new.message_id, now=now
    ):
        raise StateConflict(
            "A message {new_name!r} with the id {message_id!r} was published already and is alive.",
            new_name=new.name,
            message_id=new.message_id,
        )
    if kept:
        jobs.insert_message(connection, new)
    met = [
        _apply(connection, runtime, new, each, kept=kept, actor=actor, now=now) for each in ready
    ]
    for start in starts:
        root_key = start_by_message(connection, runtime, start, new, kept=kept, now=now)
        met.append(Outcome(root_key, (), False))
    if once is not None:
        store_outcome(connection, once, met[0], actor=actor.name, now=now)
    return Published(new.key, tuple(met))


def _apply(
    connection: Connection,
    runtime: Runtime,
    new: Message,
    ready: Delivery,
    *,
    kept: bool,
    actor: Actor,
    now: datetime,
) -> Outcome:
    row = ready.waiting
    details = {"message": new.name, "element": row.element_id, "key": str(new.key)}
    plan = Plan(DeliverMessage(row.engine_id, new.variables), Event.MESSAGE_CORRELATED, details)
    lock_opened(connection, ready.step)
    write = apply_step(
        connection, ready.instance, ready.step, ready.view, plan, now=now, by=actor.name
    )
    if kept:
        jobs.insert_delivery(connection, new.key, row.process_id, row.root_key, now=now)
    rest = settle(connection, runtime, write, ready.step, now=now)
    if ready.view.effects:
        follow_up(connection, runtime, ready.view, row.root_key, actor=actor, now=now)
    return Outcome(row.root_key, (*write.new_tasks, *rest.new_tasks), rest.ended)
