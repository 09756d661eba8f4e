"""From a scope of a process to its net."""

from __future__ import annotations

from collections.abc import Callable

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES
from service.engine.inclusive import Reach
from service.proof.ad_hoc import wire_ad_hoc
from service.proof.catch import wire_boundaries, wire_event_scopes, wire_reported, wire_thrown
from service.proof.layout import Frame, LookInto, lay
from service.proof.net import Net, Verb
from service.proof.wire import (
    Way,
    Wiring,
    begun,
    can_be_waited_in,
    is_join,
    move,
    opened,
    ways,
    wire_join,
)


def build(
    process: Process,
    scope: str,
    *,
    look_into: LookInto,
    waits: Callable[[Process, Element], bool],
    reaches: Callable[[str], Reach],
    may_escape: bool = False,
    repeat: bool = False,
) -> Net:
    """The net of a process (`scope` "") or of one of its sub-processes, played on its own.

    `may_escape` is for a called process: an error that nothing in it catches ends it, and its
    caller goes on. `repeat` lets an activity that is done for each item be done any number of
    times, instead of never or once.
    """
    net = Net()
    boot = net.place(scope or process.id)
    frame = Frame(process, scope, (), None, None)
    lay(net, frame, look_into)
    wiring = Wiring(net, reaches, waits, repeat)
    for start in _starts(frame):
        out = [
            Way(way.flows, way.give | opened(frame), way.twice)
            for way in ways(wiring, frame, start)
        ]
        verb = Verb.PASS if scope else Verb.BEGIN
        wiring.add((move(frame, verb, start),), boot, out)
    _wire(wiring, frame, may_escape=may_escape)
    if frame.is_ad_hoc:
        host = process.elements[scope]
        wiring.add((move(frame, Verb.PASS, host),), boot, [Way((), opened(frame), 0)])
        wire_ad_hoc(wiring, frame, host, frame.hub, [Way((), 0, 0)], frame.everything)
    net.start, net.work = boot, boot | frame.work | frame.hub
    net.ends = _ends(frame)
    return net


def _starts(frame: Frame) -> list[Element]:
    starts = [element for element in frame.children if element.kind == "startEvent"]
    host = frame.process.elements.get(frame.scope)
    if host is None or host.triggered_by_event:
        return starts
    return [start for start in starts if start.event.kind == "none"]


def _wire(wiring: Wiring, frame: Frame, *, may_escape: bool) -> None:
    wire_event_scopes(wiring, frame)
    for element in frame.children:
        if is_join(element):
            wire_join(wiring, frame, element)
        elif element.kind == "startEvent":
            if element.event.kind == "none" and frame.outer is not None:
                wiring.add(
                    (move(frame, Verb.PASS, element),),
                    frame.at[element.id],
                    ways(wiring, frame, element),
                    auto=True,
                )
        elif element.id in frame.inside:
            _wire_inside(wiring, frame, element, may_escape=may_escape)
        elif element.kind != "boundaryEvent":
            _wire_element(wiring, frame, element, may_escape=may_escape)


def _wire_inside(wiring: Wiring, frame: Frame, element: Element, *, may_escape: bool) -> None:
    """An activity whose inside is played: it is done when nothing in it is under way."""
    inner = frame.inside[element.id]
    out = [Way((), 0, 0)] if element.triggered_by_event else ways(wiring, frame, element)
    told = (move(frame, Verb.PASS, element),)
    if element.id in frame.choose:
        wiring.add(
            (move(frame, Verb.PASS, element, items=0),), frame.choose[element.id], out, auto=True
        )
        start = [Way((), begun(frame, element.id), 0)]
        wiring.add(
            (move(frame, Verb.PASS, element, items=1),), frame.choose[element.id], start, auto=True
        )
        if wiring.repeat:
            out = [*out, Way((), frame.choose[element.id], 0)]
    clear = frame.mask_of(element.id)
    if inner.is_ad_hoc:
        wire_ad_hoc(wiring, inner, element, frame.at[element.id], out, clear)
    else:
        wiring.add(told, frame.at[element.id], out, auto=True, clear=clear, forbid=inner.work)
    wire_boundaries(wiring, frame, element)
    _wire(wiring, inner, may_escape=may_escape)


def _wire_element(wiring: Wiring, frame: Frame, element: Element, *, may_escape: bool) -> None:
    here = frame.at[element.id]
    throws = element.kind in ("endEvent", "intermediateThrowEvent") and element.job_type is None
    if element.kind == "eventBasedGateway":
        _wire_event_gateway(wiring, frame, element)
    elif throws and element.event.kind in ("error", "escalation"):
        wire_thrown(wiring, frame, element)
        if may_escape and element.event.kind == "error" and not _is_caught(wiring, here):
            everything = _root(frame).everything
            wiring.add(
                (move(frame, Verb.PASS, element),),
                here,
                [Way((), 0, 0)],
                auto=True,
                clear=everything,
            )
    elif throws and element.event.kind == "terminate":
        wiring.add(
            (move(frame, Verb.PASS, element),),
            here,
            ways(wiring, frame, element),
            auto=True,
            clear=frame.everything,
        )
    else:
        _wire_task(wiring, frame, element)


def _wire_task(wiring: Wiring, frame: Frame, element: Element) -> None:
    """An activity, gateway or event that goes on by itself, or when the world outside says so."""
    opaque = element.kind in SCOPES or element.kind == "callActivity"
    waits = wiring.waits(frame.process, element) if opaque else can_be_waited_in(element)
    event = element.kind in ("intermediateCatchEvent", "receiveTask")
    verb = (
        Verb.INSIDE
        if opaque
        else Verb.EVENT
        if waits and event
        else Verb.DONE
        if waits
        else Verb.PASS
    )
    clear = frame.mask_of(element.id)
    out = [Way((), 0, 0)] if element.triggered_by_event else ways(wiring, frame, element)
    wiring.add(
        (move(frame, verb, element),), frame.at[element.id], out, auto=not waits, clear=clear
    )
    wire_boundaries(wiring, frame, element)
    if verb is Verb.DONE:
        wire_reported(wiring, frame, element)


def _wire_event_gateway(wiring: Wiring, frame: Frame, element: Element) -> None:
    for flow in element.outgoing:
        event = frame.process.elements.get(flow.target)
        if event is None:
            continue
        told = (move(frame, Verb.EVENT, event),)
        wiring.add(told, frame.at[element.id], ways(wiring, frame, event))


def _is_caught(wiring: Wiring, here: int) -> bool:
    return any(transition.need & here for transition in wiring.net.transitions)


def _root(frame: Frame) -> Frame:
    return frame if frame.outer is None else _root(frame.outer)


def _ends(frame: Frame) -> int:
    mask = sum(frame.ends.values())
    for inner in frame.inside.values():
        mask |= _ends(inner)
    return mask
