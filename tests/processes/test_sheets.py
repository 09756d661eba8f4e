"""The shipped diagrams load, say everything in two languages, and are drawn so that a person can
read them."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from service.engine import check_bundle
from service.errors import Severity

ROOT = Path(__file__).parents[2]
SHEETS = sorted((ROOT / "processes").glob("*.bpmn"))
FILES = {
    path.name: path.read_bytes()
    for folder in ("processes", "forms")
    for path in (ROOT / folder).glob("*.*")
}
NS = {
    "b": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "dd": "http://www.omg.org/spec/DD/20100524/DI",
    "z": "http://camunda.org/schema/zeebe/1.0",
}
FRAMES = {"participant", "lane", "subProcess"}
DUTIES = (
    *(f"S2-{part}" for part in "abcdefgh"),
    *(f"S3.1-{part}" for part in "bd"),
    *(f"S3.2-{part}" for part in "abcd"),
    *(f"S3.3-{part}" for part in "abcdef"),
    *(f"S3.4-{part}" for part in "acde"),
    *(f"S3.5-{part}" for part in "abcdef"),
    "S4-b",
    "S4-f",
    "S5-c",
)


def _elements(root: etree._Element) -> dict[str, etree._Element]:
    return {
        str(node.get("id")): node
        for node in root.iter()
        if isinstance(node.tag, str) and node.get("id")
    }


def _kind(node: etree._Element) -> str:
    return etree.QName(node).localname


def _boxes(root: etree._Element) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for shape in root.iterfind(".//di:BPMNShape", NS):
        bounds = shape.find("dc:Bounds", NS)
        assert bounds is not None
        x, y, w, h = (float(bounds.get(key, "")) for key in ("x", "y", "width", "height"))
        found[str(shape.get("bpmnElement"))] = (x, y, x + w, y + h)
    return found


def test_the_bundle_has_no_error() -> None:
    assert [
        problem for problem in check_bundle(FILES) if problem.severity is not Severity.WARNING
    ] == []


def test_the_duties_of_the_text_are_on_elements() -> None:
    covered = set()
    for path in SHEETS:
        for item in etree.parse(path).iterfind(".//z:property[@name='clause']", NS):
            covered |= set(item.get("value", "").split(","))
    assert [duty for duty in DUTIES if duty not in covered] == []


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
class TestSheet:
    @pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
    def test_every_name_is_in_every_language(self, path: Path, language: str) -> None:
        for node in etree.parse(path).getroot().iter():
            if (
                isinstance(node.tag, str)
                and node.tag.startswith(f"{{{NS['b']}}}")
                and node.get("name")
            ):
                if _kind(node) == "message":
                    continue
                zh = node.find(
                    f"b:extensionElements/z:properties/z:property[@name='name:{language}']", NS
                )
                assert zh is not None, f"{node.get('id')} has no name in {language}"
                assert zh.get("value")

    def test_everything_is_laid_out(self, path: Path) -> None:
        root = etree.parse(path).getroot()
        drawn = {node.get("bpmnElement") for node in root.iter() if node.get("bpmnElement")}
        for node in root.iterfind(".//b:process//b:*", NS):
            if _kind(node).endswith(("Event", "Task", "Gateway", "Activity", "Process", "Flow")):
                assert node.get("id") in drawn, f"{node.get('id')} is not drawn"
        for edge in root.iterfind(".//di:BPMNEdge", NS):
            assert len(edge.findall("dd:waypoint", NS)) >= 2

    def test_no_shape_lies_on_another(self, path: Path) -> None:
        root = etree.parse(path).getroot()
        elements, boxes = _elements(root), _boxes(root)
        solid = [key for key in boxes if _kind(elements[key]) not in FRAMES | {"boundaryEvent"}]
        for one, other in combinations(solid, 2):
            a, b = boxes[one], boxes[other]
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{one} lies on {other}"

    def test_no_flow_runs_through_a_shape(self, path: Path) -> None:
        root = etree.parse(path).getroot()
        elements, boxes = _elements(root), _boxes(root)
        for edge in root.iterfind(".//di:BPMNEdge", NS):
            flow = elements[str(edge.get("bpmnElement"))]
            ends = {flow.get("sourceRef"), flow.get("targetRef")}
            ends |= {elements[str(end)].get("attachedToRef") for end in ends}
            points = [
                (float(p.get("x", "")), float(p.get("y", "")))
                for p in edge.iterfind("dd:waypoint", NS)
            ]
            for key, (x0, y0, x1, y1) in boxes.items():
                if key in ends or _kind(elements[key]) in FRAMES:
                    continue
                for (ax, ay), (bx, by) in pairwise(points):
                    outside = (
                        max(ax, bx) <= x0
                        or min(ax, bx) >= x1
                        or max(ay, by) <= y0
                        or min(ay, by) >= y1
                    )
                    assert outside, f"{flow.get('id')} runs through {key}"
