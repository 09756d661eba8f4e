"""A diagram as an accessible SVG, drawn on the server from its own layout.

No style attribute and no style element: a page's Content-Security-Policy refuses both. Presentation
attributes keep the picture readable by itself; `picture.css` gives the page's colours, light and
dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from service.conversion.layout import draw as lay_out
from service.conversion.layout import draw_process
from service.definitions.picture_flows import Flow, draw_flow
from service.definitions.picture_shapes import BPMN, Box, Shape, badge, draw_shape, local, pin
from service.dmn.xml import XmlRefused, parse_xml
from service.errors import NotFound

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DD = "{http://www.omg.org/spec/DD/20100524/DI}"
_CHINESE = ("zh-Hant", "zh-Hans")
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
_FONTS = "system-ui, 'Noto Sans CJK TC', 'PingFang TC', 'Microsoft JhengHei', sans-serif"
_MARGIN = 14
MOST_DRAWN, MOST_READ = 256, 64
MOST_FITTED = 1_700.0
"""Pixels: what is wider is scrolled on a page, for it could not be read when it is made to fit."""
"""So many pictures, and so many diagrams without their marks, are kept in a process."""


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How an element is shown: a state class (`active`, `done`, `overdue`, `added`, `heat-3`, …), a
    flag at its lower left corner, what is said of it (else the flag), where it leads, and what is
    pinned to its upper right corner."""

    state: str = ""
    badge: str = ""
    note: str = ""
    href: str = ""
    pin: str = ""


def draw(
    xml: bytes,
    *,
    process_id: str | None = None,
    language: str = "en",
    marks: Mapping[str, Mark] | None = None,
    title: str | None = None,
) -> str:
    """The SVG of a file's first diagram, or of the one that shows `process_id`. Raises NotFound,
    XmlRefused."""
    return _drawn(xml, process_id, language, tuple(sorted((marks or {}).items())), title)


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(
    xml: bytes,
    process_id: str | None,
    language: str,
    marked: tuple[tuple[str, Mark], ...],
    title: str | None,
) -> str:
    """A picture depends on nothing but what is given here: it is drawn once in a process."""
    shapes, flows = _laid_out(xml, process_id, language)
    marks = dict(marked)
    x, y, width, height = _frame(shapes, flows)
    pools = [shape.name for shape in shapes if shape.kind == "participant"]
    name = title or "".join(pools[:1]) or "BPMN"
    role = (
        "group" if any(mark.href for mark in marks.values()) else "img"
    )  # a link within an image is none to readers
    kind = "picture wide" if width > MOST_FITTED else "picture"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" role="{role}" '
        f"aria-label={quoteattr(name)} "
        f'viewBox="{x:g} {y:g} {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        'color="#1f2328" '
        f'font-family="{_FONTS}"><title>{escape(name)}</title>'
        + _groups(shapes, flows, marks)
        + "</svg>"
    )


@lru_cache(maxsize=MOST_READ)
def _laid_out(
    xml: bytes, process_id: str | None, language: str
) -> tuple[Sequence[Shape], Sequence[Flow]]:
    root = parse_xml(xml, file="diagram.bpmn")
    lay_out(root)  # files that a program wrote often have no picture
    elements = {str(node.get("id")): node for node in root.iter(etree.Element) if node.get("id")}
    plane = _find_plane(root, elements, process_id)
    shapes, flows = (
        tuple(_shapes(plane, elements, language)),
        tuple(_flows(plane, elements, language)),
    )
    if not shapes:
        raise NotFound("The file has no diagram: nothing is laid out in it.")
    return shapes, flows


def with_picture(xml: bytes) -> bytes:
    """A diagram's file with a picture of it, where it has none; what cannot be read as it is."""
    try:
        root = parse_xml(xml, file="diagram.bpmn")
    except XmlRefused:
        return xml
    if not lay_out(root):
        return xml
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _find_plane(
    root: etree._Element, elements: Mapping[str, etree._Element], process_id: str | None
) -> etree._Element:
    planes = list(root.iter(f"{_DI}BPMNPlane"))
    for plane in planes:
        shown = elements.get(plane.get("bpmnElement", ""))
        if process_id is None or (shown is not None and _shows(shown, process_id)):
            return plane
    if process_id is None:
        raise NotFound("The file has no diagram.")
    if draw_process(root, process_id):
        return list(root.iter(f"{_DI}BPMNPlane"))[-1]
    raise NotFound("No diagram shows the process {process_id}.", process_id=process_id)


def _shows(shown: etree._Element, process_id: str) -> bool:
    return shown.get("id") == process_id or any(
        child.get("processRef") == process_id for child in shown.iterfind(f"{BPMN}participant")
    )


def name_of(element: etree._Element, language: str) -> str:
    """An element's name: its property such as `name:zh-Hant` for that language, or of the other
    Chinese, else its name or text."""
    if language != "en":
        path = f"{BPMN}extensionElements/{_ZEEBE}properties/{_ZEEBE}property"
        named = {
            item.get("name"): item.get("value")
            for item in element.iterfind(path)
            if item.get("value")
        }
        for each in (language, *(_CHINESE if language in _CHINESE else ())):
            if named.get(f"name:{each}"):
                return str(named[f"name:{each}"])
    return element.get("name") or (element.findtext(f"{BPMN}text") or "")


