"""A picture for a diagram that has none: layers from left to right, in the order of the flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from service.bpmn import names as n

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DDI = "{http://www.omg.org/spec/DD/20100524/DI}"
_MAP = {"bpmndi": DI[1:-1], "dc": DC[1:-1], "di": DDI[1:-1]}
SIZES = {"Event": (36, 36), "Gateway": (50, 50), "Task": (100, 80), "Activity": (100, 80)}
COLUMN, ROW, MARGIN = 160, 130, 50
"""Pixels: from the middle of one column or row to the next, and around what stands in a scope."""


@dataclass(slots=True)
class Box:
    """Where an element stands: left, top, width, height, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(slots=True)
class Picture:
    """Boxes of elements and ways of flows by their ids."""

    boxes: dict[str, Box] = field(default_factory=dict)
    ways: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    sizes: dict[str, tuple[float, float]] = field(default_factory=dict)
    is_measured: bool = False
    """Only how large it gets is asked: what is in its sub-processes has been measured."""


def has_picture(root: etree._Element) -> bool:
    """Whether a shape is drawn for anything."""
    return next(root.iter(f"{DI}BPMNShape"), None) is not None


def draw(root: etree._Element) -> bool:
    """Give a diagram without a picture one; whether it had none."""
    processes = [each for each in root.iterfind(n.b("process")) if _nodes(each)]
    if has_picture(root) or not processes:
        return False
    for old in list(root.iterfind(f"{DI}BPMNDiagram")):
        root.remove(old)
    for number, process in enumerate(processes):
        _write(root, process, number)
    return True


def draw_process(root: etree._Element, process_id: str) -> bool:
    """Give one process a picture beside those that there are; whether there is such a process."""
    for process in root.iterfind(n.b("process")):
        if process.get("id") == process_id and _nodes(process):
            _write(root, process, sum(1 for _ in root.iterfind(f"{DI}BPMNDiagram")))
            return True
    return False


def _nodes(scope: etree._Element) -> list[etree._Element]:
    kinds = n.FLOW_NODES | set(n.REFUSED)
    return [each for each in scope if n.local(each) in kinds and each.get("id")]


def _id(node: etree._Element) -> str:
    return str(node.get("id"))


def _flows(scope: etree._Element) -> list[etree._Element]:
    return [each for each in scope.iterfind(n.b("sequenceFlow")) if each.get("id")]


def _columns(scope: etree._Element, nodes: list[etree._Element]) -> dict[str, int]:
    """The longest way to each element from where the scope begins, without going round."""
    follow = _followers(scope, nodes)
    entered = {target for targets in follow.values() for target in targets}
    column: dict[str, int] = {}
    for start in [*(key for key in follow if key not in entered), *follow]:
        if start not in column:
            _reach(start, follow, column)
    return column


def _followers(scope: etree._Element, nodes: list[etree._Element]) -> dict[str, list[str]]:
    """What follows each element, of an activity also what follows its boundary events."""
    follow: dict[str, list[str]] = {str(each.get("id")): [] for each in nodes}
    for flow in _flows(scope):
        source, target = str(flow.get("sourceRef")), str(flow.get("targetRef"))
        if source in follow and target in follow:
            follow[source].append(target)
    for each in nodes:
        host = str(each.get("attachedToRef"))
        if host in follow and n.local(each) == "boundaryEvent":
            follow[host] += follow[str(each.get("id"))]
    return follow


def _reach(start: str, follow: dict[str, list[str]], column: dict[str, int]) -> None:
    order, back = _walk(start, follow, column)
    reached = set(order)
    for at in reversed(order):
        column.setdefault(at, 0)
        for target in follow[at]:
            if (at, target) not in back and target in reached:
                column[target] = max(column.get(target, 0), column[at] + 1)


def _walk(
    start: str, follow: dict[str, list[str]], column: dict[str, int]
) -> tuple[list[str], set[tuple[str, str]]]:
    """What can be reached and has no column, the last first, and the flows that go back."""
    order, seen, stack = list[str](), {start}, [(start, iter(follow[start]))]
    back, path = set[tuple[str, str]](), {start}
    while stack:
        at, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            stack.pop()
            path.discard(at)
            order.append(at)
        elif target in path:
            back.add((at, target))
        elif target not in seen and target not in column:
            seen.add(target)
            path.add(target)
            stack.append((target, iter(follow[target])))
    return order, back


def _size(node: etree._Element, picture: Picture) -> tuple[float, float]:
    kind = n.local(node)
    if kind in ("subProcess", "transaction", "adHocSubProcess") and _nodes(node):
        key = str(node.get("id"))
        if key not in picture.sizes:
            inner = Picture(sizes=picture.sizes, is_measured=True)
            picture.sizes[key] = _place(node, inner, 0, 0)
        return picture.sizes[key]
    for ending, size in SIZES.items():
        if kind.endswith(ending):
            return size
    return SIZES["Task"]


