"""An instance goes on in another version of its diagrams: every token keeps its id, its timers, its
variables.

Elements keep their place by their id, or by the one that the mapping gives. What waits at an event
that is gone no longer waits; an event that is new at something active begins to. A token that has
no place is an obstacle, and nothing is moved then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine import codec, moves, waits
from service.engine.advance import Step
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.game import Host, Token, TokenGame
from service.engine.offers import task_of
from service.sentence import Sentence

Places = Mapping[str, str]
"""Element id in the old version → element id in the new one, for those whose id is another."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A token that has no place in the new version, and why."""

    element_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Migrated:
    """The instance in the new version. `tasks` are the open user tasks as the new version offers
    them, `renamed` the engine's ids whose element has another id now, and `formerly` which one each
    had. The step's changes are elements renamed, and waits that ended or began."""

    step: Step
    tasks: tuple[c.TaskCreated, ...]
    renamed: Mapping[str, str]
    formerly: Mapping[str, str]


def find_obstacles(old: Bundle, new: Bundle, state: bytes, places: Places) -> list[Obstacle]:
    """Every token that has no place in the new version."""
    _, _, rows = codec.read_rows(state)
    return _Moving(old, new, places, rows).obstacles()


def migrate(
    old: Bundle,
    new: Bundle,
    state: bytes,
    places: Places,
    *,
    now: datetime,
    host: Host | None = None,
) -> Migrated:
    """Move an instance. Raises EngineError("no-place") for the first obstacle; then nothing has
    changed."""
    counter, ends, rows = codec.read_rows(state)
    moving = _Moving(old, new, places, rows)
    obstacles = moving.obstacles()
    if obstacles:
        first, more = obstacles[0], len(obstacles) - 1
        raise EngineError(
            "no-place",
            first.element_id,
            "{reason} (and {more} more)" if more else "{reason}",
            reason=first.reason,
            more=more,
        )
    kept = codec.write_rows(counter, ends, moving.rewritten())
    game = codec.load(kept, new, now=now, host=host or Host())
    game.changes += [*moving.renamings(game), *moving.ended]
    _begin_new_waits(game, moving)
    _open_joins(game)
    step = Step(codec.dump(game), tuple(game.changes), game.is_ended())
    return Migrated(step, _open_tasks(game), moving.renamed, moving.formerly)


def offered_tasks(
    bundle: Bundle, state: bytes, *, now: datetime, host: Host | None = None
) -> tuple[c.TaskCreated, ...]:
    """The open user tasks of a state as its version offers them."""
    return _open_tasks(codec.load(state, bundle, now=now, host=host or Host()))


def _open_tasks(game: TokenGame) -> tuple[c.TaskCreated, ...]:
    return tuple(
        task_of(token) for token in game.tasks.values() if token.internal_data.get("open") == "task"
    )


