"""Where a process goes from an element, as its diagram says."""

from __future__ import annotations

from service.bpmn.model import Element
from service.engine import Bundle

Place = tuple[str, str]
"""The ids of a process and of an element in it."""


def find_element(bundle: Bundle, place: Place) -> Element | None:
    process = bundle.models.get(place[0])
    return None if process is None else process.elements.get(place[1])


def start_called(bundle: Bundle, element: Element) -> list[Place]:
    """Where the process begins that the element calls, if it calls one."""
    called = bundle.models.get(element.called_process.source if element.called_process else "")
    start = called.start_of("") if called is not None else None
    return [] if called is None or start is None else [(called.id, start.id)]
