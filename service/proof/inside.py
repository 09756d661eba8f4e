"""Which activities are looked into, and which are taken as one step because nothing but their end
is seen outside.

Taken as one step, the inside is proved on its own: the proof of a whole bundle stays the sum of its
scopes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES
from service.proof.layout import Frame
from service.proof.wire import can_be_waited_in

MOST_DEEP = 12
"""Calls inside calls that are looked into."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What an inside shows to the outside."""

    waits: bool = False
    offers: bool = False
    throws: frozenset[str] = frozenset()
    elements: frozenset[str] = frozenset()


@dataclass(slots=True)
class Insides:
    """The traits of every scope of a set of processes, worked out once. `wanted` elements are never
    hidden."""

    processes: Mapping[str, Process]
    wanted: frozenset[str] = frozenset()
    _known: dict[tuple[str, str], Traits] = field(default_factory=dict)

    def inside_of(self, process: Process, element: Element) -> tuple[Process, str] | None:
        """The scope in an activity; None for other elements and for calls that only the data
        know."""
        if element.kind in SCOPES:
            return process, element.id
        if element.kind == "callActivity" and element.called_process is not None:
            called = self.processes.get(element.called_process.source)
            return None if called is None else (called, "")
        return None

    def traits(
        self, process: Process, scope: str, seen: frozenset[tuple[str, str]] = frozenset()
    ) -> Traits:
        key = (process.id, scope)
        if key in self._known:
            return self._known[key]
        if key in seen:
            return Traits(waits=True)
        found = Traits()
        for element in process.children.get(scope, ()):
            found = _and(found, self._of_element(process, element, seen | {key}))
        if not seen:
            self._known[key] = found
        return found

    def _of_element(
        self, process: Process, element: Element, seen: frozenset[tuple[str, str]]
    ) -> Traits:
        inside = self.inside_of(process, element)
        own = frozenset({element.id})
        if inside is not None:
            inner = self.traits(*inside, seen)
            waits = inner.waits or element.ad_hoc is not None
            return Traits(waits, inner.offers, inner.throws, inner.elements | own)
        throws = element.kind in ("endEvent", "intermediateThrowEvent") and element.job_type is None
        thrown = {element.event.kind} & {"error", "escalation"} if throws else set[str]()
        waits = can_be_waited_in(element) or element.kind == "callActivity"
        jobs = element.job_type is not None and waits
        offers = jobs or (
            waits and element.event.kind not in ("message", "timer", "signal", "conditional")
        )
        return Traits(waits, offers, frozenset(thrown), own)

    def waits(self, process: Process, element: Element) -> bool:
        inside = self.inside_of(process, element)
        return inside is None or element.ad_hoc is not None or self.traits(*inside).waits

    def look_into(self) -> Callable[[Frame, Element], Process | None]:
        return self._look_into

    def _look_into(self, frame: Frame, element: Element) -> Process | None:
        inside = self.inside_of(frame.process, element)
        if inside is None or _depth(frame) > MOST_DEEP:
            return None
        traits = self.traits(*inside)
        caught = _caught_outside(frame, element)
        seen = traits.throws | (
            frozenset({"error", "escalation"}) if traits.offers else frozenset()
        )
        shows = (
            "error" in traits.throws or bool(seen & caught) or bool(traits.elements & self.wanted)
        )
        return inside[0] if shows else None


def _and(one: Traits, other: Traits) -> Traits:
    return Traits(
        one.waits or other.waits,
        one.offers or other.offers,
        one.throws | other.throws,
        one.elements | other.elements,
    )


def _depth(frame: Frame) -> int:
    return 0 if frame.outer is None else 1 + _depth(frame.outer)


def _caught_outside(frame: Frame, element: Element) -> set[str]:
    """The kinds of throws that something around an activity catches."""
    at: Frame | None = frame
    below: Element | None = element
    found: set[str] = set()
    while at is not None and below is not None:
        events = [
            *at.process.attached.get(below.id, ()),
            *(start for _, start in at.event_starts),
        ]
        found |= {event.event.kind for event in events}
        below, at = at.host, at.outer
    return found & {"error", "escalation"}
