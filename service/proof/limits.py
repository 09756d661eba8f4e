"""How long a timer or a due date is, worked out on some day without a case: what depends on the
case has no value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from service.bpmn.model import Text
from service.bpmn.timers import due_of
from service.feel import FeelError, FeelFunction

LimitOf = Callable[[Text | None, str], timedelta | None]
"""How long a text (of the kind date, duration or cycle) is from now; None when it has no value
without a case."""
LATER = timedelta(days=7)


def limits_on(day: datetime, functions: Mapping[str, FeelFunction]) -> LimitOf:
    """Limits as they are on this day, with the host's functions (`deadline`, `working days
    after`)."""

    def limit_of(text: Text | None, kind: str) -> timedelta | None:
        due = None if text is None else _due(text, kind, day, functions)
        return None if due is None else due - day

    return limit_of


def moments_on(day: datetime, functions: Mapping[str, FeelFunction]) -> LimitOf:
    """As limits, but only those that come at one moment whenever the timer is set, such as a part
    of a clock that runs since the start; None for the others."""

    def moment_of(text: Text | None, kind: str) -> timedelta | None:
        if text is None:
            return None
        due = _due(text, kind, day, functions)
        return None if due is None or due != _due(text, kind, day + LATER, functions) else due - day

    return moment_of


def no_moment(text: Text | None, kind: str) -> timedelta | None:
    """Every limit counts from when it is set."""
    return None


def _due(
    text: Text, kind: str, now: datetime, functions: Mapping[str, FeelFunction]
) -> datetime | None:
    try:
        value = (
            text.source
            if text.expression is None
            else text.expression.evaluate(dict(functions), now=now)
        )
        return due_of(kind or "date", value, now=now)[0]
    except (FeelError, ValueError, OverflowError):
        return None
