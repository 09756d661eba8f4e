"""Compensation beyond what the table says: other versions, incidents, proofs, what the check
says."""

from __future__ import annotations

import pytest

from service.engine import check_bundle, find_obstacles
from service.engine import commands as q
from service.proof import prove
from tests.engine.rows_compensation import INSIDE, TRIP
from tests.engine.test_engine_migrate import move
from tests.engine.test_engine_parking import Parking
from tests.kit.drawing import draw
from tests.kit.grown import processes_of
from tests.kit.playing import Player, bundle_of

WHOLE = TRIP.replace("=WHICH", "")
DEEP = INSIDE.replace("BORDER", "").replace("WHICH", "compensate")


def codes(drawing: str) -> set[str]:
    return {each.code for each in check_bundle({"p.bpmn": draw(drawing)}) if each.line}


def test_what_was_done_is_undone_in_another_version():
    for drawing, done in ((WHOLE, ("book", "pay", "ask")), (DEEP, ("a", "ask"))):
        it = Player(bundle_of(drawing)).start(what=1, secret=2)
        for element in done[:-1]:
            it.complete(element)
        move(it, bundle_of(drawing.replace("userTask next", "userTask next name=Later")))
        it.complete("ask")
        assert {"unbook", "refund"} >= set(it.waiting()) or it.waiting() == ["undo"]
        move(it, bundle_of(drawing))  # while the handlers are at work
        for element in list(it.waiting()):
            it.complete(element, sum=1)
        assert it.waiting() == ["next"]


def test_a_version_without_the_handler_takes_no_case_that_may_need_it():
    it = Player(bundle_of(WHOLE)).start(what=1).complete("book")
    without = "\n".join(
        line for line in WHOLE.splitlines() if "unbook" not in line and "b1" not in line
    )
    [obstacle] = find_obstacles(it.bundle, bundle_of(without), it.state, {})
    assert "unbook" in obstacle.reason


def test_a_handler_that_fails_waits_for_a_retry_and_the_event_for_it():
    it = Parking(bundle_of(WHOLE.replace("job=refund", "job==nothing"))).start(what=1)
    it.complete("book").complete("pay").complete("ask")
    [incident] = it.incidents()
    assert incident.element_id == "refund"
    it.complete("unbook")
    it.send(q.SetVariables({"nothing": "refund"}))
    it.send(q.Retry("refund"))
    it.complete("refund", sum=1)
    assert it.waiting() == ["next"]


def test_steps_in_a_sub_process_undo_an_activity():
    drawing = """process p {
      startEvent start
      userTask a
      boundaryEvent b on=a compensate
      subProcess back handles=b {
        startEvent s
        userTask one
        userTask two
        s -> one -> two
      }
      endEvent all compensate
      start -> a -> all
    }"""
    it = Player(bundle_of(drawing)).start().complete("a")
    assert it.complete("one").waiting() == ["two"]
    assert it.complete("two").ended
    proof = prove(processes_of([drawing]))
    assert proof.proved, proof.problems


@pytest.mark.parametrize("drawing", [WHOLE, DEEP], ids=["whole", "deep"])
def test_the_prover_finds_nothing_wrong(drawing):
    proof = prove(processes_of([drawing]))
    assert proof.proved, proof.problems


def test_what_is_wrong_is_told():
    assert not codes(WHOLE) & {"bpmn-compensation", "bpmn-unreachable"}
    assert "bpmn-compensation" in codes(WHOLE.replace(" handles=b1", ""))
    assert "bpmn-compensation" in codes(TRIP.replace("WHICH", "ask"))
    assert "bpmn-compensation" in codes(TRIP.replace("WHICH", "nobody"))
    assert "bpmn-compensation" in codes(WHOLE.replace("ask -> undo", "ask -> unbook -> undo"))
    held = WHOLE.replace("userTask ask", "userTask ask\nboundaryEvent t on=unbook timer=PT1H")
    assert "bpmn-compensation" in codes(held)
    assert "bpmn-event-place" in codes(
        WHOLE.replace("startEvent start", "startEvent start compensate")
    )
