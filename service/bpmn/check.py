"""What is wrong with processes beyond the single element: references, ways in and out, what events
need.

Together with the reader's findings this is what `redress check` reports for diagrams.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.bpmn import names as n
from service.bpmn.check_ad_hoc import check_ad_hoc
from service.bpmn.check_events import check_event
from service.bpmn.finding import Finding, error, warning
from service.bpmn.model import Element, Process, Text
from service.bpmn.reach import unreachable
from service.bpmn.timers import instant_of
from service.errors import Problem
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Known:
    """What the other files of the bundle offer."""

    processes: Mapping[str, Process]
    decisions: frozenset[str]
    forms: frozenset[str]


def check_processes(known: Known) -> list[Problem]:
    """Every problem of the processes of one bundle."""
    found = []
    for process in known.processes.values():
        for element_id, line, each in _all(process, known):
            found.append(
                Problem(
                    each.code,
                    process.file,
                    line,
                    element_id,
                    each.message,
                    each.fix,
                    each.severity,
                )
            )
    return found


def _all(process: Process, known: Known) -> Iterator[tuple[str, int, Finding]]:
    for each in _starts(process, ""):
        yield process.id, process.line, each
    for element in process.elements.values():
        for each in _element(process, element, known):
            yield element.id, element.line, each
    for scope in ["", *(e.id for e in process.elements.values() if e.kind in n.SCOPES)]:
        for element in unreachable(process, scope):
            yield (
                element.id,
                element.line,
                error(
                    "bpmn-unreachable",
                    Sentence("no flow leads to this {kind}", kind=element.kind),
                    "Connect it, or remove it.",
                ),
            )


def _element(process: Process, element: Element, known: Known) -> Iterator[Finding]:
    yield from _references(element, known)
    yield from _work(element, known)
    yield from _ways(process, element)
    yield from check_event(process, element)
    yield from _left_to_do(element)
    if element.ad_hoc is not None:
        yield from check_ad_hoc(process, element)
    elif element.kind in n.SCOPES:
        yield from _starts(process, element.id)
    asks = element.kind == "exclusiveGateway" and len(element.outgoing) > 1
    if not element.name and (element.kind in n.ACTIVITIES or asks):
        yield warning(
            "bpmn-no-name",
            Sentence("the {kind} has no name", kind=element.kind),
            "Say what is done, or what is asked.",
        )


def _left_to_do(element: Element) -> Iterator[Finding]:
    """What a conversion left for a person, until the property is taken away."""
    if element.properties.get(n.TODO):
        yield warning(
            "bpmn-todo",
            Sentence("left to do: {what}", what=element.properties[n.TODO]),
            Sentence("Do it, then remove the property {name}.", name=n.TODO),
        )


def _starts(process: Process, scope: str) -> Iterator[Finding]:
    starts = [e for e in process.children.get(scope, ()) if e.kind == "startEvent"]
    what = (
        Sentence("the sub-process {name!r}", name=scope)
        if scope
        else Sentence("the process {name!r}", name=process.id)
    )
    if not starts:
        yield error("bpmn-no-start", Sentence("{what} has no start event", what=what), "Draw one.")
        return
    if not scope or not process.elements[scope].triggered_by_event:
        yield from _plain_starts(starts, what, entered=bool(scope))
    elif len(starts) > 1 or starts[0].event.kind == "none":
        yield error(
            "bpmn-event-start",
            Sentence("{what} needs exactly one start event with an event", what=what),
            "Draw it.",
        )


def _plain_starts(starts: Sequence[Element], what: Sentence, *, entered: bool) -> Iterator[Finding]:
    """Of a process, or of a sub-process that is `entered` by a flow."""
    if len([start for start in starts if start.event.kind == "none"]) > 1:
        yield error(
            "bpmn-several-starts",
            Sentence("{what} has several plain start events", what=what),
            "Keep one.",
        )
    if entered and any(start.event.kind not in ("none", "refused") for start in starts):
        yield error(
            "bpmn-start-event",
            Sentence("{what} is entered by a flow, its start event waits for nothing", what=what),
            "Use a plain start.",
        )


def _references(element: Element, known: Known) -> Iterator[Finding]:
    if element.form_id is not None and element.form_id not in known.forms:
        yield warning(
            "form-missing",
            Sentence(
                "the form {form_id!r} is not in the bundle: any answer will be taken",
                form_id=element.form_id,
            ),
            "Add it, or choose another.",
        )
    if _is_unknown(element.decision, known.decisions):
        yield error(
            "decision-missing",
            Sentence(
                "the decision {decision!r} is not in the bundle", decision=_source(element.decision)
            ),
            "Add it, or choose another.",
        )
    if element.kind == "callActivity" and element.called_process is None:
        yield error(
            "bpmn-no-called-element",
            "no process is named to be called",
            "Give it a zeebe:calledElement.",
        )
    if _is_unknown(element.called_process, known.processes):
        yield error(
            "called-process-missing",
            Sentence(
                "the called process {called_process!r} is not in the bundle",
                called_process=_source(element.called_process),
            ),
            "Add its diagram.",
        )


def _is_unknown(text: Text | None, known: Mapping[str, Process] | frozenset[str]) -> bool:
    return text is not None and text.expression is None and text.source not in known


def _source(text: Text | None) -> str:
    return "" if text is None else text.source


def _service(wanted: Text | None) -> Iterator[Finding]:
    named = "" if wanted is None or wanted.expression is not None else wanted.source
    if named.startswith(n.BUILT_IN) and named not in n.HOST_SERVICES:
        fix = Sentence(
            "Choose one of {host_services}; a worker's own types begin otherwise.",
            host_services=sorted(n.HOST_SERVICES),
        )
        yield error(
            "unknown-service", Sentence("there is no built-in service {named!r}", named=named), fix
        )


def _without_job(element: Element) -> Iterator[Finding]:
    """A task that is no worker's has to say what is done."""
    is_sent = element.kind == "sendTask" and element.event.kind == "message"
    if element.kind in ("serviceTask", "sendTask") and not is_sent:
        yield error(
            "bpmn-no-job-type",
            Sentence("the {kind} has no job type", kind=element.kind),
            "Give it a zeebe:taskDefinition type.",
        )
    if element.kind == "businessRuleTask" and element.decision is None:
        yield error("bpmn-no-decision", "no decision is named", "Give it a zeebe:calledDecision.")
    if element.kind == "scriptTask" and element.script is None:
        yield error("bpmn-no-script", "there is no FEEL expression", "Give it a zeebe:script.")


