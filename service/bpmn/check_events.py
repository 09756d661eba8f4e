"""What is wrong with an event: where it stands, what it may catch or throw there, and what that
needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from service.bpmn import names as n
from service.bpmn.finding import Finding, error
from service.bpmn.model import Element, Process, Text
from service.bpmn.timers import due_of
from service.sentence import Sentence

CAUGHT_AT = {
    "boundaryEvent": ("message", "timer", "signal", "conditional", "error", "escalation"),
    "intermediateCatchEvent": ("message", "timer", "signal", "conditional", "link"),
    "intermediateThrowEvent": ("none", "message", "signal", "escalation", "compensate", "link"),
    "endEvent": ("none", "message", "signal", "error", "escalation", "compensate", "terminate"),
}
AT_PROCESS_START = ("none", "message", "timer", "signal")
AT_EVENT_START = ("message", "timer", "signal", "conditional", "error", "escalation")
NEEDS_NAME = {
    "signal": ("bpmn-missing-signal", "no signal with a name is chosen", "Choose the signal."),
    "error": (
        "bpmn-missing-error-code",
        "the error that is thrown has no code",
        "Give the error a code.",
    ),
    "escalation": (
        "bpmn-missing-escalation-code",
        "the escalation that is thrown has no code",
        "Give the escalation a code.",
    ),
    "link": ("bpmn-link-name", "the link has no name", "Name it."),
}


def check_event(process: Process, element: Element) -> Iterator[Finding]:
    """Every problem of an event, or of what an activity or gateway waits for."""
    if element.kind == "eventBasedGateway":
        yield from _event_gateway(process, element)
    if element.kind not in n.EVENTS and element.kind != "receiveTask":
        return
    if element.event.kind == "refused":
        return
    if element.event.kind == "conditional" and element.kind == "startEvent" and not element.scope:
        yield error(
            "bpmn-unsupported-conditional-event",
            "a process cannot be started by a condition",
            "Start it by a message, a signal or a timer.",
        )
        return
    yield from _place(process, element)
    yield from _needs(element, is_process_start=element.kind == "startEvent" and not element.scope)
    if element.event.kind == "timer":
        yield from _timer(process, element)
    if element.event.kind == "link":
        yield from _link(process, element)


def _place(process: Process, element: Element) -> Iterator[Finding]:
    kind, event = element.kind, element.event.kind
    allowed = CAUGHT_AT.get(kind)
    in_event_scope = False
    if kind == "startEvent":
        in_event_scope = bool(element.scope) and process.elements[element.scope].triggered_by_event
        allowed = AT_EVENT_START if in_event_scope else AT_PROCESS_START
        if element.scope and not in_event_scope:
            allowed = None  # reported for the sub-process
    if allowed is not None and event not in allowed and not (in_event_scope and event == "none"):
        yield error(
            "bpmn-event-place",
            Sentence("a {kind} cannot have the event {event!r}", kind=kind, event=event),
            Sentence("Possible: {allowed}.", allowed=allowed),
        )
    if kind == "boundaryEvent":
        host = process.elements.get(element.attached_to or "")
        if (
            host is None
            or host.kind not in n.ACTIVITIES
            or host.scope != element.scope
            or host.triggered_by_event
        ):
            yield error(
                "bpmn-not-attached",
                "the boundary event sits on no activity of its scope",
                "Attach it to one.",
            )
    if (
        event == "error"
        and not element.interrupting
        and (kind == "boundaryEvent" or in_event_scope)
    ):
        yield error(
            "bpmn-error-not-interrupting",
            "an error always interrupts",
            "Make the event interrupting.",
        )


def _is_expression(written: Text | None) -> bool:
    return written is not None and written.source.startswith("=")


def _needs(element: Element, *, is_process_start: bool) -> Iterator[Finding]:
    event = element.event
    catches = element.kind in n.CATCHING
    named = event.name is not None and bool(event.name.source)
    if not named and event.kind in NEEDS_NAME and (not catches or event.kind in ("signal", "link")):
        yield error(*NEEDS_NAME[event.kind])
    if catches and event.kind in ("error", "escalation") and _is_expression(event.name):
        yield error(
            "bpmn-code-expression",
            "the code that is caught cannot be an expression",
            "Write the code itself.",
        )
    waits_for_message = event.kind == "message" and catches
    if waits_for_message and not is_process_start and event.key is None:
        yield error(
            "bpmn-no-correlation-key",
            "the message has no correlation key",
            "Give it a zeebe:subscription key.",
        )


def _may_repeat(element: Element) -> bool:
    """What interrupts happens once; a process can start as often as one likes."""
    if element.kind == "startEvent":
        return not (element.scope and element.interrupting)
    return element.kind == "boundaryEvent" and not element.interrupting


def _timer(process: Process, element: Element) -> Iterator[Finding]:
    event = element.event
    if event.timer == "cycle" and not _may_repeat(element):
        yield error(
            "bpmn-timer-cycle",
            "an event that happens once has a cycle",
            "Give it a duration or a date.",
        )
    if event.value is None or event.value.source.startswith("="):
        return
    try:
        due_of(event.timer, event.value.source, now=n.SOME_DAY)
    except (ValueError, OverflowError) as wrong:
        yield error(
            "bpmn-timer-value",
            Sentence("the timer's {timer}: {wrong}", timer=event.timer, wrong=wrong),
            (
                "Write P3D, PT1H, R3/PT1H, 0 0 9 * * MON-FRI, 2026-01-31T09:00:00Z, or an "
                "expression that begins with =."
            ),
        )


def _link(process: Process, element: Element) -> Iterator[Finding]:
    if element.event.name is None or not element.event.name.source:
        return  # reported already
    siblings = [e for e in process.children.get(element.scope, ()) if e.event == element.event]
    targets = [e for e in siblings if e.kind == "intermediateCatchEvent"]
    if element.kind == "intermediateThrowEvent":
        yield from _link_throw(element, targets)
    elif element.kind == "intermediateCatchEvent" and targets[0].id != element.id:
        yield error(
            "bpmn-link-double",
            "another link catch event has the same name",
            "Name them differently.",
        )


def _link_throw(element: Element, targets: Sequence[Element]) -> Iterator[Finding]:
    if not targets:
        yield error(
            "bpmn-link-target",
            "no link catch event has this name here",
            "Draw it, or correct the name.",
        )
    if element.outgoing:
        yield error(
            "bpmn-outgoing",
            "a flow leaves this link throw event",
            "Let it start at the catch event.",
        )


def _event_gateway(process: Process, element: Element) -> Iterator[Finding]:
    if len(element.outgoing) < 2:
        yield error(
            "bpmn-event-gateway-target", "fewer than two events follow the gateway", "Draw them."
        )
    for flow in element.outgoing:
        target = process.elements.get(flow.target)
        waits = target is not None and (
            target.kind == "receiveTask"
            or (
                target.kind == "intermediateCatchEvent"
                and target.event.kind in ("message", "timer", "signal", "refused")
            )
        )
        if target is None or not waits or len(target.incoming) > 1:
            yield error(
                "bpmn-event-gateway-target",
                Sentence("the flow {id} does not lead to a catching event of its own", id=flow.id),
                (
                    "Only message, timer and signal catch events may follow, each with this flow "
                    "alone."
                ),
            )
