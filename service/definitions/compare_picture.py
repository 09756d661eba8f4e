"""A comparison as pictures: before and after, each with its marks, and one laid over the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace

from lxml import etree

from service.conversion.layout import draw as lay_out
from service.definitions.compare import Change, Kind
from service.definitions.picture import Mark, draw
from service.dmn.xml import parse_xml

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
Pins = Mapping[str, str]
"""What is pinned to elements, by their ids."""

_NONE: Pins = {}
_BADGES = {Kind.ADDED: "+", Kind.REMOVED: "−", Kind.CHANGED: "≠", Kind.MOVED: "↔"}


def marks_of(changes: Iterable[Change], *kinds: Kind) -> dict[str, Mark]:
    """A mark for each changed element, of the kinds asked for."""
    return {
        change.element: Mark(
            change.kind.value, "" if change.type == "sequenceFlow" else _BADGES[change.kind]
        )
        for change in changes
        if change.kind in kinds
    }


def draw_before(
    xml: bytes, changes: Iterable[Change], *, language: str = "en", pins: Pins = _NONE
) -> str:
    """The old diagram with what is gone, changed or moved."""
    return draw(
        xml,
        language=language,
        marks=_pinned(pins, marks_of(changes, Kind.REMOVED, Kind.CHANGED, Kind.MOVED)),
    )


def draw_after(
    xml: bytes, changes: Iterable[Change], *, language: str = "en", pins: Pins = _NONE
) -> str:
    """The new diagram with what is new, changed or moved."""
    return draw(
        xml,
        language=language,
        marks=_pinned(pins, marks_of(changes, Kind.ADDED, Kind.CHANGED, Kind.MOVED)),
    )


def _put_back(
    old: etree._Element, plane: etree._Element, process: etree._Element, gone: set[str]
) -> None:
    for shape in old.iter(f"{_DI}BPMNShape", f"{_DI}BPMNEdge"):
        if shape.get("bpmnElement") in gone:
            plane.append(deepcopy(shape))
    for node in old.iter(f"{_BPMN}*"):
        if node.get("id") in gone:
            process.append(_alone(node, gone))


def draw_over(
    before: bytes,
    after: bytes,
    changes: Iterable[Change],
    *,
    language: str = "en",
    pins: Pins = _NONE,
) -> str:
    """The new diagram with what is gone still standing in its old place."""
    known = list(changes)
    old, new = parse_xml(before, file="before.bpmn"), parse_xml(after, file="after.bpmn")
    for root in (old, new):
        lay_out(root)
    plane, process = (
        next(new.iter(f"{_DI}BPMNPlane"), None),
        next(new.iter(f"{_BPMN}process"), None),
    )
    if plane is not None and process is not None:
        gone = {change.element for change in known if change.kind is Kind.REMOVED}
        _put_back(old, plane, process, gone)
    return draw(etree.tostring(new), language=language, marks=_pinned(pins, marks_of(known, *Kind)))


def _pinned(pins: Pins, marks: dict[str, Mark]) -> dict[str, Mark]:
    return marks | {
        element: replace(marks.get(element, Mark()), pin=text) for element, text in pins.items()
    }


def _alone(node: etree._Element, gone: set[str]) -> etree._Element:
    """A copy without the elements in it that are put beside it anyway."""
    copy = deepcopy(node)
    for child in list(copy):
        if isinstance(child.tag, str) and child.get("id") in gone:
            copy.remove(child)
    return copy
