"""Places for every scope that is looked into: where tokens stand, which events are armed, which
ends were reached.

Done before any transition is made, because an interruption clears everything in a scope, however
deep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from service.bpmn.model import Element, Process
from service.bpmn.reach import link_targets
from service.proof.net import Net

JOINS = ("parallelGateway", "inclusiveGateway")


@dataclass(slots=True)
class Frame:
    """One scope of one process where it is played. `inside` are the scopes in it that are looked
    into.

    `at` is the place of a token on an element, `joins` that of one that waits at a join by its
    flow, `arms` the timers that fire once, `live` says that event sub-processes may still start,
    `ends` the end events reached. Of an ad-hoc sub-process `hub` says that something may begin in
    it, `fresh` that nothing has yet.
    """

    process: Process
    scope: str
    path: tuple[str, ...]
    outer: Frame | None
    host: Element | None
    at: dict[str, int] = field(default_factory=dict)
    joins: dict[str, int] = field(default_factory=dict)
    arms: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    choose: dict[str, int] = field(default_factory=dict)
    inside: dict[str, Frame] = field(default_factory=dict)
    live: int = 0
    hub: int = 0
    fresh: int = 0
    work: int = 0
    everything: int = 0
    main: frozenset[str] = frozenset()
    event_starts: tuple[tuple[Element, Element], ...] = ()

    siblings: Mapping[str, Element] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.event_starts = tuple(self.process.event_starts(self.scope))
        self.siblings = {element.id: element for element in self.children}

    @property
    def children(self) -> tuple[Element, ...]:
        return self.process.children.get(self.scope, ())

    @property
    def is_ad_hoc(self) -> bool:
        around = self.process.elements.get(self.scope)
        return around is not None and around.ad_hoc is not None

    def mask_of(self, element_id: str) -> int:
        """Everything that stands for a token on an element, its inside included."""
        mask, choose = self.at.get(element_id, 0), self.choose.get(element_id)
        if choose is not None:
            mask |= choose
        for boundary in self.process.attached.get(element_id, ()):
            mask |= self.arms.get(boundary.id, 0)
        inner = self.inside.get(element_id)
        return mask | inner.everything if inner else mask


LookInto = Callable[[Frame, Element], "Process | None"]
"""The process whose inside is to be played for an activity, None when the activity is taken as one
step."""


def lay(net: Net, frame: Frame, look_into: LookInto) -> None:
    """Give a scope its places, and those in it."""
    frame.main = _main_path(frame)
    if any(element.triggered_by_event for element in frame.children):
        frame.live = net.place(frame.scope or frame.process.id)
    if frame.is_ad_hoc:
        frame.hub, frame.fresh = net.place(frame.scope), net.place(frame.scope)
    for element in frame.children:
        _lay_element(net, frame, element, look_into)
    frame.work |= _sum(frame.at) | _sum(frame.joins) | _sum(frame.choose)
    frame.everything = frame.work | _sum(frame.arms) | _sum(frame.ends) | frame.live
    frame.everything |= frame.hub | frame.fresh
    for inner in frame.inside.values():
        frame.everything |= inner.everything
    net.joins |= _sum(frame.joins)
    net.positions |= frame.work | frame.hub


def _lay_element(net: Net, frame: Frame, element: Element, look_into: LookInto) -> None:
    if len(element.incoming) > 1 and element.kind in JOINS:
        frame.joins |= {flow: net.place(element.id) for flow in element.incoming}
    else:
        frame.at[element.id] = net.place(element.id)
    if element.kind == "boundaryEvent" or element.triggered_by_event:
        _lay_arm(net, frame, element)
    if not element.outgoing and not element.triggered_by_event and element.id in frame.main:
        frame.ends[element.id] = net.place(element.id)
    process = look_into(frame, element)
    if process is None:
        return
    if element.loop is not None:
        frame.choose[element.id] = net.place(element.id)
    called = element.kind == "callActivity"
    scope = "" if called else element.id
    inner = Frame(
        process, scope, (*frame.path, element.id) if called else frame.path, frame, element
    )
    frame.inside[element.id] = inner
    net.hosts |= frame.at[element.id]
    lay(net, inner, look_into)


def _lay_arm(net: Net, frame: Frame, element: Element) -> None:
    """A timer that does not interrupt fires once while its activity, or its scope, is active."""
    event = element
    if element.triggered_by_event:
        starts = [start for inner, start in frame.event_starts if inner.id == element.id]
        if not starts:
            return
        event = starts[0]
    if not event.interrupting and event.event.kind == "timer" and event.event.timer != "cycle":
        frame.arms[element.id] = net.place(element.id)


def _main_path(frame: Frame) -> frozenset[str]:
    """The elements that can be come to without an event that does not interrupt: the rest runs
    beside the main path."""
    elements = frame.siblings
    stack = [element.id for element in frame.children if element.kind == "startEvent"]
    seen: set[str] = set()
    while stack:
        at = stack.pop()
        if at in seen or at not in elements:
            continue
        seen.add(at)
        stack += following(frame.process, elements[at], frame.children, beside=False)
    return frozenset(seen)


def following(
    process: Process, element: Element, siblings: tuple[Element, ...], *, beside: bool
) -> list[str]:
    """The elements a token can come to next in the same scope; `beside` also by events that do not
    interrupt."""
    found = [flow.target for flow in element.outgoing]
    found += [
        event.id for event in process.attached.get(element.id, ()) if beside or event.interrupting
    ]
    return found + [target.id for target in link_targets(element, siblings)]


def _sum(places: Mapping[str, int]) -> int:
    total = 0
    for bit in places.values():
        total |= bit
    return total