def _place(scope: etree._Element, picture: Picture, left: float, top: float) -> tuple[float, float]:
    """Put what is in a scope into the picture; the width and height that it takes."""
    nodes = [each for each in _nodes(scope) if n.local(each) != "boundaryEvent"]
    column = _columns(scope, _nodes(scope))
    sizes = {str(each.get("id")): _size(each, picture) for each in nodes}
    rows: dict[int, list[str]] = {}
    for each in nodes:
        rows.setdefault(column[str(each.get("id"))], []).append(str(each.get("id")))
    x, bottom = left + MARGIN, top + MARGIN
    for at in sorted(rows):
        width = max(sizes[key][0] for key in rows[at])
        y = top + MARGIN
        for key in rows[at]:
            own, height = sizes[key]
            room = max(height, SIZES["Task"][1])
            picture.boxes[key] = Box(x + (width - own) / 2, y + (room - height) / 2, own, height)
            y += room + ROW - SIZES["Task"][1]
        bottom = max(bottom, y)
        x += width + COLUMN - SIZES["Task"][0]
    if not picture.is_measured:
        _inside(nodes, picture)
        _boundaries(scope, picture)
        _lead(scope, picture)
    return x - left - 10 + MARGIN / 2, bottom - top


def _inside(nodes: Iterable[etree._Element], picture: Picture) -> None:
    for each in nodes:
        key = str(each.get("id"))
        if n.local(each) in ("subProcess", "transaction", "adHocSubProcess") and _nodes(each):
            picture.open.add(key)
            _place(each, picture, picture.boxes[key].x, picture.boxes[key].y)


def _boundaries(scope: etree._Element, picture: Picture) -> None:
    """On the lower edge of what they are attached to, from the right."""
    taken: dict[str, int] = {}
    for each in _nodes(scope):
        host = picture.boxes.get(each.get("attachedToRef") or "")
        if n.local(each) == "boundaryEvent" and host is not None:
            at = taken[str(each.get("attachedToRef"))] = (
                taken.get(str(each.get("attachedToRef")), 0) + 1
            )
            right = host.x + host.width - 48 * at + 8
            picture.boxes[str(each.get("id"))] = Box(right, host.y + host.height - 18, 36, 36)


def _lead(scope: etree._Element, picture: Picture) -> None:
    """Flows with right angles; those that go back run below, those that would go through what
    stands between run above."""
    boxes = [picture.boxes[key] for key in map(_id, _nodes(scope)) if key in picture.boxes]
    for flow in _flows(scope):
        one = picture.boxes.get(flow.get("sourceRef") or "")
        two = picture.boxes.get(flow.get("targetRef") or "")
        if one is None or two is None:
            continue
        picture.ways[str(flow.get("id"))] = _way(one, two, _between(one, two, boxes))


Way = list[tuple[float, float]]


def _between(one: Box, two: Box, boxes: list[Box]) -> list[Box]:
    """What a straight line to an element further on would go through."""
    if one.middle != two.middle or two.x - one.x - one.width < COLUMN:
        return []  # next to each other, as most are
    return [
        each
        for each in boxes
        if one.x + one.width <= each.x
        and each.x + each.width <= two.x
        and each.y < one.middle < each.y + each.height
    ]


def _way(one: Box, two: Box, between: list[Box]) -> Way:
    begin, end = (one.x + one.width, one.middle), (two.x, two.middle)
    if end[0] < begin[0]:
        low = max(one.y + one.height, two.y + two.height) + 30
        return _round(one, two, low, one.y + one.height, two.y + two.height)
    if begin[1] == end[1] and between:
        high = min(each.y for each in (one, two, *between)) - 25
        return _round(one, two, high, one.y, two.y)
    if begin[1] == end[1]:
        return [begin, end]
    bend = end[0] - 20
    return [begin, (bend, begin[1]), (bend, end[1]), end]


def _round(one: Box, two: Box, level: float, start: float, stop: float) -> Way:
    """Below or above what stands between: from the middle of the one to that of the other."""
    first, last = one.x + one.width / 2, two.x + two.width / 2
    return [(first, start), (first, level), (last, level), (last, stop)]


def _write(root: etree._Element, process: etree._Element, number: int) -> None:
    picture = Picture()
    _place(process, picture, 100, 60)
    diagram = etree.SubElement(root, f"{DI}BPMNDiagram", nsmap=_MAP)
    diagram.set("id", f"BPMNDiagram_{number + 1}")
    plane = etree.SubElement(diagram, f"{DI}BPMNPlane")
    plane.set("id", f"BPMNPlane_{number + 1}")
    plane.set("bpmnElement", process.get("id") or "")
    for key, box in picture.boxes.items():
        shape = etree.SubElement(plane, f"{DI}BPMNShape", id=f"{key}_di", bpmnElement=key)
        if key in picture.open:
            shape.set("isExpanded", "true")
        etree.SubElement(
            shape,
            f"{DC}Bounds",
            x=f"{box.x:g}",
            y=f"{box.y:g}",
            width=f"{box.width:g}",
            height=f"{box.height:g}",
        )
    for key, way in picture.ways.items():
        edge = etree.SubElement(plane, f"{DI}BPMNEdge", id=f"{key}_di", bpmnElement=key)
        for x, y in way:
            etree.SubElement(edge, f"{DDI}waypoint", x=f"{x:g}", y=f"{y:g}")
