"""Messages that were waiting reach the subscriptions that a step has left open, in its transaction.

It costs nothing where no message is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from service import audit, jobs
from service.audit import Event
from service.builtins import host_of
from service.db import Connection
from service.engine import EngineError, Step, advance_together
from service.engine import changes as c
from service.engine.commands import DeliverMessage
from service.execution.apply import Part
from service.execution.incidents import raise_incident
from service.execution.load_view import view_of
from service.execution.moved import Moved, Written
from service.execution.plan import Plan
from service.execution.read_case import get_instance
from service.execution.runtime import Runtime
from service.execution.write_step import write_step
from service.identity import SYSTEM
from service.instances import Instance
from service.jobs import Message

Meeting = tuple[c.SubscriptionOpened, Message]


class _Apart(Exception):
    """These messages cannot be delivered together."""


def find_waiting(connection: Connection, written: Written, *, now: datetime) -> list[Meeting]:
    """The messages that wait for what the step has left open, the oldest first; each goes to a
    process once. A case that is suspended takes none."""
    if written.step.ended or written.write.instance.suspended_at is not None:
        return []
    return _meet(connection, written.waiting, now)


def deliver_waiting(
    connection: Connection, runtime: Runtime, written: Written, met: list[Meeting], *, now: datetime
) -> tuple[Written, int] | None:
    """Deliver all of these in one more step or, where that cannot be, the first; and how many. None
    when the case cannot take the first: that is an incident of it, and the message is kept."""
    try:
        instance = _as_it_is(connection, written)
        if len(met) > 1:
            try:
                return _deliver(connection, runtime, written, instance, met, now=now), len(met)
            except (EngineError, _Apart):
                pass  # nothing was written
        return _deliver(connection, runtime, written, instance, met[:1], now=now), 1
    except EngineError as error:
        raise_incident(
            connection,
            written.root_key,
            error,
            subject_key=met[0][1].key,
            actor=SYSTEM.name,
            now=now,
        )
        return None


def _meet(
    connection: Connection, waiting: Iterable[c.SubscriptionOpened], now: datetime
) -> list[Meeting]:
    pairs = []
    for each in waiting:
        message = jobs.next_message(
            connection, each.name, each.correlation_key, each.process_id, now=now
        )
        if message is not None:
            pairs.append((each, message))
    pairs.sort(key=lambda pair: (pair[1].published_at, pair[1].key))
    first: dict[tuple[int, str], Meeting] = {}
    for each, message in pairs:
        first.setdefault((message.key, each.process_id), (each, message))
    return list(first.values())


def _as_it_is(connection: Connection, written: Written) -> Instance:
    """The instance after the step; it is read only where more than the step was written."""
    if written.stale:
        return get_instance(connection, written.root_key)
    before, write = written.write.instance, written.write
    return replace(
        before,
        version=before.version + 1,
        next_child=write.next_child,
        engine_state=written.step.state,
        tip=audit.find_tip(connection, before.root_key) if write.tip is None else write.tip,
        task=None,
    )


def _deliver(
    connection: Connection,
    runtime: Runtime,
    written: Written,
    instance: Instance,
    met: list[Meeting],
    *,
    now: datetime,
) -> Written:
    """One more step of the same instance, in the same transaction."""
    began, state = time.perf_counter(), written.step.state
    view = view_of(connection, runtime, instance, now)
    bundle = runtime.bundles.get(connection, instance.bundle_key)
    commands = [DeliverMessage(to.id, message.variables) for to, message in met]
    step, changes = advance_together(bundle, state, commands, now=now, host=host_of(view))
    if view.effects and len(met) > 1:
        raise _Apart
    if view.effects:
        _ = view.stored
    parts = [
        Part(_plan(command, to, message), SYSTEM, moved)
        for command, (to, message), moved in zip(commands, met, changes, strict=True)
    ]
    further = write_step(connection, Moved(instance, view, step, parts, began), now=now)
    for to, message in met:
        jobs.insert_delivery(connection, message.key, to.process_id, instance.root_key, now=now)
    return replace(further, waiting=[*_left(written, step), *further.waiting])


def _left(written: Written, step: Step) -> list[c.SubscriptionOpened]:
    """What still waits for a message after the step."""
    ended = {change.id for change in step.changes if isinstance(change, c.SubscriptionEnded)}
    return [each for each in written.waiting if each.id not in ended]


def _plan(command: DeliverMessage, to: c.SubscriptionOpened, message: Message) -> Plan:
    details = {"message": message.name, "element": to.element_id, "key": str(message.key)}
    return Plan(command, Event.MESSAGE_CORRELATED, details)
