"""Flows between shapes: rounded corners, arrowheads drawn as paths so that they take the flow's
colour everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from service.definitions.picture_shapes import Box
from service.definitions.picture_text import text_block

Point = tuple[float, float]
_CORNER = 6.0
_HEAD = 9.0


@dataclass(frozen=True, slots=True)
class Flow:
    """A line on the plane: a sequence flow, a message flow or an association."""

    id: str
    kind: str
    name: str
    points: tuple[Point, ...]
    label: Box | None = None
    default: bool = False
    conditional: bool = False


def draw_flow(flow: Flow) -> str:
    """The SVG of one flow, its name included."""
    dash = {"messageFlow": ' stroke-dasharray="7 5"', "association": ' stroke-dasharray="2 4"'}.get(
        flow.kind, ""
    )
    drawn = (
        '<path class="line" fill="none" stroke="currentColor" stroke-width="1.5" '
        f'stroke-linejoin="round"{dash} '
        f'd="{_rounded(flow.points)}"/>'
    )
    if flow.kind != "association":
        drawn += _arrowhead(flow.points[-2], flow.points[-1], filled=flow.kind == "sequenceFlow")
    if flow.default:
        drawn += _default_slash(flow.points[0], flow.points[1])
    elif flow.conditional:
        drawn += _condition_diamond(flow.points[0], flow.points[1])
    return drawn + _label(flow)


def _unit(start: Point, end: Point) -> tuple[float, float, float]:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy) or 1.0
    return dx / length, dy / length, length


def _rounded(points: tuple[Point, ...]) -> str:
    path = f"M{points[0][0]:g} {points[0][1]:g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        ix, iy, inwards = _unit(before, corner)
        ox, oy, outwards = _unit(corner, after)
        reach = min(_CORNER, inwards / 2, outwards / 2)
        path += f"L{corner[0] - ix * reach:g} {corner[1] - iy * reach:g}"
        path += (
            f"Q{corner[0]:g} {corner[1]:g} {corner[0] + ox * reach:g} {corner[1] + oy * reach:g}"
        )
    return path + f"L{points[-1][0]:g} {points[-1][1]:g}"


def _arrowhead(start: Point, end: Point, *, filled: bool) -> str:
    ux, uy, _ = _unit(start, end)
    back = (end[0] - ux * _HEAD, end[1] - uy * _HEAD)
    left = (back[0] - uy * _HEAD * 0.42, back[1] + ux * _HEAD * 0.42)
    right = (back[0] + uy * _HEAD * 0.42, back[1] - ux * _HEAD * 0.42)
    fill = 'fill="currentColor"' if filled else 'fill="#fff" stroke="currentColor"'
    return (
        f'<path class="{"head" if filled else "open-head"}" {fill} '
        f'd="M{end[0]:g} {end[1]:g}L{left[0]:.4g} {left[1]:.4g}L{right[0]:.4g} {right[1]:.4g}z"/>'
    )


def _default_slash(start: Point, end: Point) -> str:
    ux, uy, _ = _unit(start, end)
    x, y = start[0] + ux * 9, start[1] + uy * 9
    a, b = (x - ux * 3 - uy * 5, y - uy * 3 + ux * 5), (x + ux * 3 + uy * 5, y + uy * 3 - ux * 5)
    return (
        f'<path class="line" stroke="currentColor" stroke-width="1.5" d="M{a[0]:g} '
        f'{a[1]:g}L{b[0]:g} {b[1]:g}"/>'
    )


def _condition_diamond(start: Point, end: Point) -> str:
    ux, uy, _ = _unit(start, end)
    middle, tip = (start[0] + ux * 8, start[1] + uy * 8), (start[0] + ux * 16, start[1] + uy * 16)
    left, right = (middle[0] - uy * 5, middle[1] + ux * 5), (middle[0] + uy * 5, middle[1] - ux * 5)
    corners = "L".join(f"{x:g} {y:g}" for x, y in (start, left, tip, right))
    return f'<path class="body" fill="#fff" stroke="currentColor" d="M{corners}z"/>'


def _label(flow: Flow) -> str:
    if not flow.name:
        return ""
    if flow.label is not None:
        x, y = flow.label.middle
        return text_block(
            flow.name, x=x, y=y, width=max(flow.label.width + 8, 60), size=11, halo=True
        )
    start, end = max(pairwise(flow.points), key=lambda leg: math.dist(*leg))
    level = abs(end[0] - start[0]) >= abs(end[1] - start[1])
    x, y = (
        (start[0] + end[0]) / 2 + (0 if level else 16),
        (start[1] + end[1]) / 2 - (10 if level else 0),
    )
    return text_block(flow.name, x=x, y=y, width=90, size=11, halo=True)
