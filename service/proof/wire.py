"""Transitions for every element of a scope: how its token goes on, as the engine plays it.

Conditions are not evaluated: whatever the data could decide is a way of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import and_

from service.bpmn.model import Element, Flow, Process
from service.bpmn.reach import link_targets
from service.engine.inclusive import Reach
from service.proof.layout import JOINS, Frame, following
from service.proof.net import Join, Move, Net, Trail, Transition, Verb
from service.sentence import Sentence

MOST_CHOICES = 8
"""Conditional flows out of one element whose every combination is looked at."""

JOBS = (
    "serviceTask",
    "sendTask",
    "scriptTask",
    "businessRuleTask",
    "intermediateThrowEvent",
    "endEvent",
)
CAUGHT = ("timer", "message", "signal", "conditional")


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of an element: the flows taken, and where tokens appear."""

    flows: tuple[str, ...]
    give: int
    twice: int


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is needed while a net is wired. `waits` says whether an activity taken as one step can
    be waited in."""

    net: Net
    reaches: Callable[[str], Reach]
    waits: Callable[[Process, Element], bool]
    repeat: bool = False

    def add(
        self, moves: tuple[Move, ...], need: int, ways: list[Way], **more: int | bool | Join | None
    ) -> None:
        """A transition for each way; the first move takes the way's flows."""
        for way in ways:
            first = moves[-1]
            told = (*moves[:-1], _with_flows(first, way.flows))
            self.net.transitions.append(
                Transition(
                    Trail(told),
                    need=need,
                    give=way.give,
                    twice=way.twice,
                    **{"auto": False, **more},  # type: ignore[arg-type]
                )
            )


def _with_flows(move: Move, flows: tuple[str, ...]) -> Move:
    return Move(move.verb, move.element, move.process, flows, move.by, move.scope, move.items)


def move(frame: Frame, verb: Verb, element: Element, *, by: str = "", items: int = -1) -> Move:
    return Move(verb, element.id, frame.process.id, (), by, frame.path, items)


AT_ONCE = "redress."
"""Jobs of the product itself begin with this; they are carried out within the step."""


def is_at_once(element: Element) -> bool:
    """Whether the job of an element is carried out by the product itself, within the step."""
    return element.job.startswith(AT_ONCE)


def can_be_waited_in(element: Element) -> bool:
    """Whether a token stays on the element until the world outside moves it."""
    if element.kind in JOBS and element.job_type is not None:
        return not is_at_once(element)
    if element.kind in ("userTask", "receiveTask", "eventBasedGateway"):
        return True
    return element.kind == "intermediateCatchEvent" and element.event.kind != "link"


def arrival(frame: Frame, element_id: str) -> int:
    """What is put when a token comes to an element that is no join."""
    if element_id in frame.choose:
        return frame.choose[element_id]
    return begun(frame, element_id)


def begun(frame: Frame, element_id: str) -> int:
    """What is put when an activity really begins: its timers are armed, its inside starts."""
    mask = frame.at[element_id]
    for boundary in frame.process.attached.get(element_id, ()):
        mask |= frame.arms.get(boundary.id, 0)
    inner = frame.inside.get(element_id)
    if inner is not None:
        start = inner.process.start_of(inner.scope)
        mask |= opened(inner) | (arrival(inner, start.id) if start else 0)
    return mask


def opened(frame: Frame) -> int:
    """What is put when a scope opens: its event sub-processes wait, or it is chosen what begins."""
    mask = frame.live | frame.hub | frame.fresh
    for element in frame.children:
        if element.triggered_by_event:
            mask |= frame.arms.get(element.id, 0)
    return mask


def ways(wiring: Wiring, frame: Frame, element: Element) -> list[Way]:
    """Every way a token can leave an element."""
    targets = link_targets(element, frame.children)
    if targets:
        return [_way((), [arrival(frame, target.id) for target in targets])]
    if not element.outgoing:
        return [Way((), frame.ends.get(element.id, 0), 0)]
    return [
        _way(tuple(flow.id for flow in chosen), [_along(frame, flow) for flow in chosen])
        for chosen in _choices(wiring, element)
    ]