def _work(element: Element, known: Known) -> Iterator[Finding]:
    """What tasks need to be done."""
    yield from _service(element.job_type)
    if element.job_type is None:
        yield from _without_job(element)
    yield from _numbers(element)
    yield from _dates(element)
    yield from _four_eyes(element, known)


def _numbers(element: Element) -> Iterator[Finding]:
    for text, most in ((element.retries, 1000), (element.priority, 100)):
        if (
            text is not None
            and not text.source.startswith("=")
            and not (text.source.isdigit() and int(text.source) <= most)
        ):
            yield error(
                "bpmn-number",
                Sentence(
                    "expected a whole number from 0 to {most}, got {source!r}",
                    most=most,
                    source=text.source,
                ),
                "Correct it.",
            )


def _dates(element: Element) -> Iterator[Finding]:
    for text in (element.due, element.follow_up):
        if text is not None and not text.source.startswith("=") and not _is_instant(text.source):
            yield error(
                "bpmn-timer-value",
                Sentence("{source!r} is no ISO 8601 date and time or duration", source=text.source),
                "Write 2026-01-31T09:00:00Z, P3D, or an expression that begins with =.",
            )


def _four_eyes(element: Element, known: Known) -> Iterator[Finding]:
    for other in element.properties.get("fourEyes", "").split(","):
        named = other.strip()
        if named not in ("", n.PORTAL_ACCESS) and not any(
            named in each.elements for each in known.processes.values()
        ):
            yield error(
                "four-eyes-unknown",
                Sentence(
                    "who did the step {named!r} may not do this one, and that step is gone: nobody "
                    "would be kept from doing both",
                    named=named,
                ),
                Sentence(
                    "Put the step back, or have fourEyes name another task's id "
                    "({portal_access}: who gave access to the portal).",
                    portal_access=n.PORTAL_ACCESS,
                ),
            )


def _is_instant(text: str) -> bool:
    try:
        instant_of(text, now=n.SOME_DAY)
    except (ValueError, OverflowError):
        return False
    return True


def _ways(process: Process, element: Element) -> Iterator[Finding]:
    """The flows in and out."""
    closed = element.kind in ("startEvent", "boundaryEvent") or element.triggered_by_event
    if closed and element.incoming:
        yield error(
            "bpmn-incoming",
            Sentence("a flow leads to this {kind}", kind=element.kind),
            "Let it lead elsewhere.",
        )
    if (element.kind == "endEvent" or element.triggered_by_event) and element.outgoing:
        yield error(
            "bpmn-outgoing",
            Sentence("a flow leaves this {kind}", kind=element.kind),
            "Let it start elsewhere.",
        )
    if element.default is not None and element.default not in {
        flow.id for flow in element.outgoing
    }:
        yield error(
            "bpmn-default-flow",
            Sentence("the default {default!r} does not leave it", default=element.default),
            "Choose one that does.",
        )
    if element.kind == "exclusiveGateway" and len(element.outgoing) > 1:
        for flow in element.outgoing:
            if flow.condition is None and flow.id != element.default:
                yield error(
                    "bpmn-flow-without-condition",
                    Sentence(
                        "the flow {id} has neither a condition nor is it the default", id=flow.id
                    ),
                    "Give it a condition, or make it the default flow.",
                )
    if element.kind in ("parallelGateway", "eventBasedGateway"):
        for flow in element.outgoing:
            if flow.condition is not None:
                yield warning(
                    "bpmn-condition-ignored",
                    Sentence(
                        "the condition of {id} has no effect after a {kind}",
                        id=flow.id,
                        kind=element.kind,
                    ),
                    "Remove it, or use an inclusive gateway.",
                )
