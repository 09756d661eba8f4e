"""A diagram that a program wrote has no picture: it is laid out wherever one is shown."""

from __future__ import annotations

import pytest

from service import definitions
from service.errors import NotFound
from tests.kit.small import SMALL

OLD, NEW = (
    SMALL.encode(),
    SMALL.replace('id="second"', 'id="other"').replace('Ref="second"', 'Ref="other"').encode(),
)
ELEMENTS = ("s", "first", "late", "e")
END = "</bpmn:definitions>"


@pytest.mark.parametrize("process_id", [None, "small"])
def test_it_is_laid_out(process_id: str | None) -> None:
    assert b"BPMNShape" not in OLD
    picture = definitions.draw(OLD, process_id=process_id, language="en")
    for element in ELEMENTS:
        assert f'"{element}"' in picture


def test_before_after_and_both_are_drawn() -> None:
    changes = definitions.compare({"a.bpmn": OLD}, {"a.bpmn": NEW})
    assert changes
    for picture in (
        definitions.draw_before(OLD, changes),
        definitions.draw_after(NEW, changes),
        definitions.draw_over(OLD, NEW, changes),
    ):
        assert picture.startswith("<svg") and all(f'"{each}"' in picture for each in ELEMENTS)


def test_a_process_beside_one_that_is_drawn_is_laid_out_too() -> None:
    second = (
        SMALL.replace('id="small"', 'id="another"')
        .split("<bpmn:process")[1]
        .split("</bpmn:process>")[0]
    )
    shown = (
        '<bpmndi:BPMNDiagram id="d" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane id="p" '
        'bpmnElement="small"><bpmndi:BPMNShape id="s" bpmnElement="first"><dc:Bounds x="1" y="1" '
        'width="100" height="80"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
    both = SMALL.replace(END, f"<bpmn:process{second}</bpmn:process>{shown}{END}")
    assert definitions.draw(both.encode(), process_id="another").startswith("<svg")


def test_where_there_is_nothing_to_draw_it_says_so() -> None:
    empty = SMALL.split("<bpmn:process")[0] + END
    with pytest.raises(NotFound):
        definitions.draw(empty.encode())
