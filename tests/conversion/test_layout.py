"""A diagram without a picture gets one: everything is drawn, and nothing on top of anything."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from lxml import etree

from service.bpmn.names import b
from service.conversion.layout import DC, DI, draw
from tests.kit.blocks import Drawer, blocks, named
from tests.kit.drawing import draw as drawing


def boxes(root: etree._Element) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for shape in root.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        found[shape.get("bpmnElement")] = tuple(
            float(bounds.get(each)) for each in ("x", "y", "width", "height")
        )
    return found


def overlap(one, two) -> bool:
    return not (
        one[0] + one[2] <= two[0]
        or two[0] + two[2] <= one[0]
        or one[1] + one[3] <= two[1]
        or two[1] + two[3] <= one[1]
    )


def check(root: etree._Element) -> None:
    assert draw(root)
    assert not draw(root)
    found = boxes(root)
    for scope in (*root.iter(b("process")), *root.iter(b("subProcess"))):
        inner = [each for each in scope if each.get("id") and not _is_beside(each)]
        assert all(each.get("id") in found for each in inner)
        plain = [each.get("id") for each in inner if each.tag != b("boundaryEvent")]
        for one, two in itertools.combinations(plain, 2):
            assert not overlap(found[one], found[two]), (one, two)
        host = found.get(scope.get("id"))
        for each in plain if host else ():
            x, y, width, height = found[each]
            assert host[0] <= x
            assert host[1] <= y
            assert x + width <= host[0] + host[2]
            assert y + height <= host[1] + host[3]
    flows = {each.get("id") for each in root.iter(b("sequenceFlow"))}
    assert flows == {each.get("bpmnElement") for each in root.iter(f"{DI}BPMNEdge")}


def _is_beside(node: etree._Element) -> bool:
    return node.tag in (b("sequenceFlow"), b("laneSet"), b("extensionElements"))


@settings(max_examples=40, deadline=None)
@given(blocks())
def test_a_random_diagram_is_drawn(block):
    drawer = Drawer()
    main = drawer.process("p", named(block, itertools.count(1)))
    for text in (main, *drawer.called):
        check(etree.fromstring(drawing(text)))


def test_a_flow_goes_round_what_stands_between():
    text = """process p {
      startEvent s
      exclusiveGateway g
      userTask a
      userTask b
      s -> g -> a -> b
      g -> b default
    }"""
    root = etree.fromstring(drawing(text))
    check(root)
    box = boxes(root)["a"]
    edge = next(e for e in root.iter(f"{DI}BPMNEdge") if e.get("bpmnElement") == "g.b")
    heights = [float(point.get("y")) for point in edge]
    assert min(heights) < box[1]


def test_deep_and_wide_diagrams_are_drawn_in_time():
    text = "process p {\nstartEvent s\nuserTask t0\n"
    text += "".join(f"userTask t{at}\nt{at - 1} -> t{at}\n" for at in range(1, 900))
    check(etree.fromstring(drawing(text + "s -> t0\nt899 -> t0\n}")))
    inner = "userTask deep"
    for at in range(25):
        inner = f"subProcess s{at} {{\nstartEvent b{at}\n{inner}\n}}"
    check(etree.fromstring(drawing("process p {\n" + inner + "\n}")))
