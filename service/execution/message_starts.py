"""Instances that a message starts: at once, or when the one that an earlier message of its key
started has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service import definitions, jobs
from service.audit import Event
from service.db import Connection
from service.definitions import StartEvent
from service.engine.commands import Start
from service.execution.begin import Beginning, new_root_key
from service.execution.load_view import case_view
from service.execution.plan import Plan
from service.execution.runtime import Runtime
from service.identity import SYSTEM
from service.jobs import Message


def message_start(
    connection: Connection,
    runtime: Runtime,
    start: StartEvent,
    message: Message,
    *,
    kept: bool,
    now: datetime,
) -> Beginning:
    """The instance of a message start event; with `kept` the message is one that is stored."""
    root_key = new_root_key(connection, runtime)

    def note(connection: Connection) -> None:
        if kept:
            jobs.insert_delivery(connection, message.key, start.process_id, root_key, now=now)
        if message.correlation_key:
            jobs.insert_start(connection, start.process_id, message.correlation_key, root_key)

    plan = Plan(
        Start(start.process_id, message.variables, start_event=start.element_id),
        Event.INSTANCE_STARTED,
        {"process": start.process_id, "message": message.name, "key": str(message.key)},
        after_write=note,
    )
    return Beginning(
        definitions.get_process(connection, start.process_definition_key),
        root_key,
        plan,
        case_view(runtime, None, now),
        SYSTEM,
        holds_key=bool(message.correlation_key),
    )


@dataclass(frozen=True, slots=True)
class TakenKey:
    """A correlation key that a message started an instance with: it is taken, for its process,
    until that has ended. `following` is the start by the oldest message that waits for it."""

    process_id: str
    key: str
    following: Beginning | None


def list_taken_keys(
    connection: Connection, runtime: Runtime, root_key: int, *, now: datetime
) -> list[TakenKey]:
    """The keys of an instance that has ended. No message of theirs passes by until the transaction
    ends."""
    found = []
    for process_id, key in jobs.list_started_by(connection, root_key):
        starts = definitions.list_message_starts(connection, process_id)
        jobs.lock_messages(connection, {(start.name, key) for start in starts})
        pairs: list[tuple[StartEvent, Message]] = []
        for start in starts:
            message = jobs.next_message(connection, start.name, key, process_id, now=now)
            if message is not None:
                pairs.append((start, message))
        following = None
        if pairs:
            start, message = min(pairs, key=lambda pair: (pair[1].published_at, pair[1].key))
            following = message_start(connection, runtime, start, message, kept=True, now=now)
        found.append(TakenKey(process_id, key, following))
    return found
