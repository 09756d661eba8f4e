"""A way on the diagram played in the engine itself: a counterexample is one only if the engine goes
it too."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from service.bpmn.model import Process, Text
from service.engine import Bundle, EngineError, Host, advance
from service.engine import changes as c
from service.engine import commands as q
from service.engine.guided import AT_ONCE, guide
from service.proof.net import Move, Verb
from service.proof.wire import is_at_once
from service.sentence import Sentence

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_OPENS = (c.TaskCreated, c.JobCreated, c.TimerSet, c.SubscriptionOpened)
_ENDS = (c.TaskEnded, c.JobEnded, c.TimerEnded, c.SubscriptionEnded)
_HOST = Host(services={AT_ONCE: lambda job: {}})
MOST_MOVES = 20_000

Finish = Mapping[tuple[str, str], tuple[Move, ...]]


@dataclass(slots=True)
class Played:
    """What the engine did. `lost` says where it could not follow; `error` is how a command was
    refused."""

    entered: list[str] = field(default_factory=list)
    open: dict[str, Any] = field(default_factory=dict)
    ad_hoc: dict[str, str] = field(default_factory=dict)
    state: bytes = b""
    ended: bool = False
    error: EngineError | None = None
    lost: str = ""


def expand(
    moves: Iterable[Move], processes: Mapping[str, Process], finish: Finish, depth: int = 0
) -> Iterator[Move]:
    """The moves with the inside of every activity that was taken as one step."""
    for move in moves:
        if move.verb is Verb.INSIDE and depth < 30:
            element = processes[move.process].elements[move.element]
            called = (
                element.called_process.source
                if element.called_process is not None
                else move.process
            )
            scope = "" if element.kind == "callActivity" else element.id
            inner = finish.get((called, scope), ())
            inside = (
                replace(each, verb=Verb.PASS) if each.verb is Verb.BEGIN else each for each in inner
            )
            yield from expand(inside, processes, finish, depth + 1)
        yield move


def play(processes: Mapping[str, Process], moves: Iterable[Move], finish: Finish) -> Played:
    """Play moves in the engine. Nothing is raised: the result says how far it got."""
    told = list(expand(moves, processes, finish))[:MOST_MOVES]
    script = _Script(processes, told)
    bundle = guide(processes, script.choose, lambda element: not is_at_once(element))
    played, now = Played(), _START
    for move in told:
        now += timedelta(minutes=1)
        command = _command(processes, played, move)
        if command is None and move.verb not in (Verb.PASS, Verb.INSIDE):
            played.lost = Sentence(
                "{verb} {element}: nothing waits for it", verb=move.verb, element=move.element
            )
        if command is None or played.lost:
            continue
        _send(bundle, played, command, now)
        if played.error is not None:
            break
    return played


class _Script:
    """What the moves say of flows taken and instances made, in the order in which the engine asks
    for it."""

    def __init__(self, processes: Mapping[str, Process], told: Iterable[Move]) -> None:
        self.processes = processes
        self.waiting: defaultdict[tuple[str, str, str], deque[tuple[str, ...]]]
        self.waiting = defaultdict(deque)
        for move in told:
            if move.flows:
                self.waiting["flows", move.process, move.element].append(move.flows)
            if move.items >= 0:
                items = ("item",) * move.items
                self.waiting["items", move.process, move.element].append(items)

    def choose(self, what: str, process: str, element: str) -> tuple[str, ...]:
        waiting = self.waiting[what, process, element]
        if waiting:
            return waiting.popleft()
        if what == "items":
            return ("item",)
        drawn = self.processes[process].elements[element]
        return tuple(flow.id for flow in drawn.outgoing if flow.condition is not None)[:1]


def _send(bundle: Bundle, played: Played, command: q.Command, now: datetime) -> None:
    try:
        step = advance(bundle, played.state or None, command, now=now, host=_HOST)
    except EngineError as error:
        played.error = error
        return
    played.state, played.ended = step.state, step.ended
    for change in step.changes:
        if isinstance(change, c.ElementEntered):
            played.entered.append(change.element_id)
            if change.kind == "adHocSubProcess":
                played.ad_hoc[change.element_id] = change.id
        elif isinstance(change, _OPENS):
            played.open[change.id] = change
        elif isinstance(change, _ENDS):
            played.open.pop(change.id, None)


def _command(processes: Mapping[str, Process], played: Played, move: Move) -> q.Command | None:
    event = processes[move.process].elements[move.element].event
    match move.verb:
        case Verb.BEGIN:
            return q.Start(move.process, {}, move.element if event.kind != "none" else None)
        case Verb.DONE:
            return _done(_open(played, move.element, (c.TaskCreated, c.JobCreated)))
        case Verb.CHOOSE:
            return _begin(played.ad_hoc.get(move.element), move.by)
        case Verb.EVENT:
            return _event(_open(played, move.element, (c.TimerSet, c.SubscriptionOpened)))
        case Verb.ERROR | Verb.ESCALATION:
            offer = _open(played, move.by, (c.TaskCreated, c.JobCreated))
            return None if offer is None else _throw(move.verb, offer.id, event.name)
        case _:
            return None


def _done(offer: Any) -> q.Command | None:
    if offer is None:
        return None
    return q.CompleteTask(offer.id) if isinstance(offer, c.TaskCreated) else q.CompleteJob(offer.id)


def _begin(body: str | None, element: str) -> q.Command | None:
    return None if body is None else q.Begin(body, ((element, {}),))


def _throw(verb: Verb, offer: str, name: Text | None) -> q.Command:
    code = (name.source if name is not None else "") or "any"
    return q.ThrowError(offer, code) if verb is Verb.ERROR else q.ThrowEscalation(offer, code)


def _event(waiting: Any) -> q.Command | None:
    if waiting is None:
        return None
    if isinstance(waiting, c.TimerSet):
        return q.FireTimer(waiting.id)
    return (
        q.DeliverSignal(waiting.name) if waiting.kind == "signal" else q.DeliverMessage(waiting.id)
    )


def _open(played: Played, element_id: str, kinds: tuple[type, ...]) -> Any:
    found = [
        each
        for each in played.open.values()
        if each.element_id == element_id and isinstance(each, kinds)
    ]
    return found[0] if found else None
