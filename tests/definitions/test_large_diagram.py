"""A diagram of five thousand elements is checked, proved as far as it goes, drawn and compared."""

from __future__ import annotations

import itertools
import sys

import pytest

from service.definitions import compare, draw, draw_over, names_in, say_all
from service.engine import check_bundle, load_bundle
from service.operations import prove_bundle
from service.policy import load_profile
from tests.kit.clock import NOW

COUNT = 5_000
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
    'targetNamespace="t" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI">'
    '<bpmn:process id="long" name="Long" isExecutable="true">'
)


def long_process(count: int, *, renamed: int = -1) -> bytes:
    """Tasks one after another, drawn in rows of fifty."""
    ids = ["begin", *(f"t{number}" for number in range(count)), "end"]
    nodes = [
        '<bpmn:startEvent id="begin" name="Begin"/>',
        '<bpmn:endEvent id="end" name="End"/>',
    ] + [
        f'<bpmn:userTask id="t{number}" name="{"Another" if number == renamed else "Step"} '
        f'{number}">'
        "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements></bpmn:userTask>"
        for number in range(count)
    ]
    flows = [
        f'<bpmn:sequenceFlow id="f{at}" sourceRef="{one}" targetRef="{other}"/>'
        for at, (one, other) in enumerate(itertools.pairwise(ids))
    ]
    places = {each: (at % 50 * 150, at // 50 * 120) for at, each in enumerate(ids)}
    shapes = [
        f'<bpmndi:BPMNShape bpmnElement="{each}"><dc:Bounds x="{x}" y="{y}" width="100" '
        'height="80"/>'
        "</bpmndi:BPMNShape>"
        for each, (x, y) in places.items()
    ]
    plane = '</bpmn:process><bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="long">'
    tail = "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"
    return "".join([HEAD, *nodes, *flows, plane, *shapes, tail]).encode()


@pytest.fixture(scope="module")
def before() -> bytes:
    return long_process(COUNT)


def test_it_is_checked_and_proved(before: bytes) -> None:
    files = {"processes/long.bpmn": before}
    assert check_bundle(files) == []
    proofs = prove_bundle(files, profile=load_profile("TW-FCPA"), now=NOW)
    assert [problem.code for problem in proofs.problems] == []
    assert proofs.soundness is not None and proofs.soundness.states["long"] > 0
    assert len(load_bundle(files).models["long"].elements) == COUNT + 2


def test_it_is_drawn_and_compared(before: bytes) -> None:
    after = long_process(COUNT, renamed=4_321)
    changes = compare({"p.bpmn": before}, {"p.bpmn": after})
    assert say_all(changes) == [
        "The task “Another 4321” is now called “Another 4321”, was “Step 4321”."
    ]
    assert draw(before).count('class="shape userTask"') == COUNT
    assert draw_over(before, after, changes).count("userTask changed") == 1
    assert len(names_in(before, "en")) == COUNT + 3


def test_the_limit_of_recursion_is_what_it_was(before: bytes) -> None:
    """It is of the whole interpreter: a diagram that was read leaves it alone."""
    limit = sys.getrecursionlimit()
    load_bundle({"processes/long.bpmn": before})
    assert sys.getrecursionlimit() == limit
