"""Messages from outside: to the instances that wait for them, to start events, and kept for those
that will."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service.errors import InvalidInput, Suspended
from service.execution import Once, Outcome, Published, Runtime, execute, on_message
from service.identity import Actor, check_may_send
from service.jobs import Message

LONGEST_LIFE = timedelta(days=366)
TOO_LONG = 300


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
    """Give a message to those that wait for it, and keep it for `life` for those that
    do not yet.

    Raises Forbidden for a message that is reserved to a channel, InvalidInput, StateConflict when a
    message with that id is alive.
    """
    if not timedelta(0) <= life <= LONGEST_LIFE:
        raise InvalidInput(
            "expected a time to live of at most {days} days, got {life}",
            days=LONGEST_LIFE.days,
            life=life,
        )
    check_may_send(actor, name)
    _check_length(name, key, message_id or "")
    new = Message(
        runtime.keys.root_key(), name, key, message_id or None, variables, now, now + life
    )
    return execute(runtime, on_message(runtime, new, actor=actor, now=now), now=now)


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
    correlation key, or to a start event. Repeated with the same idempotency key it has the same
    outcome, once.

    Raises Forbidden for a message that is reserved to a channel, NotFound when nothing waits for
    it, EngineError when the one that waited cannot go on, Suspended when it is suspended.
    """
    check_may_send(actor, name)
    _check_length(name, key, "")
    once = Once.of(idempotency_key, "correlate", name, key, variables)
    new = Message(runtime.keys.root_key(), name, key, None, variables, now, now)
    unit = on_message(runtime, new, actor=actor, now=now, once=once, must_meet=True)
    return execute(runtime, unit, now=now).met[0]


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
