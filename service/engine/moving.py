"""The rows of a state on their way to another version: what has no place there, and what each row
becomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.bpmn.model import Element, Process
from service.engine import changes as c
from service.engine.bundle import Bundle
from service.engine.flat import Game
from service.sentence import Sentence

Places = Mapping[str, str]
"""Element id in the old version → element id in the new one, for those whose id is another."""


def _undone(row: list[Any], process: Process | None) -> Iterator[str]:
    """What was done has to be there to be undone in the new version."""
    for undone, handler, *_ in (row[5] or {}).get("undo", ()):
        if process is not None and handler not in process.elements:
            yield Sentence(
                "{undone} can be compensated by {handler}, which is not in the new version",
                undone=undone,
                handler=handler,
            )


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A token that has no place in the new version, and why."""

    element_id: str
    reason: str


class Moving:
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
        if "hear" in (row[5] or {}):
            yield Sentence(
                "a listener of {what} is at work: migrate when its job is done",
                what=name.partition("/")[2] or name,
            )
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
        yield from _undone(row, process)
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
        """The flow by which a token waits at a join: the one from what takes the place of its
        source, before one that has its id and comes from elsewhere."""
        before, _, after, _ = self.where(row)
        drawn = after.elements.get(self.places.get(gateway, gateway)) if after is not None else None
        if after is None or drawn is None or not _is_join(drawn):
            return None
        source = next(
            (e.id for e in before.elements.values() if any(f.id == flow for f in e.outgoing)), ""
        )
        kept, place = self.places.get(flow, flow), self.places.get(source, source)
        into = {
            f.id: e.id for e in after.elements.values() for f in e.outgoing if f.target == drawn.id
        }
        if into.get(kept) == place:
            return kept
        from_there = next((id for id, start in into.items() if start == place), None)
        return from_there or (kept if kept in into else None)

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
                inside["joins"] = self._joins(row, inside["joins"])
            if element is not None and now is not None:
                name = f"{process.id}/{now.id}"
                if now.id != element.id:
                    self.renamed[identifier] = now.id
                    self.formerly[identifier] = element.id
            kept.append([identifier, parent, name, state, data, inside or None])
        return kept

    def _joins(self, row: list[Any], joins: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
        """How many tokens wait at each join by each flow; several flows may have become one."""
        found: dict[str, Any] = {}
        for gateway, flows in joins.items():
            place = found[self.places.get(gateway, gateway)] = Counter[str | None]()
            for flow, many in flows.items():
                place[self._flow(row, gateway, flow)] += many
        return found

    def renamings(self, game: Game) -> list[c.Change]:
        """The active elements, no waits, that have another id now."""
        return [
            c.ElementRenamed(identifier, game.index[identifier].task_spec.process.id, element_id)
            for identifier, element_id in self.renamed.items()
            if identifier in game.index and not game.index[identifier].task_spec.is_wait
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
