"""What the history says of a step: identifiers and what was decided, in the order it happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from service.engine import changes as c
from service.execution.write import Write


def note_changes(write: Write, changes: Iterable[c.Change]) -> None:
    """Note the changes of one command; a kind that the history does not tell is passed over."""
    for change in changes:
        note = _NOTES.get(type(change))
        if note is not None:
            note(write, change)


def _entered(write: Write, change: c.ElementEntered) -> None:
    write.note("entered", [change.process_id, change.element_id])
    write.note("begun", int(change.id))


def _left(write: Write, change: c.ElementLeft) -> None:
    """The number of one that was taken away is told as negative."""
    write.note(change.how, change.element_id)
    write.note("left", int(change.id) if change.how == "completed" else -int(change.id))


def _renamed(write: Write, change: c.ElementRenamed) -> None:
    write.note("renamed", [int(change.id), change.process_id, change.element_id])


def _flow(write: Write, change: c.FlowTaken) -> None:
    write.note("flows", [change.process_id, change.flow_id])


def _decided(write: Write, change: c.DecisionMade) -> None:
    told = {"element": change.element_id, "decision": change.decision_id, **change.record}
    write.note("decisions", told)


def _raised(write: Write, change: c.ErrorRaised | c.EscalationRaised) -> None:
    write.note("raised", [change.element_id, change.code, change.caught_by])


def _timer(write: Write, change: c.TimerSet) -> None:
    write.note("timers", [change.element_id, change.due_at.isoformat()])


def _signal(write: Write, change: c.SignalThrown) -> None:
    write.signals.append(change)


def _ended(write: Write, change: c.InstanceEnded) -> None:
    write.moved["ended"] = [change.how, list(change.end_elements)]


_NOTES: Mapping[type, Callable[[Write, Any], None]] = {
    c.ElementEntered: _entered,
    c.ElementLeft: _left,
    c.ElementRenamed: _renamed,
    c.FlowTaken: _flow,
    c.DecisionMade: _decided,
    c.ErrorRaised: _raised,
    c.EscalationRaised: _raised,
    c.TimerSet: _timer,
    c.SignalThrown: _signal,
    c.InstanceEnded: _ended,
}
