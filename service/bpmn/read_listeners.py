"""Execution listeners from XML to the model, and what is wrong with them by Camunda's rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn.model import Listener, Text
from service.errors import Severity
from service.sentence import Sentence, Words

CODE = "bpmn-execution-listener"
MOMENTS = ("start", "end")
NOT_AT_START: Words = {
    "startEvent": "Put the listener on the process or the sub-process around it.",
    "boundaryEvent": "Put the listener on the element that follows.",
}
NOT_AT_END: Words = {
    "exclusiveGateway": "Put a start listener on the element that follows.",
    "inclusiveGateway": "Put a start listener on the element that follows.",
    "parallelGateway": "Put a start listener on the element that follows.",
    "eventBasedGateway": "Put a start listener on the element that follows.",
    "boundaryEvent": "Put a start listener on the element that follows.",
}
"""Where an element kind has no listeners, and what to do instead."""


class Reader(Protocol):
    """What reading a listener asks of the file that it stands in."""

    def report(
        self,
        code: str,
        node: etree._Element | None,
        message: str,
        fix: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem."""

    def text(self, node: etree._Element | None, attribute: str) -> Text | None:
        """An attribute as literal or FEEL; None where there is none."""


def read_listeners(reader: Reader, node: etree._Element) -> tuple[Listener, ...]:
    """The execution listeners of an element or a process, in the order of the document."""
    found: dict[tuple[str, str], Listener] = {}
    for each, listener in _all(reader, node):
        key = listener.event, listener.type.source
        if key in found:
            reader.report(
                CODE,
                each,
                Sentence(
                    "two listeners listen to the {event} with the job type {type!r}",
                    event=listener.event,
                    type=listener.type.source,
                ),
                "Keep one.",
            )
        found[key] = listener
    return tuple(found.values())


def _all(reader: Reader, node: etree._Element) -> Iterator[tuple[etree._Element, Listener]]:
    path = f"{n.b('extensionElements')}/{n.z('executionListeners')}/{n.z('executionListener')}"
    for each in node.iterfind(path):
        event, kind = each.get("eventType", ""), reader.text(each, "type")
        if event not in MOMENTS:
            reader.report(
                CODE,
                each,
                Sentence("expected a listener to the start or the end, got {event!r}", event=event),
                "Choose start or end.",
            )
        elif kind is None:
            reader.report(CODE, each, "the listener has no job type", "Give it one.")
        elif fix := _never(node, event):
            reader.report(
                CODE,
                each,
                Sentence(
                    "a {kind} has no listeners to its {event}", kind=n.local(node), event=event
                ),
                fix,
            )
        else:
            yield each, Listener(event, kind, reader.text(each, "retries"), _headers(each))


def _never(node: etree._Element, event: str) -> str:
    """What to do instead where an element has no listeners to its start or end."""
    kind = n.local(node)
    if event == "start":
        return NOT_AT_START.get(kind, "")
    if kind == "endEvent" and node.find(n.b("errorEventDefinition")) is not None:
        return Sentence("Put the listener on the event that catches the error.")
    return NOT_AT_END.get(kind, "")


def _headers(node: etree._Element) -> dict[str, str]:
    path = f"{n.z('taskHeaders')}/{n.z('header')}"
    return {each.get("key", ""): each.get("value", "") for each in node.iterfind(path)}
