"""How long a timer or a due date is, worked out on some day without a case: what depends on the case has no value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from service.engine.model import Text
from service.engine.timers import due_of
from service.feel import FeelError, FeelFunction

LimitOf = Callable[[Text | None, str], timedelta | None]
"""How long a text (of the kind date, duration or cycle) is from now; None when it has no value without a case."""


def limits_on(day: datetime, functions: Mapping[str, FeelFunction]) -> LimitOf:
    """Limits as they are on this day, with the host's functions (`deadline`, `working days after`)."""

    def limit_of(text: Text | None, kind: str) -> timedelta | None:
        if text is None:
            return None
        try:
            value = text.source if text.expression is None else text.expression.evaluate(dict(functions), now=day)
            return due_of(kind or "date", value, now=day)[0] - day
        except (FeelError, ValueError, OverflowError):
            return None

    return limit_of
