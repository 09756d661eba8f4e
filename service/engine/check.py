"""What is wrong with processes beyond the single element: references, ways in and out, what events need.

Together with the reader's findings this is what `redress check` reports for diagrams.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.engine import names as n
from service.engine.model import Element, Process
from service.errors import Problem, Severity
from service.feel.temporal import parse_temporal


def check_processes(processes: Mapping[str, Process], *, decisions: set[str], forms: set[str]) -> list[Problem]:
    """Every problem of the processes of one bundle."""
    found = []
    for process in processes.values():
        if not process.children.get("") or not any(e.kind == "startEvent" for e in process.children[""]):
            found.append(
                Problem(
                    "bpmn-no-start",
                    process.file,
                    process.line,
                    process.id,
                    f"the process {process.id!r} has no start event",
                    "Draw one.",
                )
            )
        for element in process.elements.values():
            for code, message, mend, severity in _problems(process, element, processes, decisions, forms):
                found.append(Problem(code, process.file, element.line, element.id, message, mend, severity))
    return found


Finding = tuple[str, str, str, Severity]


def _error(code: str, message: str, mend: str) -> Finding:
    return code, message, mend, Severity.ERROR


def _problems(
    process: Process, element: Element, processes: Mapping[str, Process], decisions: set[str], forms: set[str]
) -> Iterator[Finding]:
    yield from _references(element, processes, decisions, forms)
    yield from _ways(process, element)
    yield from _event(process, element)
    if not element.name and element.kind in n.ACTIVITIES | {"exclusiveGateway"} and len(element.outgoing) > 1:
        yield "bpmn-no-name", f"the {element.kind} has no name", "Say what is done or asked.", Severity.WARNING


def _references(
    element: Element, processes: Mapping[str, Process], decisions: set[str], forms: set[str]
) -> Iterator[Finding]:
    if element.form_id is not None and element.form_id not in forms:
        yield (
            "form-missing",
            f"the form {element.form_id!r} is not in the bundle: any answer will be taken",
            "Add it, or choose another.",
            Severity.WARNING,
        )
    decision = element.decision
    if decision is not None and decision.expression is None and decision.source not in decisions:
        yield _error(
            "decision-missing", f"the decision {decision.source!r} is not in the bundle", "Add it, or choose another."
        )
    called = element.called_process
    if element.kind == "callActivity" and called is None:
        yield _error("bpmn-no-called-element", "no process is named to be called", "Choose the called process.")
    if called is not None and called.expression is None and called.source not in processes:
        yield _error(
            "called-process-missing", f"the called process {called.source!r} is not in the bundle", "Add its diagram."
        )
    if element.kind in ("serviceTask", "sendTask") and element.job_type is None:
        yield _error("bpmn-no-job-type", f"the {element.kind} has no job type", "Give it a zeebe:taskDefinition type.")
    if element.kind == "businessRuleTask" and decision is None and element.job_type is None:
        yield _error("bpmn-no-decision", "no decision is named", "Give it a zeebe:calledDecision.")
    if element.kind == "scriptTask" and element.script is None and element.job_type is None:
        yield _error("bpmn-no-script", "there is no expression", "Give it a zeebe:script.")


def _ways(process: Process, element: Element) -> Iterator[Finding]:
    entered = element.kind in ("startEvent", "boundaryEvent") or element.triggered_by_event
    link = element.kind == "intermediateCatchEvent" and element.event.kind == "link"
    if not entered and not link and not element.incoming:
        yield _error("bpmn-unreachable", f"no flow leads to this {element.kind}", "Connect it, or remove it.")
    if element.kind == "subProcess" and not any(
        child.kind == "startEvent" for child in process.children.get(element.id, ())
    ):
        yield _error("bpmn-no-start", "the sub-process has no start event", "Draw one inside.")
    if element.kind == "exclusiveGateway" and len(element.outgoing) > 1:
        for flow in element.outgoing:
            if flow.condition is None and flow.id != element.default:
                yield _error(
                    "bpmn-flow-without-condition",
                    f"the flow {flow.id} has neither a condition nor is it the default",
                    "Give it a condition, or make it the default flow.",
                )
    if element.kind == "eventBasedGateway":
        for flow in element.outgoing:
            target = process.elements.get(flow.target)
            if target is None or target.kind not in ("intermediateCatchEvent", "receiveTask"):
                yield _error(
                    "bpmn-event-gateway-target",
                    f"the flow {flow.id} does not lead to a catching event",
                    "Only message, timer and signal catch events may follow.",
                )


def _event(process: Process, element: Element) -> Iterator[Finding]:
    event = element.event
    if element.kind == "boundaryEvent":
        host = process.elements.get(element.attached_to or "")
        if host is None or host.kind not in n.ACTIVITIES:
            yield _error("bpmn-not-attached", "the boundary event sits on no activity", "Attach it to one.")
        if event.kind in ("none", "terminate", "link"):
            yield _error("bpmn-boundary-event", f"a boundary event cannot catch {event.kind!r}", "Choose an event.")
        if event.kind == "error" and not element.interrupting:
            yield _error("bpmn-error-not-interrupting", "an error always interrupts", "Make the event interrupting.")
    if element.kind == "intermediateCatchEvent" and event.kind not in ("message", "timer", "signal", "link"):
        yield _error("bpmn-catch-event", f"an intermediate event cannot catch {event.kind!r}", "Choose an event.")
    if element.kind == "startEvent" and event.kind in ("error", "escalation") and not element.scope:
        yield _error(
            "bpmn-start-event", f"a process cannot start by an {event.kind}", "Use it in an event sub-process."
        )
    waits = element.kind in n.CATCHING and not (element.kind == "startEvent" and not element.scope)
    if event.kind == "message" and waits and event.name is not None and event.key is None:
        yield _error(
            "bpmn-no-correlation-key", "the message has no correlation key", "Give it a zeebe:subscription key."
        )
    if event.kind == "timer" and event.value is not None and event.value.expression is None:
        text = event.value.source.rpartition("/")[2] if event.timer == "cycle" else event.value.source
        if parse_temporal(text.strip()) is None:
            yield _error(
                "bpmn-timer-value",
                f"the timer {event.value.source!r} is no ISO 8601 {event.timer}",
                "Write P3D, PT1H, R3/PT1H, 2026-01-31T09:00:00Z, or an expression that begins with =.",
            )
