"""What follows from a step inside its transaction: messages that were waiting reach the
subscriptions it opened, and an instance that ended makes room for the next one of its key.

Everything here joins the transaction of the command that caused it. It costs nothing where no
message is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service import audit, definitions, jobs
from service.audit import Event
from service.builtins.case_view import CaseView
from service.builtins.host import host_of
from service.db import Connection
from service.definitions import StartEvent
from service.engine import EngineError, Step, advance_together
from service.engine import changes as c
from service.engine.commands import DeliverMessage, Start
from service.execution.apply import Part, apply_together
from service.execution.begin import begin, new_root_key
from service.execution.incidents import raise_incident
from service.execution.load_view import view_of
from service.execution.opened_messages import lock_opened, opened_messages
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.execution.write import Write
from service.identity import SYSTEM
from service.jobs import Message

MOST = 1_000
"""Messages that one command may deliver; the rest come with the next one."""


@dataclass(slots=True)
class Settled:
    """What came of it: user tasks that were opened, and whether the instance has ended."""

    ended: bool
    new_tasks: list[int] = field(default_factory=list)
    budget: int = MOST


def settle(
    connection: Connection, runtime: Runtime, write: Write, step: Step, *, now: datetime
) -> Settled:
    """Deliver to what `step` opened, as long as there is a message; then start what its end makes
    room for."""
    settled = Settled(step.ended)
    suspended = write.instance.suspended_at is not None
    if suspended:
        jobs.hold_back(connection, write.instance.root_key)
    waiting = [] if suspended else opened_messages(step)
    while waiting and not settled.ended and settled.budget > 0:
        found = _met(connection, waiting, now)[: settled.budget]
        if not found:
            break
        try:
            write, step, taken = _deliver_most(connection, runtime, write, step, found, now=now)
        except EngineError as error:
            # the step before is made; that the message could not be taken is an incident, and the
            # message is kept
            raise_incident(
                connection,
                write.instance.root_key,
                error,
                subject_key=found[0][1].key,
                actor=SYSTEM.name,
                now=now,
            )
            break
        settled.budget -= taken
        settled.ended = step.ended
        settled.new_tasks += write.new_tasks
        ended = {change.id for change in step.changes if isinstance(change, c.SubscriptionEnded)}
        waiting = [each for each in waiting if each.id not in ended] + opened_messages(step)
    if settled.ended and write.instance.holds_key:
        free(connection, runtime, write.instance.root_key, now=now)
    return settled


Meeting = tuple[c.SubscriptionOpened, Message]


def _met(
    connection: Connection, waiting: Iterable[c.SubscriptionOpened], now: datetime
) -> list[Meeting]:
    """The messages that these may have, the oldest first; each goes to a process once."""
    pairs = []
    for each in waiting:
        message = jobs.next_message(
            connection, each.name, each.correlation_key, each.process_id, now=now
        )
        if message is not None:
            pairs.append((each, message))
    pairs.sort(key=lambda pair: (pair[1].published_at, pair[1].key))
    once: dict[tuple[int, str], Meeting] = {}
    for each, message in pairs:
        once.setdefault((message.key, each.process_id), (each, message))
    return list(once.values())


class _Apart(Exception):
    """These messages cannot be delivered together."""


def _deliver_most(
    connection: Connection,
    runtime: Runtime,
    write: Write,
    step: Step,
    met: list[Meeting],
    *,
    now: datetime,
) -> tuple[Write, Step, int]:
    """Deliver all of these in one more step or, where that cannot be, the first; and how many."""
    if len(met) > 1:
        try:
            return (*_deliver(connection, runtime, write, step, met, now=now), len(met))
        except (EngineError, _Apart):
            pass  # nothing was written
    return (*_deliver(connection, runtime, write, step, met[:1], now=now), 1)


def _deliver(
    connection: Connection,
    runtime: Runtime,
    write: Write,
    step: Step,
    met: list[Meeting],
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
        tip=audit.find_tip(connection, root_key) if write.tip is None else write.tip,
        task=None,
    )
    view = view_of(connection, runtime, instance, now)
    bundle = runtime.bundles.get(connection, instance.bundle_key)
    commands = [DeliverMessage(to.id, message.variables) for to, message in met]
    further, changes = advance_together(bundle, step.state, commands, now=now, host=host_of(view))
    if view.effects and len(met) > 1:
        raise _Apart
    lock_opened(connection, further)
    if view.effects:
        _ = view.stored
    parts = [
        Part(_plan(command, to, message), SYSTEM.name, moved)
        for command, (to, message), moved in zip(commands, met, changes, strict=True)
    ]
    written = apply_together(connection, instance, further, view, parts, now=now)
    for to, message in met:
        jobs.insert_delivery(connection, message.key, to.process_id, root_key, now=now)
    if view.effects:
        # what follows may itself start instances that settle: the two modules need each other
        from service.execution.follow_up import follow_up

        follow_up(connection, runtime, view, root_key, actor=SYSTEM, now=now)
        written.tip = None  # that may have added to the history
    return written, further


def _plan(command: DeliverMessage, to: c.SubscriptionOpened, message: Message) -> Plan:
    details = {"message": message.name, "element": to.element_id, "key": str(message.key)}
    return Plan(command, Event.MESSAGE_CORRELATED, details)


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
    connection: Connection,
    runtime: Runtime,
    start: StartEvent,
    message: Message,
    *,
    kept: bool,
    now: datetime,
) -> int:
    """Start an instance at a message start event; its root key. Raises EngineError."""
    process = definitions.get_process(connection, start.process_definition_key)
    root_key = new_root_key(connection, runtime)
    details: dict[str, Any] = {
        "process": start.process_id,
        "message": message.name,
        "key": str(message.key),
    }
    plan = Plan(
        Start(start.process_id, start_event=start.element_id), Event.INSTANCE_STARTED, details
    )
    view = CaseView(None, runtime.profile, now)
    write, step = begin(
        connection,
        runtime,
        process,
        root_key,
        message.variables,
        plan,
        view,
        actor=SYSTEM.name,
        now=now,
        holds_key=bool(message.correlation_key),
    )
    if kept:
        jobs.insert_delivery(connection, message.key, start.process_id, root_key, now=now)
    if message.correlation_key:
        jobs.insert_start(connection, start.process_id, message.correlation_key, root_key)
    settle(connection, runtime, write, step, now=now)
    return root_key