def names_in(xml: bytes, language: str) -> dict[str, str]:
    """The named elements of a file, by their ids, in the order they are written. Raises
    XmlRefused."""
    nodes = parse_xml(xml, file="diagram.bpmn").iter(f"{BPMN}*")
    named = ((node.get("id"), name_of(node, language)) for node in nodes)
    return {str(identifier): name for identifier, name in named if identifier and name}


def _box(bounds: etree._Element | None) -> Box | None:
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds.get(key)) for key in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


def _number(text: str | None) -> float:
    """A coordinate; what is no sensible number counts as 0, for the layout carries no meaning."""
    try:
        value = float(text or 0)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e6 else 0.0


def _shapes(
    plane: etree._Element, elements: Mapping[str, etree._Element], language: str
) -> Iterator[Shape]:
    for node in plane.iterfind(f"{_DI}BPMNShape"):
        element, box = elements.get(node.get("bpmnElement", "")), _box(node.find(f"{_DC}Bounds"))
        if element is None or box is None:
            continue
        yield Shape(
            element,
            local(element),
            name_of(element, language),
            box,
            label=_box(node.find(f"{_DI}BPMNLabel/{_DC}Bounds")),
            expanded=node.get("isExpanded") != "false",
            horizontal=node.get("isHorizontal") != "false",
        )


def _flows(
    plane: etree._Element, elements: Mapping[str, etree._Element], language: str
) -> Iterator[Flow]:
    defaults = {element.get("default") for element in elements.values()}
    for node in plane.iterfind(f"{_DI}BPMNEdge"):
        element = elements.get(node.get("bpmnElement", ""))
        points = tuple(
            (_number(p.get("x")), _number(p.get("y"))) for p in node.iterfind(f"{_DD}waypoint")
        )
        if element is None or len(points) < 2:
            continue
        source = elements.get(element.get("sourceRef", ""))
        yield Flow(
            str(element.get("id")),
            local(element),
            name_of(element, language),
            points,
            label=_box(node.find(f"{_DI}BPMNLabel/{_DC}Bounds")),
            default=element.get("id") in defaults,
            conditional=element.find(f"{BPMN}conditionExpression") is not None
            and source is not None
            and not local(source).endswith("Gateway"),
        )


def _layer(shape: Shape) -> float:
    if shape.kind in ("participant", "lane", "group"):
        return 0 if shape.kind == "participant" else 0.5
    if shape.kind in ("subProcess", "transaction", "adHocSubProcess"):
        return 1
    return 3 if shape.kind == "boundaryEvent" else 2


def _shape_group(shape: Shape, marks: Mapping[str, Mark]) -> str:
    identifier = str(shape.element.get("id"))
    mark = marks.get(identifier, Mark())
    flag = badge(mark.badge, shape.box) if mark.badge else ""
    flag += pin(mark.pin, shape.box) if mark.pin else ""
    title = " — ".join(part for part in (shape.name or identifier, mark.note or mark.badge) if part)
    group = _group(identifier, mark, f"shape {shape.kind}", title, draw_shape(shape) + flag)
    return (
        f"<a href={quoteattr(mark.href)} aria-label={quoteattr(title)}>{group}</a>"
        if mark.href
        else group
    )


def _flow_group(flow: Flow, marks: Mapping[str, Mark]) -> str:
    mark = marks.get(flow.id, Mark())
    return _group(flow.id, mark, f"flow {flow.kind}", flow.name or flow.id, draw_flow(flow))


def _group(identifier: str, mark: Mark, classes: str, title: str, inside: str) -> str:
    names = quoteattr(f"{classes} {mark.state}".strip())
    return (
        f"<g class={names} "
        f"data-element={quoteattr(identifier)}><title>{escape(title)}</title>{inside}</g>"
    )


def _groups(shapes: Sequence[Shape], flows: Sequence[Flow], marks: Mapping[str, Mark]) -> str:
    """From the lowest layer to the highest."""
    drawn = [(_layer(shape), _shape_group(shape, marks)) for shape in shapes]
    drawn += [(1.5, _flow_group(flow, marks)) for flow in flows]
    return "".join(group for _, group in sorted(drawn, key=lambda pair: pair[0]))


def _frame(shapes: Sequence[Shape], flows: Sequence[Flow]) -> tuple[float, float, float, float]:
    boxes = [shape.box for shape in shapes] + [shape.label for shape in shapes if shape.label]
    points = [point for flow in flows for point in flow.points]
    points += [(box.x, box.y) for box in boxes]
    points += [(box.x + box.width, box.y + box.height) for box in boxes]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x, y = min(xs) - _MARGIN, min(ys) - _MARGIN
    return x, y, max(xs) + _MARGIN - x, max(ys) + _MARGIN - y
