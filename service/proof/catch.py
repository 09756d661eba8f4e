"""Events: who catches what an element throws or a task reports, and what a caught event does to the
tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.bpmn.model import Element
from service.proof.layout import Frame
from service.proof.net import Move, Verb
from service.proof.wire import CAUGHT, Way, Wiring, beside, move, opened, ways


@dataclass(frozen=True, slots=True)
class Catcher:
    """An event that catches: at the boundary of `host` in `frame`, or, without a host, the start of
    an event sub-process of `frame`. It catches only where `live` is there and `dead` is not."""

    frame: Frame
    event: Element
    host: Element | None
    live: int = 0
    dead: int = 0


def wire_boundaries(wiring: Wiring, frame: Frame, host: Element) -> None:
    """Timers, messages and signals at the boundary of an activity."""
    for event in frame.process.attached.get(host.id, ()):
        if event.event.kind in CAUGHT:
            told = (move(frame, Verb.EVENT, event),)
            _caught(
                wiring,
                Catcher(frame, event, host),
                told,
                frame.at[host.id],
                frame.arms.get(event.id, 0),
            )


def wire_event_scopes(wiring: Wiring, frame: Frame) -> None:
    """Event sub-processes that wait for a timer, a message or a signal."""
    for inner, start in frame.event_starts:
        if start.event.kind in CAUGHT:
            told = (move(frame, Verb.EVENT, start),)
            _caught(
                wiring, Catcher(frame, start, None), told, frame.live, frame.arms.get(inner.id, 0)
            )


def wire_reported(wiring: Wiring, frame: Frame, task: Element) -> None:
    """Errors and escalations that whoever does the task may report; only those that something
    catches."""
    for verb, kind in ((Verb.ERROR, "error"), (Verb.ESCALATION, "escalation")):
        for code in codes(frame, task, kind):
            for catcher in catchers(frame, task, kind, code):
                told = (move(catcher.frame, verb, catcher.event, by=task.id),)
                _caught(wiring, catcher, told, frame.at[task.id], 0)


def wire_thrown(wiring: Wiring, frame: Frame, element: Element) -> None:
    """An error or escalation event: caught by the nearest, or by nobody."""
    kind = element.event.kind
    code = element.event.name.source if element.event.name is not None else ""
    found = list(catchers(frame, element, kind, code))
    first = move(frame, Verb.PASS, element)
    here = frame.at[element.id]
    if code.startswith("="):
        wiring.net.unknown.append((element.id, "the code it throws is an expression"))
    for catcher in found:
        told = (first, move(catcher.frame, Verb.PASS, catcher.event))
        if catcher.event.interrupting:
            _caught(wiring, catcher, told, here, 0, auto=True)
        else:
            _beside_thrower(wiring, frame, element, catcher)
    if kind == "escalation":
        live = sum(catcher.live for catcher in found)
        if not any(not catcher.live for catcher in found):
            wiring.add((first,), here, ways(wiring, frame, element), auto=True, forbid=live)


def _beside_thrower(wiring: Wiring, frame: Frame, element: Element, catcher: Catcher) -> None:
    """An escalation that does not interrupt: the thrower goes on, the handler begins unless it is
    at work already."""
    busy = _busy(catcher)
    first, second = move(frame, Verb.PASS, element), move(catcher.frame, Verb.PASS, catcher.event)
    for own in ways(wiring, frame, element):
        told = (Move(first.verb, first.element, first.process, own.flows, "", first.scope), second)
        more = [
            Way(w.flows, w.give | own.give, w.twice | (w.give & own.give))
            for w in _handler(wiring, catcher)
        ]
        need = frame.at[element.id] | catcher.live
        more = [Way(w.flows, w.give | catcher.live, w.twice) for w in more]
        wiring.add(told, need, more, auto=True, forbid=busy | catcher.dead)
        if busy:
            again = [Way(own.flows, own.give | catcher.live, own.twice)]
            wiring.add((first,), need, again, auto=True, some=busy, forbid=catcher.dead)


def _caught(
    wiring: Wiring,
    catcher: Catcher,
    told: tuple[Move, ...],
    source: int,
    arm: int,
    *,
    auto: bool = False,
) -> None:
    """The transitions of a caught event; `source` is the place that has to be there for it to
    come."""
    out = _handler(wiring, catcher)
    need = source | arm | catcher.live
    if catcher.event.interrupting:
        wiring.add(told, need, out, auto=auto, clear=_interrupted(catcher), forbid=catcher.dead)
        return
    kept = (source | catcher.live) & ~arm
    out = [Way(way.flows, way.give | kept, way.twice | (way.give & kept)) for way in out]
    wiring.add(told, need, out, auto=auto, forbid=_busy(catcher) | catcher.dead)


def _handler(wiring: Wiring, catcher: Catcher) -> list[Way]:
    """Where the caught event's token goes."""
    frame, event = catcher.frame, catcher.event
    if catcher.host is not None:
        return ways(wiring, frame, event)
    inner = frame.inside.get(event.scope)
    if inner is None:
        return [Way((), frame.at[event.scope], 0)]
    return [
        Way(way.flows, way.give | frame.at[event.scope] | opened(inner), way.twice)
        for way in ways(wiring, inner, event)
    ]


def _interrupted(catcher: Catcher) -> int:
    """What ends when the event interrupts."""
    if catcher.host is not None:
        return catcher.frame.mask_of(catcher.host.id)
    return catcher.frame.everything


def _busy(catcher: Catcher) -> int:
    if catcher.host is not None:
        return beside(catcher.frame, catcher.event)
    return catcher.frame.mask_of(catcher.event.scope) & ~catcher.frame.arms.get(
        catcher.event.scope, 0
    )


def catchers(frame: Frame, element: Element, kind: str, code: str) -> Iterator[Catcher]:
    """Who catches a code thrown by an element: the nearest that always does, and nearer ones that
    may be dead."""
    dead = 0
    for at, host, events in _levels(frame, element):
        event = _best(events, kind, code)
        if event is None:
            continue
        if host is not None or (not event.interrupting and not _can_die(at)):
            yield Catcher(at, event, host, at.live if host is None else 0, dead)
            return
        yield Catcher(at, event, None, at.live, dead)
        dead |= at.live


def _can_die(frame: Frame) -> bool:
    """Whether an event sub-process may interrupt the scope, after which none of the others
    starts."""
    return any(start.interrupting for _, start in frame.event_starts)


def codes(frame: Frame, element: Element, kind: str) -> list[str]:
    """The codes worth telling apart: those that something around names, and any other if there is a
    catch-all."""
    found = dict[str, None]()
    for _, _, events in _levels(frame, element):
        for event in events:
            if event.event.kind == kind:
                found[event.event.name.source if event.event.name is not None else ""] = None
    return list(found)


def _levels(
    frame: Frame, element: Element
) -> Iterator[tuple[Frame, Element | None, tuple[Element, ...]]]:
    """From an element outwards: its boundary events, then the event sub-processes of its scope, and
    so on."""
    at: Frame | None = frame
    below: Element | None = element
    while at is not None and below is not None:
        yield at, below, at.process.attached.get(below.id, ())
        starts = at.event_starts
        yield at, None, tuple(start for inner, start in starts if inner.id != below.id)
        below, at = at.host, at.outer


def _best(events: tuple[Element, ...], kind: str, code: str) -> Element | None:
    matching = [event for event in events if event.event.kind == kind]
    exact = [e for e in matching if e.event.name is not None and e.event.name.source == code]
    general = [e for e in matching if e.event.name is None or not e.event.name.source]
    return next(iter([*exact, *general]), None)
