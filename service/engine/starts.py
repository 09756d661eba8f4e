"""Start events by timer: when the next instance is due. The caller keeps the due time and sends
`Start` at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.bpmn.names import SOME_DAY
from service.bpmn.timers import cycle_due, due_of, parse_cycle
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.feel import FeelError


@dataclass(frozen=True, slots=True)
class StartTimer:
    """A process is to start at `start_event` at `due_at`; `repetitions` more times after that, -1
    without end."""

    process_id: str
    start_event: str
    due_at: datetime
    repetitions: int


def start_timers(bundle: Bundle, *, now: datetime) -> list[StartTimer]:
    """Every timer start event of a bundle that is released now. Raises EngineError for a time
    without value.

    For a cycle ask again with `now` the time it was due: the next one counts from there.
    """
    found = []
    for process in bundle.processes.values():
        for start in process.start_events:
            if start.event.kind == "timer" and start.event.value is not None:
                value = _value(start.id, start.event.value, now)
                try:
                    due, repetitions = due_of(start.event.timer, value, now=now)
                except (ValueError, OverflowError) as wrong:
                    raise EngineError(
                        "expression-null", start.id, "The timer: {wrong}.", wrong=wrong
                    ) from None
                found.append(StartTimer(process.id, start.id, due, repetitions))
    return found


def _value(element_id: str, text: Any, now: datetime) -> Any:
    if text.expression is None:
        return text.source
    try:
        return text.expression.evaluate({}, now=now)
    except FeelError as wrong:
        raise EngineError(
            "expression-limit", element_id, "{source!r}: {wrong}", source=text.source, wrong=wrong
        ) from wrong


def next_start(
    bundle: Bundle,
    process_id: str,
    start_event: str,
    *,
    anchor: datetime,
    fired: int,
    now: datetime,
) -> datetime | None:
    """When a timer start event is due that was set at `anchor` and has fired so often; None when it
    is over. Cron comes next after `now`.

    Raises EngineError for a time without value.
    """
    start = bundle.models[process_id].elements[start_event]
    if start.event.value is None:
        return None
    value = _value(start.id, start.event.value, anchor)
    try:
        due, repetitions = due_of(start.event.timer, value, now=anchor)
        if fired == 0:
            return due
        if 0 <= repetitions < fired:
            return None
        return cycle_due(parse_cycle(value), anchor, fired, now=now)
    except (ValueError, OverflowError) as wrong:
        raise EngineError("expression-null", start.id, "The timer: {wrong}.", wrong=wrong) from None


def start_event_names(bundle: Bundle, process_id: str) -> list[dict[str, str]]:
    """The start events of a process that wait for something: `elementId`, `kind` and the `name`
    they wait for."""
    found = []
    for start in bundle.processes[process_id].start_events:
        if start.event.kind in ("message", "signal", "timer"):
            name = (
                ""
                if start.event.name is None
                else str(_value(start.id, start.event.name, SOME_DAY) or "")
            )
            found.append({"elementId": start.id, "kind": start.event.kind, "name": name})
    return found
