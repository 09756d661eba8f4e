"""Compensation from XML to the model: which activity undoes which, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from lxml import etree

from service.bpmn import names as n
from service.bpmn.model import Element, EventDefinition, Text
from service.errors import Severity
from service.sentence import Sentence

CODE = "bpmn-compensation"


class Reader(Protocol):
    """What reading compensation asks of the file that it stands in."""

    ids: dict[str, etree._Element]

    def report(
        self,
        code: str,
        node: etree._Element | None,
        message: str,
        fix: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a problem."""


def read_thrown(definition: etree._Element) -> EventDefinition:
    """A compensation event: of one activity, or of all."""
    named = definition.get("activityRef")
    return EventDefinition("compensate", name=Text(named) if named else None)


def with_compensation(
    reader: Reader, process: etree._Element, elements: Mapping[str, Element]
) -> dict[str, Element]:
    """The elements without the compensation events on borders; each activity knows its handler."""
    found, handlers = dict(elements), dict[str, str]()
    for each in elements.values():
        if each.kind == "boundaryEvent" and each.event.kind == "compensate":
            del found[each.id]
            handler = _handler(reader, process, each, elements)
            host = elements.get(each.attached_to or "")
            if handler and host is not None and host.id in found:
                found[host.id] = replace(found[host.id], undo=handler)
                handlers[handler] = each.id
    for each in list(found.values()):
        if each.for_compensation:
            _check_handler(reader, each, handlers, found)
        elif each.event.kind == "compensate":
            _check_thrown(reader, each, found)
    return found


def _handler(
    reader: Reader,
    process: etree._Element,
    event: Element,
    elements: Mapping[str, Element],
) -> str:
    """The activity that an association leads to from an event on a border."""
    ends = [
        each.get("targetRef") or ""
        for each in process.iter(n.b("association"))
        if each.get("sourceRef") == event.id
    ]
    named = [end for end in ends if end in elements and elements[end].for_compensation]
    if len(named) == 1 and elements[named[0]].scope == event.scope:
        return named[0]
    reader.report(
        CODE,
        reader.ids.get(event.id),
        "no activity for compensation of the same scope is associated with this event, or several",
        "Draw one association to one activity that is marked for compensation.",
    )
    return ""


def _check_handler(
    reader: Reader, element: Element, handlers: Mapping[str, str], found: Mapping[str, Element]
) -> None:
    node = reader.ids.get(element.id)
    if element.id not in handlers:
        reader.report(
            CODE,
            node,
            "nothing is compensated by this activity",
            "Associate a compensation event on the border of an activity with it.",
        )
    held = any(each.attached_to == element.id for each in found.values())
    if element.incoming or element.outgoing or held or element.undo:
        reader.report(
            CODE,
            node,
            "an activity for compensation has neither flows nor events on its border",
            "Put the steps into a sub-process that is marked for compensation.",
        )


def _check_thrown(reader: Reader, event: Element, found: Mapping[str, Element]) -> None:
    """An activity that is named has something to undo, in a scope that the event can reach."""
    if event.event.name is None:
        return
    named = found.get(event.event.name.source)
    scopes = {event.scope}
    around = found.get(event.scope)
    if around is not None and around.triggered_by_event:
        scopes.add(around.scope)
    undone = named is not None and (named.undo or named.kind in n.SCOPES)
    if named is None or named.scope not in scopes or not undone:
        reader.report(
            CODE,
            reader.ids.get(event.id),
            Sentence(
                "{name!r} is no activity of this scope that can be compensated",
                name=event.event.name.source,
            ),
            "Choose one with a compensation event on its border, or none for all.",
        )
