"""One function per family of shapes: from an element and its bounds to SVG."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from service.definitions import picture_glyphs as glyphs
from service.definitions.picture_text import text_block, width_of

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_BODY = 'class="body" fill="#fff" stroke="currentColor"'
_DASH = ' stroke-dasharray="5 3"'
_INSIDES = ("subProcess", "adHocSubProcess", "transaction")


@dataclass(frozen=True, slots=True)
class Box:
    """Where a shape or a label lies."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """An element on the plane: what it is, where it is, and its name in the language asked for."""

    element: etree._Element
    kind: str
    name: str
    box: Box
    label: Box | None = None
    expanded: bool = True
    horizontal: bool = True


def local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def is_outside_label(kind: str) -> bool:
    """Whether the name stands beside the shape instead of in it."""
    return kind.endswith(("Event", "Gateway")) or kind in (
        "dataObjectReference",
        "dataStoreReference",
    )


def draw_shape(shape: Shape) -> str:
    """The SVG of one shape, its name included."""
    if shape.kind in ("participant", "lane"):
        return _pool(shape)
    if shape.kind.endswith("Event"):
        return _event(shape) + _outside_name(shape)
    if shape.kind.endswith("Gateway"):
        return _gateway(shape) + _outside_name(shape)
    if shape.kind == "textAnnotation":
        return _annotation(shape)
    if shape.kind in ("dataObjectReference", "dataStoreReference"):
        return _data(shape) + _outside_name(shape)
    if shape.kind == "group":
        return _rect(
            shape.box,
            'class="group" fill="none" stroke="currentColor" stroke-dasharray="8 4 2 4"',
            10,
        )
    return _activity(shape)


def _rect(box: Box, attributes: str, radius: float = 0) -> str:
    place = f'x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"'
    return f'<rect {attributes} {place} rx="{radius:g}"/>'


def _pool(shape: Shape) -> str:
    box = shape.box
    fill = "#f6f8fa" if shape.kind == "participant" else "#fff"
    frame = _rect(
        box,
        (
            f'class="{"pool" if shape.kind == "participant" else "lane"}" fill="{fill}" '
            'stroke="#8c959f"'
        ),
    )
    if not shape.horizontal:
        return frame + text_block(shape.name, x=box.middle[0], y=box.y + 15, width=box.width - 8)
    x, y = box.x + 15, box.middle[1]
    size = 13 if shape.kind == "participant" else 12
    name = text_block(shape.name, x=x, y=y, width=box.height - 8, size=size)
    return f'{frame}<g transform="rotate(-90 {x:g} {y:g})">{name}</g>'


def event_definition(element: etree._Element) -> str:
    """`timer`, `message`, … or nothing."""
    names = (local(child) for child in element)
    return next(
        (
            name.removesuffix("EventDefinition")
            for name in names
            if name.endswith("EventDefinition")
        ),
        "",
    )


def _event(shape: Shape) -> str:
    (x, y), radius, element = shape.box.middle, shape.box.width / 2, shape.element
    quiet = element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false"
    dash = _DASH if quiet else ""
    weight = "3" if shape.kind == "endEvent" else "1.5"
    drawn = f'<circle {_BODY} stroke-width="{weight}"{dash} cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
    if shape.kind not in ("startEvent", "endEvent"):
        drawn += (
            f'<circle fill="none" stroke="currentColor"{dash} cx="{x:g}" cy="{y:g}" '
            f'r="{radius - 3.5:g}"/>'
        )
    kind = event_definition(element)
    throws = shape.kind in ("endEvent", "intermediateThrowEvent")
    drawing = glyphs.FILLED_EVENTS.get(kind, "") if throws else ""
    return drawn + glyphs.place(drawing or glyphs.EVENTS.get(kind, ""), x, y, 18)


def _gateway(shape: Shape) -> str:
    (x, y), half, rise = shape.box.middle, shape.box.width / 2, shape.box.height / 2
    diamond = f"M{x:g} {y - rise:g}l{half:g} {rise:g} {-half:g} {rise:g} {-half:g} {-rise:g}z"
    return f'<path {_BODY} stroke-width="1.5" d="{diamond}"/>' + glyphs.place(
        glyphs.GATEWAYS.get(shape.kind, ""), x, y, 20
    )


def _activity(shape: Shape) -> str:
    box, element = shape.box, shape.element
    (x, y), inside = box.middle, shape.kind in _INSIDES
    dash = _DASH if element.get("triggeredByEvent") == "true" else ""
    weight = "3" if shape.kind == "callActivity" else "1.5"
    drawn = _rect(box, f'{_BODY} stroke-width="{weight}"{dash}', 8)
    corner = glyphs.TASKS.get(shape.kind, "")
    drawn += glyphs.place(corner, box.x + 13, box.y + 13, 15)
    markers = _markers(shape, inside=inside)
    if inside and shape.expanded:
        drawn += text_block(shape.name, x=x, y=box.y + 13, width=box.width - 16)
    else:
        lift = (5 if corner else 0) - (5 if markers else 0)
        drawn += text_block(shape.name, x=x, y=y + lift, width=box.width - 12)
    left = x - 9 * (len(markers) - 1)
    return drawn + "".join(
        glyphs.place(marker, left + 18 * index, box.y + box.height - 10, 13)
        for index, marker in enumerate(markers)
    )


def _markers(shape: Shape, *, inside: bool) -> list[str]:
    found = []
    many = shape.element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if many is not None:
        found.append(glyphs.SEQUENTIAL if many.get("isSequential") == "true" else glyphs.PARALLEL)
    if shape.element.find(f"{BPMN}standardLoopCharacteristics") is not None:
        found.append(glyphs.LOOP)
    if shape.kind == "callActivity" or (inside and not shape.expanded):
        found.append(glyphs.INSIDE)
    return found


def _annotation(shape: Shape) -> str:
    box = shape.box
    bracket = f"M{box.x + 12:g} {box.y:g}H{box.x:g}v{box.height:g}h12"
    return f'<path class="line" fill="none" stroke="currentColor" d="{bracket}"/>' + text_block(
        shape.name, x=box.middle[0], y=box.middle[1], width=box.width - 12, size=11
    )


def _data(shape: Shape) -> str:
    x, y, w, h = shape.box.x, shape.box.y, shape.box.width, shape.box.height
    if shape.kind == "dataStoreReference":
        path = (
            f"M{x:g} {y + 6:g}c0-8 {w:g}-8 {w:g} 0v{h - 12:g}c0 8 {-w:g} 8 {-w:g} 0zc0 8 "
            f"{w:g} 8 {w:g} 0"
        )
    else:
        path = f"M{x:g} {y:g}h{w - 10:g}l10 10v{h - 10:g}h{-w:g}z"
    return f'<path {_BODY} stroke-width="1.5" d="{path}"/>'


def _outside_name(shape: Shape) -> str:
    if not shape.name:
        return ""
    label, box = shape.label, shape.box
    if label is None:
        return text_block(
            shape.name,
            x=box.middle[0],
            y=box.y + box.height + 3,
            width=100,
            size=11,
            top=True,
            halo=True,
        )
    if (
        label.y + label.height <= box.y
    ):  # above the shape: the last line keeps next to it, however many there are
        return text_block(
            shape.name,
            x=label.middle[0],
            y=label.middle[1],
            width=label.width + 6,
            size=11,
            halo=True,
        )
    return text_block(
        shape.name,
        x=label.middle[0],
        y=label.y,
        width=label.width + 6,
        size=11,
        top=True,
        halo=True,
    )


def badge(text: str, box: Box) -> str:
    """A small flag at the lower left corner."""
    return _flag(text, box.x - 8, box.y + box.height - 10, "badge", "#0969da")


def pin(text: str, box: Box) -> str:
    """What is pinned to the upper right corner."""
    return _flag(text, box.x + box.width - 10, box.y - 9, "pin", "#8250df")


def _flag(text: str, x: float, y: float, name: str, colour: str) -> str:
    width = max(20.0, width_of(text, 11) + 12)
    return (
        f'<g class="{name}"><rect x="{x:g}" y="{y:g}" width="{width:g}" height="18" rx="9" '
        f'fill="{colour}"/>'
        f'<text text-anchor="middle" font-size="11" fill="#fff"><tspan x="{x + width / 2:g}" '
        f'y="{y + 13:g}">'
        f"{_escape(text)}</tspan></text></g>"
    )


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
