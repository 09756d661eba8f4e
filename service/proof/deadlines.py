"""Deadlines: on no path may the limits of the steps add up to more than a statutory clock unless a timer fires on the
way, so that somebody is told in time.

The limit of a step is its due date or a timer at its boundary; that of an activity with an inside also what its inside
can take. A step without a limit can take for ever, unless something around it has a timer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from service.engine.model import Element, Process
from service.engine.reach import link_targets
from service.errors import Problem, Severity
from service.proof.inside import Insides
from service.proof.limits import LimitOf
from service.proof.wire import can_be_waited_in

FOR_EVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Length:
    """How long something can take without a timer firing, and the steps that take it."""

    time: timedelta = timedelta(0)
    steps: tuple[tuple[str, timedelta], ...] = ()

    def plus(self, other: Length) -> Length:
        endless = FOR_EVER in (self.time, other.time)
        return Length(FOR_EVER if endless else self.time + other.time, self.steps + other.steps)


@dataclass(slots=True)
class _Measure:
    processes: Mapping[str, Process]
    limit_of: LimitOf
    insides: Insides

    def element(self, process: Process, element: Element, calls: frozenset[str]) -> Length:
        inside = self.insides.inside_of(process, element)
        if inside is not None and inside[0].id not in calls - {process.id}:
            length = self.scope(*inside, calls | {inside[0].id})
        elif can_be_waited_in(element) or element.kind == "callActivity":
            own = self.own(process, element)
            length = Length(own, ((element.id, own),))
        else:
            return Length()
        timers = [event for event in process.attached.get(element.id, ()) if event.event.kind == "timer"]
        limits = [self.limit_of(event.event.value, event.event.timer) for event in timers]
        known = min((limit for limit in limits if limit is not None), default=FOR_EVER)
        return _at_most(length, known)

    def own(self, process: Process, element: Element) -> timedelta:
        """The limit of a step by itself."""
        events = [element]
        if element.kind == "eventBasedGateway":
            events = [process.elements[f.target] for f in element.outgoing if f.target in process.elements]
        limits = [self.limit_of(e.event.value, e.event.timer) for e in events if e.event.kind == "timer"]
        if element.due is not None:
            limits.append(self.limit_of(element.due, "date"))
        return min((limit for limit in limits if limit is not None), default=FOR_EVER)

    def scope(self, process: Process, scope: str, calls: frozenset[str]) -> Length:
        """The longest way through a scope."""
        elements = {element.id: element for element in process.children.get(scope, ())}
        after = {key: _after(process, element, elements) for key, element in elements.items()}
        lengths = {key: self.element(process, element, calls) for key, element in elements.items()}
        for gateway in elements.values():
            if gateway.kind == "eventBasedGateway":  # it waits for the events that follow it, which do not wait again
                lengths |= {flow.target: Length() for flow in gateway.outgoing if flow.target in lengths}
        for key in elements:
            if lengths[key].time and key in _reached(after, key):
                steps = tuple((step, FOR_EVER) for step, _ in lengths[key].steps)
                lengths[key] = Length(FOR_EVER, steps)  # a loop: as often as it likes
        known: dict[str, Length] = {}
        starts = [element.id for element in elements.values() if element.kind == "startEvent"]
        longest = max((_longest(start, after, lengths, known) for start in starts), key=_time, default=Length())
        timers = [start for _, start in process.event_starts(scope) if start.event.kind == "timer"]
        limits = [self.limit_of(start.event.value, start.event.timer) for start in timers]
        known_limit = min((limit for limit in limits if limit is not None), default=FOR_EVER)
        return _at_most(longest, known_limit)


def _at_most(length: Length, limit: timedelta) -> Length:
    return Length(min(length.time, limit), tuple((step, min(time, limit)) for step, time in length.steps))


def _after(process: Process, element: Element, elements: Mapping[str, Element]) -> list[str]:
    """Where the main path goes on; not by a timer, which tells somebody."""
    found = [flow.target for flow in element.outgoing]
    found += [e.id for e in process.attached.get(element.id, ()) if e.interrupting and e.event.kind != "timer"]
    found += [target.id for target in link_targets(element, elements.values())]
    return [each for each in found if each in elements]


def _reached(after: Mapping[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    stack = list(after[start])
    while stack:
        at = stack.pop()
        if at not in seen:
            seen.add(at)
            stack += after[at]
    return seen


def _longest(
    start: str, after: Mapping[str, list[str]], lengths: Mapping[str, Length], known: dict[str, Length]
) -> Length:
    stack, under_way = [(start, False)], set[str]()
    while stack:
        at, done = stack.pop()
        if at in known:
            continue
        if done:
            rest = max((known[each] for each in after[at] if each in known), key=_time, default=Length())
            known[at] = lengths[at].plus(rest)
            continue
        if at in under_way:
            continue
        under_way.add(at)
        stack.append((at, True))
        stack += [(each, False) for each in after[at] if each not in known]
    return known[start]


def _time(length: Length) -> timedelta:
    return length.time


def check_deadlines(
    processes: Mapping[str, Process], *, process_id: str, clock: str, statutory: timedelta, limit_of: LimitOf
) -> list[Problem]:
    """One warning when a path can take longer than the clock with nobody told, naming the steps it takes."""
    process = processes.get(process_id)
    if process is None:
        return []
    measure = _Measure(processes, limit_of, Insides(processes))
    length = measure.scope(process, "", frozenset({process_id}))
    if length.time <= statutory:
        return []
    took = "for ever" if length.time == FOR_EVER else f"{length.time.days} days"
    return [
        Problem(
            "deadline-not-guarded",
            process.file,
            process.line,
            process_id,
            f"a path can take {took} with nobody told, and the clock “{clock}” runs out after {statutory.days} days",
            "Give the steps a due date or a timer, or put a timer on the activity around them.",
            Severity.WARNING,
            tuple(step for step, time in length.steps if length.time != FOR_EVER or time == FOR_EVER),
        )
    ]
