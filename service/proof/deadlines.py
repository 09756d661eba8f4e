"""Deadlines: on no path may the limits of the steps add up to more than a statutory clock unless a
timer fires on the way, so that somebody is told in time.

The limit of a step is its due date or a timer at its boundary; that of an activity with an inside
also what its inside can take. A step without a limit can take for ever, unless something around it
has a timer. Time counts until the clock is met: by a step with the header or property `meets`, or
by the service that closes the case.

A timer of a fixed moment, such as 80 % of a clock, fires then wherever the case is: such steps do
not add up, the latest moment of them counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce

from service.bpmn.model import Element, Process
from service.bpmn.reach import link_targets
from service.errors import Problem, Severity
from service.proof.inside import Insides
from service.proof.limits import LimitOf, no_moment
from service.proof.wire import can_be_waited_in
from service.sentence import Sentence

FOR_EVER = timedelta.max
CLOSES = "redress.close"
"""The service after which no clock runs."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long something can take without a timer firing, beyond the fixed moment `by` if any, and
    the steps that take it."""

    time: timedelta = timedelta(0)
    steps: tuple[tuple[str, timedelta], ...] = ()
    by: timedelta = timedelta(0)

    @property
    def whole(self) -> timedelta:
        return FOR_EVER if self.time == FOR_EVER else self.time + self.by

    def plus(self, other: Length) -> Length:
        endless = FOR_EVER in (self.time, other.time)
        time = FOR_EVER if endless else self.time + other.time
        return Length(time, self.steps + other.steps, max(self.by, other.by))


@dataclass(frozen=True, slots=True)
class Stay:
    """The longest time in something until the clock is `met` there, and until it is `left` with the
    clock still running; None where that does not happen."""

    met: Length | None = None
    left: Length | None = None

    @property
    def longest(self) -> Length | None:
        return _longer(self.met, self.left)

    def then(self, rest: Stay, *, whole: bool = False) -> Stay:
        """This, and then the rest. With `whole` it is left early, at any moment of it."""
        own = self.longest if whole else self.left
        return (
            Stay(None if whole else self.met, own).after(rest)
            if own is not None
            else Stay(self.met)
        )

    def after(self, rest: Stay) -> Stay:
        own = self.left or Length()
        met = None if rest.met is None else own.plus(rest.met)
        return Stay(_longer(self.met, met), None if rest.left is None else own.plus(rest.left))

    def within(self, limit: timedelta) -> Stay:
        """No part of it goes on after a timer has fired."""
        return Stay(_at_most(self.met, limit), _at_most(self.left, limit))

    def until(self, moment: timedelta | None) -> Stay:
        """No part of it goes on after the fixed moment."""
        return self if moment is None else Stay(_fixed(self.met, moment), _fixed(self.left, moment))

    def or_(self, other: Stay) -> Stay:
        return Stay(_longer(self.met, other.met), _longer(self.left, other.left))


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the main path goes on from an element: when it is done, and when an event ends it."""

    flows: tuple[str, ...]
    events: tuple[str, ...] = ()


@dataclass(slots=True)
class _Measure:
    processes: Mapping[str, Process]
    clock: str
    limit_of: LimitOf
    moment_of: LimitOf
    insides: Insides

    def element(self, process: Process, element: Element, calls: frozenset[str]) -> Stay:
        inside = self.insides.inside_of(process, element) if element.ad_hoc is None else None
        if inside is not None and inside[0].id not in calls - {process.id}:
            stay = self.scope(*inside, calls | {inside[0].id})
        else:
            length = Length()
            if can_be_waited_in(element) or element.kind in ("callActivity", "adHocSubProcess"):
                own = self.own(process, element)
                length = Length(own, ((element.id, own),))
            stay = Stay(met=length) if _meets(element, self.clock) else Stay(left=length)
        timers = [
            event for event in process.attached.get(element.id, ()) if event.event.kind == "timer"
        ]
        return self.guarded(stay, timers)

    def guarded(self, stay: Stay, timers: list[Element]) -> Stay:
        moments = [self.moment_of(event.event.value, event.event.timer) for event in timers]
        known = [moment for moment in moments if moment is not None]
        return stay.within(self.shortest(timers)).until(min(known, default=None))

    def own(self, process: Process, element: Element) -> timedelta:
        """The limit of a step by itself."""
        events = [element]
        if element.kind == "eventBasedGateway":
            events = [
                process.elements[f.target] for f in element.outgoing if f.target in process.elements
            ]
        shortest = self.shortest([each for each in events if each.event.kind == "timer"])
        due = None if element.due is None else self.limit_of(element.due, "date")
        return shortest if due is None else min(shortest, due)

    def shortest(self, timers: list[Element]) -> timedelta:
        limits = [self.limit_of(event.event.value, event.event.timer) for event in timers]
        return min((limit for limit in limits if limit is not None), default=FOR_EVER)

    def scope(self, process: Process, scope: str, calls: frozenset[str]) -> Stay:
        """The longest way through a scope."""
        elements = {element.id: element for element in process.children.get(scope, ())}
        stays = {key: self.element(process, element, calls) for key, element in elements.items()}
        # a gateway waits for the events that follow it, which do not wait again
        gateways = [each for each in elements.values() if each.kind == "eventBasedGateway"]
        waited_for = {flow.target for gateway in gateways for flow in gateway.outgoing}
        stays |= dict.fromkeys(waited_for & stays.keys(), Stay(left=Length()))
        onward = {key: _onward(process, element, elements) for key, element in elements.items()}
        way = _Way(stays, onward)
        starts = [element.id for element in elements.values() if element.kind == "startEvent"]
        found = reduce(Stay.or_, map(way.longest, starts), Stay())
        timers = [start for _, start in process.event_starts(scope) if start.event.kind == "timer"]
        return self.guarded(found if starts else Stay(left=Length()), timers)