class _Moving:
    """The rows of a state on their way: what each stands for, before and after."""

    def __init__(self, old: Bundle, new: Bundle, places: Places, rows: list[list[Any]]) -> None:
        self.old, self.new, self.places, self.rows = old, new, places, rows
        self.by_id = {row[0]: row for row in rows}
        self.ended: list[c.Change] = []
        self.renamed: dict[str, str] = {}
        self.formerly: dict[str, str] = {}

    def where(
        self, row: list[Any]
    ) -> tuple[Process, Element | None, Process | None, Element | None]:
        """Process and element in the old version, then in the new; no element for the scope of a
        process."""
        process_id, _, element_id = row[2].partition("/")
        before, after = self.old.models[process_id], self.new.models.get(process_id)
        if not element_id:
            return before, None, after, None
        now = (
            after.elements.get(self.places.get(element_id, element_id))
            if after is not None
            else None
        )
        return before, before.elements[element_id], after, now

    def obstacles(self) -> list[Obstacle]:
        return [
            Obstacle(row[2].rpartition("/")[2], reason)
            for row in self.rows
            for reason in self._reasons(row)
            if not self._is_wait(row)
        ]

    def _is_wait(self, row: list[Any]) -> bool:
        return "wait" in (row[5] or {})

    def _reasons(self, row: list[Any]) -> Iterator[str]:
        _, element, process, now = self.where(row)
        name = row[2]
        if process is None:
            yield Sentence(
                "the process {what!r} is not in the new version", what=name.partition("/")[0]
            )
        elif element is not None and now is None:
            yield (
                Sentence(
                    "{id} is active and is not in the new version: say which element takes its "
                    "place",
                    id=element.id,
                )
            )
        elif element is not None and now is not None:
            yield from self._unlike(row, element, now)
        elif row[1] is not None:
            yield from self._called_otherwise(row)
        for gateway, flows in (row[5] or {}).get("joins", {}).items():
            for flow in flows:
                if process is not None and self._flow(row, gateway, flow) is None:
                    yield (
                        Sentence(
                            "a token waits at {gateway} by the flow {flow}, which does not lead to "
                            "a join there any more",
                            gateway=gateway,
                            flow=flow,
                        )
                    )

    def _unlike(self, row: list[Any], element: Element, now: Element) -> Iterator[str]:
        if element.kind != now.kind:
            yield Sentence(
                "{id} is active as {kind}, and {id2} is a {kind2}",
                id=element.id,
                kind=element.kind,
                id2=now.id,
                kind2=now.kind,
            )
        elif self.places.get(element.scope, element.scope) != now.scope:
            yield Sentence(
                "{id} is active, and {id2} stands in another sub-process", id=element.id, id2=now.id
            )
        elif (row[5] or {}).get("open") == "job" and now.job_type is None:
            yield Sentence("{id} has an open job, and {id2} makes none", id=element.id, id2=now.id)
        elif (element.loop is None) != (now.loop is None) or (
            element.loop is not None
            and now.loop is not None
            and element.loop.sequential != now.loop.sequential
        ):
            yield Sentence(
                "{id} is active, and {id2} is done for each item in another way",
                id=element.id,
                id2=now.id,
            )
        elif element.event.kind != now.event.kind:
            yield (
                Sentence(
                    "{id} waits for a {kind}, and {id2} for a {kind2}",
                    id=element.id,
                    kind=element.event.kind,
                    id2=now.id,
                    kind2=now.event.kind,
                )
            )

    def _called_otherwise(self, row: list[Any]) -> Iterator[str]:
        _, _, _, caller = self.where(self.by_id[row[1]])
        text = caller.called_process if caller is not None else None
        if text is not None and text.expression is None and text.source != row[2]:
            yield (
                Sentence(
                    "{what} is under way in {row}, and now calls {source}",
                    what=caller.id if caller else "",
                    row=row[2],
                    source=text.source,
                )
            )

    def _flow(self, row: list[Any], gateway: str, flow: str) -> str | None:
        """The flow by which a token waits at a join: by its id, or from what takes the place of its
        source."""
        before, _, after, _ = self.where(row)
        drawn = after.elements.get(self.places.get(gateway, gateway)) if after is not None else None
        if after is None or drawn is None or not _is_join(drawn):
            return None
        if self.places.get(flow, flow) in drawn.incoming:
            return self.places.get(flow, flow)
        source = next(
            (e.id for e in before.elements.values() if any(f.id == flow for f in e.outgoing)), ""
        )
        now = after.elements.get(self.places.get(source, source))
        return (
            next((f.id for f in now.outgoing if f.target == drawn.id), None)
            if now is not None
            else None
        )

    def rewritten(self) -> list[list[Any]]:
        """The rows in terms of the new version; waits at events that are gone are left out."""
        kept = []
        for row in self.rows:
            identifier, parent, name, state, data, internal = row
            process, element, _, now = self.where(row)
            inside = dict(internal or {})
            if self._is_wait(row) and not self._may_wait(row, now, inside):
                self._end_wait(row, inside)
                continue
            if "joins" in inside:
                inside["joins"] = {
                    self.places.get(gateway, gateway): {
                        self._flow(row, gateway, flow): n for flow, n in flows.items()
                    }
                    for gateway, flows in inside["joins"].items()
                }
            if element is not None and now is not None:
                name = f"{process.id}/{now.id}"
                if now.id != element.id:
                    self.renamed[identifier] = now.id
                    self.formerly[identifier] = element.id
            kept.append([identifier, parent, name, state, data, inside or None])
        return kept

    def renamings(self, game: TokenGame) -> list[c.Change]:
        """The active elements, no waits, that have another id now."""
        return [
            c.ElementRenamed(identifier, game.tasks[identifier].task_spec.process.id, element_id)
            for identifier, element_id in self.renamed.items()
            if not waits.is_wait(game.tasks[identifier])
        ]

    def _may_wait(self, row: list[Any], now: Element | None, inside: dict[str, Any]) -> bool:
        """Whether the event that a wait stands for is still there, for the same host; a gateway's
        flow is renewed."""
        _, element, process, _ = self.where(row)
        if (
            now is None
            or element is None
            or process is None
            or now.event.kind != element.event.kind
        ):
            return False
        _, _, _, host = self.where(self.by_id[row[1]])
        if now.kind == "boundaryEvent":
            return host is not None and now.attached_to == host.id
        if now.kind == "startEvent":
            around = process.elements.get(now.scope)
            return (
                around is not None
                and around.triggered_by_event
                and around.scope == (host.id if host else "")
            )
        flow = (
            next((flow.id for flow in host.outgoing if flow.target == now.id), None)
            if host is not None
            else None
        )
        inside["wait"] = flow
        return flow is not None

    def _end_wait(self, row: list[Any], inside: Mapping[str, Any]) -> None:
        element_id = row[2].rpartition("/")[2]
        if "due" in inside:
            self.ended.append(c.TimerEnded(row[0], element_id, "cancelled"))
        elif "sub" in inside or "signal" in inside:
            self.ended.append(c.SubscriptionEnded(row[0], element_id, "cancelled"))


