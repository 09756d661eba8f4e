"""What follows from a step inside its transaction: messages that were waiting reach the subscriptions it opened, and
an instance that ended makes room for the next one of its key.

Everything here joins the transaction of the command that caused it. It costs nothing where no message is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service import audit, definitions, jobs
from service.audit import Event
from service.db import Connection
from service.definitions import StartEvent
from service.engine import EngineError, Step, advance
from service.engine import changes as c
from service.engine.commands import DeliverMessage, Start
from service.identity import SYSTEM
from service.jobs import Message
from service.operations.apply import apply_step
from service.operations.begin import begin, new_root_key
from service.operations.host import CaseView
from service.operations.incidents import raise_incident
from service.operations.opened import lock_opened, opened_messages
from service.operations.plan import Plan
from service.operations.runtime import Runtime
from service.operations.view import view_of
from service.operations.write import Write

MOST = 1_000
"""Messages that one command may deliver; the rest come with the next one."""


@dataclass(slots=True)
class Settled:
    """What came of it: user tasks that were opened, and whether the instance has ended."""

    ended: bool
    new_tasks: list[int] = field(default_factory=list)
    budget: int = MOST


def settle(connection: Connection, runtime: Runtime, write: Write, step: Step, *, now: datetime) -> Settled:
    """Deliver to what `step` opened, as long as there is a message; then start what its end makes room for."""
    settled = Settled(step.ended)
    waiting = opened_messages(step)
    while waiting and not settled.ended and settled.budget > 0:
        found = _first(connection, waiting, now)
        if found is None:
            break
        subscription, message = found
        settled.budget -= 1
        try:
            write, step = _deliver(connection, runtime, write, step, message, subscription, now=now)
        except EngineError as error:
            # the step before is made; that the message could not be taken is an incident, and the message is kept
            raise_incident(
                connection, write.instance.root_key, error, subject_key=message.key, actor=SYSTEM.name, now=now
            )
            break
        settled.ended = step.ended
        settled.new_tasks += write.new_tasks
        waiting = [each for each in waiting if _is_open(connection, write, each)] + opened_messages(step)
    if settled.ended and write.instance.holds_key:
        free(connection, runtime, write.instance.root_key, now=now)
    return settled


def _first(
    connection: Connection, waiting: Iterable[c.SubscriptionOpened], now: datetime
) -> tuple[c.SubscriptionOpened, Message] | None:
    """The oldest message that any of these may have."""
    pairs = []
    for each in waiting:
        message = jobs.next_message(connection, each.name, each.correlation_key, each.process_id, now=now)
        if message is not None:
            pairs.append((each, message))
    return min(pairs, key=lambda pair: (pair[1].published_at, pair[1].key), default=None)


def _is_open(connection: Connection, write: Write, each: c.SubscriptionOpened) -> bool:
    return jobs.find_subscription(connection, write.instance.root_key, each.id) is not None


def _deliver(
    connection: Connection,
    runtime: Runtime,
    write: Write,
    step: Step,
    message: Message,
    to: c.SubscriptionOpened,
    *,
    now: datetime,
) -> tuple[Write, Step]:
    """One more step of the same instance, in the same transaction."""
    before, root_key = write.instance, write.instance.root_key
    instance = replace(
        before,
        version=before.version + 1,
        next_child=write.next_child,
        engine_state=step.state,
        tip=audit.find_tip(connection, root_key),
        task=None,
    )
    view = view_of(connection, runtime, root_key, now)
    bundle = runtime.bundles.get(connection, instance.bundle_key)
    command = DeliverMessage(to.id, message.variables)
    further = advance(bundle, step.state, command, now=now, host=view.host())
    lock_opened(connection, further)
    details = {"message": message.name, "element": to.element_id, "key": str(message.key)}
    plan = Plan(command, Event.MESSAGE_CORRELATED, details)
    if view.effects:
        _ = view.stored
    written = apply_step(connection, instance, further, view, plan, now=now, by=SYSTEM.name)
    jobs.insert_delivery(connection, message.key, to.process_id, root_key, now=now)
    if view.effects:
        # what follows may itself start instances that settle: the two modules need each other
        from service.operations.follow_up import follow_up

        follow_up(connection, runtime, view, root_key, actor=SYSTEM, now=now)
    return written, further


def free(connection: Connection, runtime: Runtime, root_key: int, *, now: datetime) -> None:
    """The instance is over: the next message that waited for it to end starts a new one."""
    for process_id, key in jobs.end_starts(connection, root_key):
        starts = definitions.list_message_starts(connection, process_id)
        jobs.lock_messages(connection, {(start.name, key) for start in starts})
        pairs: list[tuple[StartEvent, Message]] = []
        for start in starts:
            message = jobs.next_message(connection, start.name, key, process_id, now=now)
            if message is not None:
                pairs.append((start, message))
        if pairs:
            start, message = min(pairs, key=lambda pair: (pair[1].published_at, pair[1].key))
            start_by_message(connection, runtime, start, message, kept=True, now=now)


def start_by_message(
    connection: Connection, runtime: Runtime, start: StartEvent, message: Message, *, kept: bool, now: datetime
) -> int:
    """Start an instance at a message start event; its root key. Raises EngineError."""
    process = definitions.get_process(connection, start.process_definition_key)
    root_key = new_root_key(connection, runtime)
    details: dict[str, Any] = {"process": start.process_id, "message": message.name, "key": str(message.key)}
    plan = Plan(Start(start.process_id, start_event=start.element_id), Event.INSTANCE_STARTED, details)
    view = CaseView(None, runtime.profile, now)
    write, step = begin(
        connection, runtime, process, root_key, message.variables, plan, view,
        actor=SYSTEM.name, now=now, holds_key=bool(message.correlation_key),
    )  # fmt: skip
    if kept:
        jobs.insert_delivery(connection, message.key, start.process_id, root_key, now=now)
    if message.correlation_key:
        jobs.insert_start(connection, start.process_id, message.correlation_key, root_key)
    settle(connection, runtime, write, step, now=now)
    return root_key
