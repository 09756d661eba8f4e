"""Which element of another version takes the place of which: proposed, checked, and what that
version asks for.

A proposal is only that: a person looks at it. The same id stays the same place; what has another id
is looked for among the elements of its kind that are new, by its form, its job, its name in any
language, and what stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from service.bpmn import names
from service.bpmn.model import Element, Process
from service.engine.bundle import Bundle
from service.feel import Expression
from service.sentence import Sentence

HELD = frozenset(
    {
        "userTask",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "subProcess",
        "adHocSubProcess",
        "callActivity",
        "eventBasedGateway",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
    }
)
"""Kinds at which a case may stand between two steps."""
ENOUGH = 3
"""How alike two elements have to be before one is proposed for the other."""


@dataclass(frozen=True, slots=True)
class Place:
    """An element at which a case may stand, and what is proposed to take its place: "" where
    nothing is."""

    process_id: str
    element_id: str
    kind: str
    name: str
    target: str
    why: str


def propose_places(old: Bundle, new: Bundle) -> list[Place]:
    """A proposal for every element of the old version at which a case may stand, process by
    process."""
    found: list[Place] = []
    for process in sorted(old.models.values(), key=lambda each: each.id):
        after = new.models.get(process.id)
        places = {each: each for each in process.elements}
        chosen: dict[str, Place] = {}
        held = [element for element in process.elements.values() if _holds(element)]
        # joins last: all that a join is known by is what stands beside it
        for element in sorted(held, key=_is_join):
            target, why = _proposal(process, element, after, places)
            places |= {element.id: target} if target else {}
            chosen[element.id] = Place(
                process.id, element.id, element.kind, element.name or element.id, target, why
            )
        found += [chosen[element.id] for element in held]
    return found


def _holds(element: Element) -> bool:
    return _is_join(element) or (element.kind in HELD and not element.triggered_by_event)


def _is_join(element: Element) -> bool:
    return element.kind in ("parallelGateway", "inclusiveGateway") and len(element.incoming) > 1


def _proposal(
    process: Process, element: Element, after: Process | None, places: Mapping[str, str]
) -> tuple[str, str]:
    if after is None:
        return "", "no process"
    same = after.elements.get(element.id)
    if same is not None:
        return (element.id, "same id") if same.kind == element.kind else ("", "another kind")
    taken = {*process.elements, *places.values()}
    alike = [
        (score, each.id, why)
        for each in after.elements.values()
        if each.id not in taken and each.kind == element.kind
        for score, why in [
            _likeness(_beside(process, element, places), element, _beside(after, each, {}), each)
        ]
        if score >= ENOUGH
    ]
    best = max(alike, key=lambda each: each[0], default=None)
    return ("", "nothing alike") if best is None else (best[1], best[2])


def _likeness(
    beside: set[str], element: Element, other_beside: set[str], other: Element
) -> tuple[int, str]:
    """How alike, and what speaks for it most."""
    job, other_job = (each.job_type.source if each.job_type else None for each in (element, other))
    marks = [
        (4, "same form", bool(element.form_id) and element.form_id == other.form_id),
        (
            4,
            "same process called",
            _called(element) is not None and _called(element) == _called(other),
        ),
        (3, "same job", job is not None and job == other_job),
        (3, "same name", bool(_names(element) & _names(other))),
        (2, "same event", element.event.kind != "none" and element.event == other.event),
        (2, "same neighbours", bool(beside & other_beside)),
        (1, "same neighbours", beside == other_beside),
        (1, "same lane", element.lane is not None and element.lane == other.lane),
    ]
    holding = [(score, why) for score, why, holds in marks if holds]
    return sum(score for score, _ in holding), holding[0][1] if holding else ""


def _called(element: Element) -> str | None:
    return element.called_process.source if element.called_process else None


def _names(element: Element) -> set[str]:
    others = {value for key, value in element.properties.items() if key.startswith("name:")}
    return {name.casefold() for name in {element.name, *others} if name}


def _beside(process: Process, element: Element, places: Mapping[str, str]) -> set[str]:
    """The elements before and behind it, by what takes their place."""
    before = {
        each.id
        for each in process.elements.values()
        if any(f.target == element.id for f in each.outgoing)
    }
    return {places.get(each, each) for each in before | {flow.target for flow in element.outgoing}}


def check_places(old: Bundle, new: Bundle, places: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a mapping, by the element of the old version; empty when nothing is."""
    wrong: dict[str, str] = {}
    for source, target in places.items():
        homes = [process for process in old.models.values() if source in process.elements]
        if not homes:
            wrong[source] = Sentence("{source} is not in the old version", source=source)
            continue
        kind, process_id = homes[0].elements[source].kind, homes[0].id
        after = new.models.get(process_id)
        other = after.elements.get(target) if after is not None else None
        if other is None:
            wrong[source] = Sentence(
                "{target} is not in the new version of {process_id}",
                target=target,
                process_id=process_id,
            )
        elif other.kind != kind:
            wrong[source] = Sentence(
                "expected a {kind} in place of {source}, {target} is a {kind2}",
                kind=kind,
                source=source,
                target=target,
                kind2=other.kind,
            )
    return wrong


def asked_anew(old: Bundle, new: Bundle) -> frozenset[str]:
    """Variables that the new version reads and the old one did not, and that nothing in the new one
    writes: a case that has been under way has them only by chance."""
    return _read(new) - _read(old) - _written(new) - frozenset(names.HOST_FUNCTIONS)


def _read(bundle: Bundle) -> frozenset[str]:
    found: set[str] = set()
    for process in bundle.models.values():
        for element in process.elements.values():
            for expression in _expressions(element):
                found |= expression.names
    return frozenset(found)


def _expressions(value: Any) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _expressions(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _expressions(getattr(value, field.name))


def _written(bundle: Bundle) -> frozenset[str]:
    found: set[str] = set()
    for process in bundle.models.values():
        for element in process.elements.values():
            found |= {
                mapped.target.partition(".")[0] for mapped in (*element.inputs, *element.outputs)
            }
            found |= {element.result_variable or ""}
            if element.loop is not None:
                found |= {element.loop.element or "", element.loop.output_collection or ""}
            form = bundle.forms.get(element.form_id or "")
            found |= set((form or {}).get("schema", {}).get("properties", {}))
    return frozenset(found)