@dataclass(slots=True)
class _Way:
    """The longest ways through the elements of one scope."""

    stays: dict[str, Stay]
    onward: Mapping[str, Onward]
    known: dict[str, Stay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        after = {key: self.after(key) for key in self.stays}
        for key, stay in self.stays.items():
            if (length := stay.longest) is not None and length.time and key in _reached(after, key):
                endless = Length(FOR_EVER, tuple((step, FOR_EVER) for step, _ in length.steps))
                self.stays[key] = Stay(
                    stay.met and endless, stay.left and endless
                )  # as often as it likes

    def after(self, key: str) -> list[str]:
        """What can follow an element with the clock still running."""
        onward = self.onward[key]
        return [*(onward.flows if self.stays[key].left is not None else ()), *onward.events]

    def longest(self, start: str) -> Stay:
        stack, under_way = [(start, False)], set[str]()
        while stack:
            at, done = stack.pop()
            if at in self.known:
                continue
            if done:
                self.known[at] = self.of(at)
            elif at not in under_way:
                under_way.add(at)
                stack.append((at, True))
                stack += [(each, False) for each in self.after(at) if each not in self.known]
        return self.known[start]

    def of(self, at: str) -> Stay:
        """The way from an element on, its followers known."""
        stay, onward = self.stays[at], self.onward[at]
        flows = [self.known[each] for each in onward.flows if each in self.known]
        found = Stay(stay.met) if flows else stay
        for rest in flows:
            found = found.or_(stay.then(rest))
        for each in onward.events:
            if each in self.known:
                found = found.or_(stay.then(self.known[each], whole=True))
        return found


def _meets(element: Element, clock: str) -> bool:
    """Whether doing the element stops the clock for good."""
    if element.job == CLOSES:
        return True
    said = element.headers.get("meets") or (
        "" if "meetsIf" in element.properties else element.properties.get("meets")
    )
    return clock in [part.strip() for part in (said or "").split(",")]


def _longer(one: Length | None, other: Length | None) -> Length | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda length: length.whole)


def _at_most(length: Length | None, limit: timedelta) -> Length | None:
    if length is None or length.whole <= limit:
        return length
    return Length(limit, tuple((step, min(time, limit)) for step, time in length.steps))


def _fixed(length: Length | None, moment: timedelta) -> Length | None:
    if length is None:
        return None
    return Length(
        timedelta(0), tuple((step, min(time, moment)) for step, time in length.steps), moment
    )


def _onward(process: Process, element: Element, elements: Mapping[str, Element]) -> Onward:
    """Where the main path goes on; not by a timer, which tells somebody."""
    flows = [
        *(flow.target for flow in element.outgoing),
        *(e.id for e in link_targets(element, elements.values())),
    ]
    events = [
        e.id
        for e in process.attached.get(element.id, ())
        if e.interrupting and e.event.kind != "timer"
    ]
    return Onward(
        tuple(each for each in flows if each in elements), tuple(e for e in events if e in elements)
    )


def _reached(after: Mapping[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    stack = list(after[start])
    while stack:
        at = stack.pop()
        if at not in seen:
            seen.add(at)
            stack += after[at]
    return seen


def check_deadlines(
    processes: Mapping[str, Process],
    *,
    process_id: str,
    clock: str,
    statutory: timedelta,
    limit_of: LimitOf,
    moment_of: LimitOf = no_moment,
) -> list[Problem]:
    """One warning when a path can take longer than the clock with nobody told, naming the steps it
    takes."""
    process = processes.get(process_id)
    if process is None:
        return []
    length = min(
        (
            _longest(processes, process, clock, limit_of, moments)
            for moments in (no_moment, moment_of)
        ),
        key=lambda length: length.whole,
    )  # each is an upper bound: with the fixed moments, and without them
    if length.whole <= statutory:
        return []
    took = "for ever" if length.whole == FOR_EVER else f"{length.whole.days} days"
    return [
        Problem(
            "deadline-not-guarded",
            process.file,
            process.line,
            process_id,
            (
                Sentence(
                    "a path can take {took} with nobody told, and the clock “{clock}” runs out "
                    "after {days} days",
                    took=took,
                    clock=clock,
                    days=statutory.days,
                )
            ),
            "Give the steps a due date or a timer, or put a timer on the activity around them.",
            Severity.WARNING,
            tuple(
                step for step, time in length.steps if length.time != FOR_EVER or time == FOR_EVER
            ),
        )
    ]


def _longest(
    processes: Mapping[str, Process],
    process: Process,
    clock: str,
    limit_of: LimitOf,
    moment_of: LimitOf,
) -> Length:
    measure = _Measure(processes, clock, limit_of, moment_of, Insides(processes))
    return measure.scope(process, "", frozenset({process.id})).longest or Length()
