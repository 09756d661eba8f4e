"""When a timer is due: ISO 8601 dates, durations and cycles, cron, or FEEL values of those, as an
absolute UTC instant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from service.bpmn.cron import Cron, is_cron, parse_cron
from service.feel import DateTime, DaysTimeDuration, YearsMonthsDuration, compile_expression
from service.feel.temporal import from_datetime, parse_temporal

_SUM = compile_expression("start + times * period")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_CYCLE = re.compile(r"R(?P<count>\d{0,6})/(?:(?P<start>[^/]+)/)?(?P<period>P[^/]+)\Z")


@dataclass(frozen=True, slots=True)
class Cycle:
    """`R3/2026-01-31T09:00:00Z/P1M`: how often after the first time (-1 without end), from when,
    how far apart."""

    repetitions: int
    start: DateTime | None
    period: DaysTimeDuration | YearsMonthsDuration


def due_of(kind: str, value: Any, *, now: datetime) -> tuple[datetime, int]:
    """When a timer set now fires first, and how often after that. Raises ValueError."""
    if kind == "cycle":
        cycle = parse_cycle(value)
        first = cycle_due(cycle, now, 0, now=now)
        return first, -1 if isinstance(cycle, Cron) else cycle.repetitions
    return instant_of(value, now=now), 0


def instant_of(value: Any, *, now: datetime) -> datetime:
    """The instant that a date and time, or a duration from now, means. Raises ValueError."""
    found = parse_temporal(value.strip()) if isinstance(value, str) else value
    if isinstance(found, DateTime):
        return _datetime(found)
    if isinstance(found, DaysTimeDuration | YearsMonthsDuration):
        return _after(now, 1, found)
    raise ValueError(f"expected a date and time or a duration such as P3D, got {value!r}")


def _no_cycle(value: Any) -> ValueError:
    return ValueError(
        f"expected a cycle such as R3/PT1H, R/P1D or the cron 0 0 9 * * MON-FRI, got {value!r}"
    )


def parse_cycle(value: Any) -> Cycle | Cron:
    """Raises ValueError."""
    if isinstance(value, str) and is_cron(value.strip()):
        return parse_cron(value.strip())
    match = _CYCLE.match(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _no_cycle(value)
    period = parse_temporal(match["period"])
    start = parse_temporal(match["start"]) if match["start"] else None
    if not isinstance(period, DaysTimeDuration | YearsMonthsDuration):
        raise _no_cycle(value)
    if (start is None and match["start"]) or not isinstance(start, DateTime | None):
        raise _no_cycle(value)
    if _after(_EPOCH, 1, period) < _EPOCH + timedelta(seconds=1):
        raise ValueError(f"expected a cycle of a second at least, got {value!r}")
    count = match["count"]
    return Cycle(max(0, int(count) - 1) if count else -1, start, period)


def cycle_due(cycle: Cycle | Cron, anchor: datetime, fired: int, *, now: datetime) -> datetime:
    """When a cycle is due that was set at `anchor` and has fired so often: no month is lost on the
    way. Cron comes next after now: times that were missed are not made up for, as in Camunda 8."""
    if isinstance(cycle, Cron):
        return cycle.after(max(anchor, now))
    if cycle.start is not None:
        return _after(_datetime(cycle.start), fired, cycle.period)
    return _after(anchor, fired + 1, cycle.period)


def _after(start: datetime, times: int, period: Any) -> datetime:
    total = _SUM.evaluate({"start": from_datetime(start), "times": times, "period": period})
    if not isinstance(total, DateTime):
        raise ValueError(f"the time {start} + {times} × {period} cannot be computed")
    return _datetime(total)


def _datetime(value: DateTime) -> datetime:
    if value.zone is None:
        value = DateTime(value.day, value.nanos, 0)
    return _EPOCH + timedelta(microseconds=value.instant // 1_000)