def _along(frame: Frame, flow: Flow) -> int:
    return frame.joins[flow.id] if flow.id in frame.joins else arrival(frame, flow.target)


def _way(flows: tuple[str, ...], gives: list[int]) -> Way:
    total, twice = gives[0], 0
    for mask in gives[1:]:
        twice |= total & mask
        total |= mask
    return Way(flows, total, twice)


def _choices(wiring: Wiring, element: Element) -> Iterator[tuple[Flow, ...]]:
    flows = element.outgoing
    if element.kind == "exclusiveGateway" and len(flows) > 1:
        yield from (
            (flow,) for flow in flows if flow.condition is not None or flow.id == element.default
        )
        return
    open_flows = [
        flow for flow in flows if flow.condition is not None and flow.id != element.default
    ]
    if element.kind in ("parallelGateway", "exclusiveGateway") or not open_flows:
        yield flows
        return
    always = [flow for flow in flows if flow.condition is None and flow.id != element.default]
    default = [flow for flow in flows if flow.id == element.default]
    if len(open_flows) > MOST_CHOICES:
        wiring.net.unknown.append(
            (
                element.id,
                Sentence("more than {most} conditions can hold together", most=MOST_CHOICES),
            )
        )
        return
    for count in range(len(open_flows) + 1):
        for taken in combinations(open_flows, count):
            chosen = [flow for flow in flows if flow in taken or flow in always]
            if chosen or default:
                yield tuple(chosen or default)


def wire_join(wiring: Wiring, frame: Frame, element: Element) -> None:
    """A parallel or inclusive gateway with several flows in."""
    out = ways(wiring, frame, element)
    places = [frame.joins[flow] for flow in element.incoming]
    told = (move(frame, Verb.PASS, element),)
    if element.kind == "parallelGateway":
        wiring.add(told, sum(places), out, auto=True)
        return
    reach = wiring.reaches(frame.process.id).get(element.id, {})
    standing = {flow: _standing_at(frame, element, reach[flow]) for flow in reach}
    # What can come to every flow holds nothing up: a token there could just as well come to one
    # that is filled.
    common = reduce(and_, standing.values(), -1)
    before = [(frame.joins[flow], mask & ~common) for flow, mask in standing.items()]
    others = sum(place for flow, place in frame.joins.items() if flow not in element.incoming)
    wiring.add(told, 0, out, auto=True, join=Join(element.id, tuple(before), others))


def _standing_at(frame: Frame, join: Element, elements: frozenset[str]) -> int:
    """The places of tokens on these elements, and of those that wait at another join among them."""
    mask = 0
    for element_id in elements:
        mask |= frame.at.get(element_id, 0) | frame.choose.get(element_id, 0)
    for flow, place in frame.joins.items():
        if flow not in join.incoming and _target(frame, flow) in elements:
            mask |= place
    return mask


def _target(frame: Frame, flow: str) -> str:
    for element in frame.children:
        if flow in element.incoming:
            return element.id
    return ""


def beside(frame: Frame, element: Element) -> int:
    """Everything that an event which does not interrupt may have started and that is off the main
    path."""
    siblings = frame.siblings
    stack, seen, mask = [flow.target for flow in element.outgoing], set[str](), 0
    while stack:
        at = stack.pop()
        if at in seen or at in frame.main or at not in siblings:
            continue
        seen.add(at)
        mask |= frame.mask_of(at)
        mask |= sum(frame.joins[flow] for flow in siblings[at].incoming if flow in frame.joins)
        stack += following(frame.process, siblings[at], frame.children, beside=True)
    return mask


def is_join(element: Element) -> bool:
    return len(element.incoming) > 1 and element.kind in JOINS
