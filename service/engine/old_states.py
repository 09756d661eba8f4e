"""States of releases before scopes were workflows: read, and written on in the form of this one.

There a scope was a token, and what stood in it were its children; a wait was a token below what it
waited on; a join kept a count for each flow. Ids of all that is open stay.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.bpmn.model import Element, Process
from service.bpmn.names import SCOPES
from service.engine.bundle import Bundle
from service.engine.errors import EngineError
from service.engine.flat import Game, Inner
from service.engine.host import Host
from service.engine.parse_tasks import scope_spec, wait_spec
from service.engine.token import COMPLETED, FUTURE, READY, STARTED, WAITING, Token

MARKS = ("due", "sub", "signal", "cond", "anchor", "left", "fired")
Row = list[Any]


def read(
    counter: int, ends: list[str], rows: list[Row], bundle: Bundle, *, now: datetime, host: Host
) -> Game:
    """The game of an old state. Raises EngineError when it does not fit the bundle."""
    return _Reading(counter, ends, rows, bundle, now=now, host=host).game


class _Reading:
    def __init__(
        self,
        counter: int,
        ends: list[str],
        rows: list[Row],
        bundle: Bundle,
        *,
        now: datetime,
        host: Host,
    ) -> None:
        self.bundle = bundle
        self.below: dict[str | None, list[Row]] = {}
        for row in rows:
            self.below.setdefault(row[1], []).append(row)
        root = rows[0]
        self.game = Game(bundle, self.spec(root[2]), now=now, host=host, counter=counter)
        self.game.name, self.game.ends = root[2], ends
        self.game.completed = "ended" in (root[5] or {})
        self.fill(self.game, root, bundle.models[root[2]])

    def spec(self, name: str) -> Any:
        found = self.bundle.specs.get(name)
        if found is None:
            raise _unknown(name)
        return found

    def token(
        self, workflow: Any, name: str, parent: Token | None, state: int, identifier: str | None
    ) -> Token:
        spec = workflow.spec.task_specs.get(name)
        if spec is None:
            raise _unknown(name)
        return Token(workflow, spec, parent, state=state, id=identifier)

    def fill(self, workflow: Any, row: Row, model: Process) -> None:
        """The inside of a scope."""
        data = row[4] or {}
        tree = Token(workflow, workflow.spec.start, None, state=COMPLETED)
        workflow.data = tree.data = data
        if notes := (row[5] or {}).get("undo"):
            tree.internal_data["undo"] = notes
        workflow.task_tree = tree
        for child in self.below.get(row[0], ()):
            element = self.element(child, model)
            if "wait" in (child[5] or {}):
                if element.kind == "startEvent":
                    self.wait(workflow, tree, wait_spec(element.scope), child)
            else:
                self.place(workflow, tree, child, model)
        for gateway, arrived in ((row[5] or {}).get("joins") or {}).items():
            for flow, count in arrived.items():
                for _ in range(count):
                    token = self.token(workflow, gateway, tree, WAITING, None)
                    token.internal_data["from"] = flow
        if not (row[5] or {}).get("interrupted"):
            self.wait_for_codes(workflow, tree, model, self.scope_of(row))

    def wait_for_codes(self, workflow: Any, tree: Token, model: Process, scope: str) -> None:
        """Errors and escalations that an event sub-process catches had no wait."""
        for inner, start in model.event_starts(scope):
            if start.event.kind in ("error", "escalation"):
                self.wait(workflow, tree, wait_spec(inner.id), None)

    def scope_of(self, row: Row) -> str:
        return str(row[2].partition("/")[2])

    def element(self, row: Row, model: Process) -> Element:
        found = model.elements.get(self.scope_of(row))
        if found is None:
            raise _unknown(row[2])
        return found

    def wait(self, workflow: Any, parent: Token, name: str, row: Row | None) -> None:
        identifier, internal = (None, {}) if row is None else (row[0], row[5] or {})
        token = self.token(workflow, name, parent, WAITING, identifier)
        token.internal_data = {mark: internal[mark] for mark in MARKS if mark in internal}
        self.game.event_manager.add_task(token)

    def place(self, workflow: Any, parent: Token, row: Row, model: Process) -> None:
        """An element instance, with what waits on it and what is inside."""
        element, internal = self.element(row, model), row[5] or {}
        name, attached = element.id, model.attached.get(element.id, ())
        if "mi" in internal:
            name, attached = f"{name} [child]", ()
        if attached:
            parent = self.token(
                workflow, f"{element.id}.BoundaryEventSplit", parent, COMPLETED, None
            )
        token = self.token(workflow, name, parent, _state_of(internal), row[0])
        token.data, token.internal_data = row[4] or {}, _kept(internal)
        for boundary in attached:
            self.wait_on(workflow, parent, boundary, row)
        self.inside(token, row, element, model)

    def wait_on(self, workflow: Any, split: Token, boundary: Element, row: Row) -> None:
        if boundary.event.kind in ("error", "escalation"):
            self.wait(workflow, split, boundary.id, None)
        for child in self.below.get(row[0], ()):
            if "wait" in (child[5] or {}) and self.scope_of(child) == boundary.id:
                self.wait(workflow, split, boundary.id, child)

    def inside(self, token: Token, row: Row, element: Element, model: Process) -> None:
        internal, children = row[5] or {}, self.below.get(row[0], [])
        if "total" in internal or "choose" in internal:
            self.instances(token, internal, children, model)
        elif internal.get("at") in (FUTURE, WAITING):
            return  # it failed before it opened anything
        elif element.kind == "eventBasedGateway":
            self.alternatives(token, element, children)
        elif any(mark in internal for mark in ("due", "sub", "signal", "cond")):
            token._state = WAITING
            self.game.event_manager.add_task(token)
        elif element.kind in SCOPES and _has_begun(element, internal):
            self.open(token, scope_spec(model.id, element.id), row, model, is_process=False)
        elif element.kind == "callActivity":
            self.call(token, children)

    def call(self, token: Token, children: list[Row]) -> None:
        """The process that a call activity runs."""
        for child in children:
            if "/" not in child[2]:
                called = self.bundle.models.get(child[2])
                if called is None:
                    raise _unknown(child[2])
                self.open(token, child[2], child, called, is_process=True)

    def instances(
        self, body: Token, internal: dict[str, Any], children: list[Row], model: Process
    ) -> None:
        state = body.internal_data
        state |= {name: internal[name] for name in ("total", "done", "gone") if name in internal}
        if "total" in internal:
            state["merged"] = []
        if "items" in internal:
            state["items"] = internal["items"]
            state["remaining"] = list(range(internal["next"], internal["total"]))
        for child in children:
            if "mi" in (child[5] or {}):
                self.place(body.workflow, body, child, model)

    def alternatives(self, token: Token, gateway: Element, children: list[Row]) -> None:
        token._state = WAITING
        numbers = {flow.id: number for number, flow in enumerate(gateway.outgoing)}
        stores = token.internal_data["alts"] = {}
        for child in children:
            internal = child[5] or {}
            store = {mark: internal[mark] for mark in MARKS if mark in internal}
            stores[child[0]] = {"is": numbers[internal["wait"]], **store}
            self.game.alternatives[child[0]] = token
        self.game.event_manager.add_task(token)

    def open(self, token: Token, name: str, row: Row, model: Process, *, is_process: bool) -> None:
        workflow = Inner.restored(self.spec(name), token, is_process=is_process)
        workflow.name = name
        if not is_process:
            row = [*row[:4], token.data, row[5]]
        self.fill(workflow, row, model)


def _has_begun(element: Element, internal: dict[str, Any]) -> bool:
    """Whether a sub-process has a scope: the body of an ad-hoc one has none, its instances have."""
    return "begin" not in internal and (element.ad_hoc is None or "mi" in internal)


def _state_of(internal: dict[str, Any]) -> Any:
    if "at" in internal:
        return internal["at"]
    if "failed" in internal:
        return READY if "result" in internal else FUTURE
    return READY if internal.get("open") == "task" else STARTED


def _kept(internal: dict[str, Any]) -> dict[str, Any]:
    state: dict[str, Any] = {"in": True}
    for mark in ("open", "failed", "result", "begin", "undoes", "undoing", "choose", *MARKS):
        if mark in internal:
            state[mark] = internal[mark]
    if "mi" in internal:
        state["key_or_index"] = internal["mi"]
    if "fired" in internal and isinstance(internal["fired"], dict):
        state["result"] = state.pop("fired")
    return state


def _unknown(name: str) -> EngineError:
    return EngineError(
        "state-format",
        name,
        "The state names {name!r}, which this version does not have.",
        name=name,
    )
