"""The timers of tokens: when one that a token waits for is due, and when a cycle fires again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.bpmn.model import EventDefinition
from service.bpmn.timers import cycle_due, due_of, instant_of, parse_cycle
from service.engine.errors import EngineError
from service.engine.scope import value_of
from service.engine.token import Token


def first_due(token: Token, event: EventDefinition) -> tuple[datetime, int]:
    """The timer of an event, for the token that waits for it."""
    value = value_of(token, event.value)
    try:
        return due_of(event.timer, value, now=token.game.now)
    except (ValueError, OverflowError) as error:
        raise _wrong(token, error) from None


def next_due(token: Token, event: EventDefinition, *, anchor: datetime, fired: int) -> datetime:
    """When a cycle fires again."""
    try:
        cycle = parse_cycle(value_of(token, event.value))
        return cycle_due(cycle, anchor, fired, now=token.game.now)
    except (ValueError, OverflowError) as error:
        raise _wrong(token, error) from None


def instant(token: Token, value: Any) -> datetime:
    """`instant_of` for what a token waits for."""
    try:
        return instant_of(value, now=token.game.now)
    except (ValueError, OverflowError) as error:
        raise _wrong(token, error) from None


def _wrong(token: Token, error: Exception) -> EngineError:
    return EngineError(
        "expression-null", token.task_spec.element_id, "The timer: {error}.", error=error
    )