def _is_join(element: Element | None) -> bool:
    gateways = ("parallelGateway", "inclusiveGateway")
    return element is not None and element.kind in gateways and len(element.incoming) > 1


def _open_joins(game: TokenGame) -> None:
    """A join that waits for fewer flows now may have all of them."""
    for scope in list(game.tasks.values()):
        process = scope.task_spec.process
        for gateway, flows in list(scope.internal_data.get("joins", {}).items()):
            drawn = process.elements[gateway]
            if drawn.kind == "parallelGateway" and len(flows) == len(drawn.incoming):
                moves.open_join(scope, process, drawn)
    game.run()


def _begin_new_waits(game: TokenGame, moving: _Moving) -> None:
    """Events that the new version has at something active, and the old version did not."""
    for token in list(game.tasks.values()):
        if waits.is_wait(token) or "mi" in token.internal_data or "ended" in token.internal_data:
            continue
        process = token.task_spec.process
        if token.task_spec.is_process:
            _add(game, moving, token, process, _starts(process, ""))
            continue
        element = token.task_spec.element
        if "in" not in token.internal_data:
            continue
        _add(game, moving, token, process, process.attached.get(element.id, ()))
        if element.kind == "subProcess":
            _add(game, moving, token, process, _starts(process, element.id))
        if element.kind == "eventBasedGateway":
            for flow in element.outgoing:
                _add(game, moving, token, process, (process.elements[flow.target],), flow=flow.id)


def _host(event: Element, places: Places) -> str:
    """What an event sits on or stands in: one that was there before may have fired already."""
    host = event.attached_to or event.scope
    return places.get(host, host)


def _starts(process: Process, scope: str) -> tuple[Element, ...]:
    return tuple(start for _, start in process.event_starts(scope))


def _add(
    game: TokenGame,
    moving: _Moving,
    host: Token,
    process: Process,
    events: tuple[Element, ...],
    *,
    flow: str = "",
) -> None:
    if host.internal_data.get("interrupted"):  # its own event sub-processes are over, only they
        events = tuple(event for event in events if event.kind != "startEvent")
    old, places = moving.old.models[process.id].elements, moving.places
    known = {(places.get(key, key), _host(each, places)) for key, each in old.items()}
    for event in events:
        if event.event.kind in waits.WAITED and (event.id, _host(event, {})) not in known:
            waits.add_wait(host, process, event, flow=flow)
