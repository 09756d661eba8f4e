"""When a timer is due: ISO 8601 dates, durations and cycles, or FEEL values of those, as an absolute UTC instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from service.engine.errors import EngineError
from service.engine.game import Token
from service.engine.model import EventDefinition
from service.engine.scope import value_of
from service.feel import compile_expression
from service.feel.temporal import DateTime, DaysTimeDuration, YearsMonthsDuration, from_datetime, parse_temporal

_SUM = compile_expression("a + b")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def first_due(token: Token, event: EventDefinition) -> tuple[datetime, int]:
    """When the timer fires first, and how often after that (-1 without end)."""
    value = value_of(token, event.value)
    if event.timer == "cycle":
        return _cycle(token, value)
    return instant(token, value), 0


def next_due(token: Token, event: EventDefinition, last: datetime) -> datetime:
    """When a cycle fires again after it was due at `last`."""
    value = value_of(token, event.value)
    period = str(value).rpartition("/")[2]
    return _after(token, last, _temporal(token, period))


def instant(token: Token, value: Any) -> datetime:
    """The instant that a date and time, or a duration from now, means."""
    return _after(token, token.workflow.now, _temporal(token, value))


def _cycle(token: Token, value: Any) -> tuple[datetime, int]:
    parts = str(value).split("/")
    if len(parts) not in (2, 3) or not parts[0].startswith("R"):
        raise _wrong(token, value)
    count = parts[0][1:]
    if count and not count.isdigit():
        raise _wrong(token, value)
    repetitions = int(count) - 1 if count else -1
    if len(parts) == 3:
        return instant(token, parts[1]), repetitions
    return instant(token, parts[1]), repetitions


def _temporal(token: Token, value: Any) -> Any:
    found = parse_temporal(value) if isinstance(value, str) else value
    if not isinstance(found, DateTime | DaysTimeDuration | YearsMonthsDuration):
        raise _wrong(token, value)
    return found


def _after(token: Token, start: datetime, value: Any) -> datetime:
    if isinstance(value, DateTime):
        if value.zone is None:
            value = DateTime(value.day, value.nanos, 0)
        return _datetime(value)
    total = _SUM.evaluate({"a": from_datetime(start), "b": value})
    if not isinstance(total, DateTime):
        raise _wrong(token, value)
    return _datetime(total)


def _datetime(value: DateTime) -> datetime:
    return _EPOCH + timedelta(microseconds=value.instant // 1_000)


def _wrong(token: Token, value: Any) -> EngineError:
    return EngineError(
        "expression",
        token.task_spec.element_id,
        f"expected a date and time, a duration or a cycle such as P3D or R3/PT1H, got {value!r}",
    )
