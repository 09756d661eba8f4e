"""What each element reads and writes, by its own definition: the names of variables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.bpmn.model import Element, Mapped, Text
from service.dmn import Model

BUILTIN_READS: Mapping[str, frozenset[str]] = {
    "redress.emergency-level": frozenset({"level"}),
    "redress.emergency-quiet": frozenset({"level"}),
    "redress.emergency-team": frozenset({"level"}),
    "redress.notify": frozenset({"group", "user"}),
    "redress.owe": frozenset(
        {
            "outcome",
            "compensationAmount",
            "redressParts",
            "credited",
            "creditAmount",
            "creditedOn",
        }
    ),
    "redress.offer": frozenset({"compensationAmount", "acceptance", "days", "owedByLaw"}),
    "redress.answer-offer": frozenset(
        {"offerAnswer", "offerChannel", "offerAnsweredBy", "offerWords"}
    ),
}
"""What services of the product read where no input is mapped."""
BUILTIN_WRITES: Mapping[str, frozenset[str]] = {
    "redress.similar": frozenset({"similar"}),
    "redress.link": frozenset({"reopened"}),
    "redress.extend": frozenset({"extended", "newDate"}),
    "redress.archive": frozenset({"archivedAt", "retainUntil"}),
    "redress.owe": frozenset({"owed", "owedByLaw", "creditFinal", "creditBack"}),
    "redress.offer": frozenset({"offer", "acceptBy", "acceptUntil"}),
    "redress.answer-offer": frozenset({"offerAnswer"}),
    "redress.emergency-level": frozenset({"reports"}),
    "redress.emergency-quiet": frozenset({"quiet"}),
}
"""What they give."""
MESSAGE_EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the diagrams. `letters` has what each letter says of the step that sends
    it; `functions` are names that FEEL calls, not variables."""

    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decisions: Mapping[str, Model] = field(default_factory=dict)
    letters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()


def names_in(*texts: Text | None) -> frozenset[str]:
    """The variables and functions that expressions read."""
    return frozenset().union(
        *(each.expression.names for each in texts if each is not None and each.expression)
    )


def fields_of(element: Element, known: Known, *, writable: bool = False) -> frozenset[str]:
    """The fields of a user task's form; with `writable` those that a person fills in."""
    form = known.forms.get(element.form_id or "") or {}
    properties: Mapping[str, Any] = form.get("schema", {}).get("properties", {})
    return frozenset(
        name for name, each in properties.items() if not (writable and each.get("readOnly"))
    )


def decision_inputs(element: Element, known: Known) -> frozenset[str]:
    """The names that a decision asks for, in the scope of its task."""
    wanted = element.decision.source if element.decision is not None else ""
    model = known.decisions.get(wanted)
    info = model.decisions.get(wanted) if model is not None else None
    return frozenset() if info is None else frozenset(each.name for each in info.inputs)


def mapped_back(names: Iterable[str], inputs: Iterable[Mapped]) -> frozenset[str]:
    """Names of a task's own scope, as names of the scope around it."""
    sources = {each.target: each.source for each in inputs}
    found: set[str] = set()
    for name in names:
        found |= names_in(sources[name]) if name in sources else {name}
    return frozenset(found)


def reads_of(element: Element, known: Known) -> frozenset[str]:
    """What a gateway, decision, script or effect reads when it is come to."""
    found: set[str] = set()
    for flow in element.outgoing:
        found |= flow.condition.names if flow.condition is not None else frozenset()
    if element.decision is not None:
        found |= mapped_back(decision_inputs(element, known), element.inputs)
    if element.script is not None:
        found |= mapped_back(element.script.names, element.inputs)
    job = element.job
    if job:
        asked = BUILTIN_READS.get(job, frozenset()) | known.letters.get(
            element.headers.get("template", ""), frozenset()
        )
        inputs = frozenset(each.target for each in element.inputs)
        found |= mapped_back(asked | inputs, element.inputs)
    return frozenset(found)


def assignment_of(element: Element) -> frozenset[str]:
    """What decides whose task it is, and how many there are."""
    loop = element.loop.collection if element.loop is not None else None
    people = (element.assignee, element.candidate_groups, element.candidate_users)
    return mapped_back(names_in(*people), element.inputs) | names_in(loop)


def job_writes(element: Element) -> frozenset[str]:
    """What a job is known to give, where its outputs are not mapped."""
    return BUILTIN_WRITES.get(element.job, frozenset())


def waits_for_message(element: Element) -> str:
    """The message that an element catches, "" when none."""
    catches = element.kind in MESSAGE_EVENTS or element.kind == "receiveTask"
    event = element.event
    if not catches or event.kind != "message" or event.name is None:
        return ""
    return event.name.source
