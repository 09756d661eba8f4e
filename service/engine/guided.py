"""The engine on the shape of a diagram alone: what data would decide is asked of somebody else.

A proof does not evaluate conditions, it looks at every way they could go. To show one of these ways
in the engine itself, every condition, collection and time is replaced: `choose` says which flows
are taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from service.bpmn.model import AdHoc, Element, EventDefinition, Flow, Loop, Process, Text
from service.engine.bundle import Bundle, assemble
from service.engine.parts import Parts
from service.feel import Expression, Why

Choose = Callable[[str, str, str], Collection[str]]
"""What is asked ("flows" or "items"), of which process and element → the flows that are taken out
of it, or one entry for each instance that is made."""

Waits = Callable[[Element], bool]
AT_ONCE = "at once"


@dataclass(slots=True)
class _Turn:
    """The flows taken this time, for the conditions of one element."""

    taken: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class _Condition:
    """Stands for the condition of a flow. The first one that is asked asks for all."""

    process: str
    element: str
    flow: str
    first: bool
    turn: _Turn
    choose: Choose
    text: str = "the data"

    def evaluate(
        self, context: Mapping[str, Any], *, now: datetime, why: Why | None = None
    ) -> bool:
        if self.first:
            self.turn.taken = self.choose("flows", self.process, self.element)
        return self.flow in self.turn.taken


@dataclass(frozen=True, slots=True)
class _Items:
    """Stands for an input collection."""

    process: str
    element: str
    choose: Choose
    text: str = "the data"

    def evaluate(
        self, context: Mapping[str, Any], *, now: datetime, why: Why | None = None
    ) -> list[Any]:
        return list(self.choose("items", self.process, self.element))


def guide(processes: Mapping[str, Process], choose: Choose, waits: Waits) -> Bundle:
    """A bundle of the same processes that asks `choose` instead of the data. Jobs that nobody
    `waits` for get the type `AT_ONCE`, for the host to carry out."""
    return assemble(
        {}, Parts({key: _process(process, choose, waits) for key, process in processes.items()})
    )


def _process(process: Process, choose: Choose, waits: Waits) -> Process:
    made = {
        key: _element(process, element, choose, waits) for key, element in process.elements.items()
    }
    return replace(
        process,
        listeners=(),
        elements=made,
        children={key: tuple(made[e.id] for e in each) for key, each in process.children.items()},
        attached={key: tuple(made[e.id] for e in each) for key, each in process.attached.items()},
    )


def _element(process: Process, element: Element, choose: Choose, waits: Waits) -> Element:
    turn = _Turn()
    first = next(
        (f.id for f in element.outgoing if f.condition is not None and f.id != element.default), ""
    )
    decides = element.kind == "businessRuleTask" and element.job_type is None
    return replace(
        element,
        kind="task" if decides else element.kind,
        outgoing=tuple(
            _flow(process, element, flow, first, turn, choose) for flow in element.outgoing
        ),
        event=_event(element),
        loop=_loop(process, element, choose),
        ad_hoc=None if element.ad_hoc is None else AdHoc(),
        inputs=(),
        outputs=(),
        listeners=(),
        undo="",
        script=None,
        result_variable=None,
        decision=None,
        retries=None,
        assignee=None,
        candidate_groups=None,
        candidate_users=None,
        due=None,
        follow_up=None,
        priority=None,
        job_type=None if element.job_type is None else Text("job" if waits(element) else AT_ONCE),
    )


def _flow(
    process: Process, element: Element, flow: Flow, first: str, turn: _Turn, choose: Choose
) -> Flow:
    if flow.condition is None:
        return flow
    stand_in = _Condition(process.id, element.id, flow.id, flow.id == first, turn, choose)
    return replace(flow, condition=cast(Expression, stand_in))


def _event(element: Element) -> EventDefinition:
    event = element.event
    if event.kind == "conditional":  # whoever asks says when it holds
        return EventDefinition("signal", name=Text(f"the condition of {element.id}"))
    name = None if event.name is None else Text(event.name.source)
    if event.kind == "timer":
        if event.timer == "cycle":
            return replace(event, value=Text("R/PT1H"))
        return replace(event, timer="duration", value=Text("PT1H"))
    return replace(event, name=name, key=Text("any") if event.kind == "message" else None)


def _loop(process: Process, element: Element, choose: Choose) -> Loop | None:
    if element.loop is None:
        return None
    items = Text("=", cast(Expression, _Items(process.id, element.id, choose)))
    return replace(
        element.loop,
        collection=items,
        output_collection=None,
        output_element=None,
        completion=None,
        element=None,
    )
