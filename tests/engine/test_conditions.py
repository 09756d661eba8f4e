"""Conditional events beyond what the table says: loops, other versions, proofs, what the check
says."""

from __future__ import annotations

import pytest

from service.engine import EngineError, check_bundle
from service.engine import commands as q
from service.engine.parts import read_parts
from service.proof import play, prove
from tests.engine.rows_conditions import BOUNDARY, INSIDE
from tests.engine.test_engine_migrate import move
from tests.kit.drawing import draw
from tests.kit.grown import processes_of
from tests.kit.playing import Player, bundle_of

LOOP = """process p {
  startEvent start
  userTask work
  boundaryEvent again on=work "when=x > 0" interrupting=no
  scriptTask more script==x+1 result=x
  start -> work
  again -> more
}"""


def test_a_condition_that_keeps_itself_going_is_stopped():
    it = Player(bundle_of(LOOP)).start(x=0)
    with pytest.raises(EngineError) as stopped:
        it.send(q.SetVariables({"x": 1}))
    assert stopped.value.code == "step-limit"
    it.send(q.SetVariables({"x": -1}))
    assert it.waiting() == ["work"]


@pytest.mark.parametrize("drawing", [BOUNDARY, INSIDE], ids=["boundary", "inside"])
@pytest.mark.parametrize("more", ["", "interrupting=no"])
def test_it_waits_on_in_another_version(drawing, more):
    it = Player(bundle_of(drawing.replace("MORE", more))).start(x=1)
    move(it, bundle_of(drawing.replace("MORE", more).replace("x > 10", "x > 100")))
    it.send(q.SetVariables({"x": 50}))
    assert "other" not in it.waiting()
    it.send(q.SetVariables({"x": 500}))
    assert "other" in it.waiting()


def test_one_that_is_new_in_a_version_begins_to_wait():
    plain = "\n".join(
        line for line in BOUNDARY.replace("MORE", "").splitlines() if "high" not in line
    )
    it = Player(bundle_of(plain.replace("userTask other\n", ""))).start(x=1)
    move(it, bundle_of(BOUNDARY.replace("MORE", "")))
    it.send(q.SetVariables({"x": 11}))
    assert it.waiting() == ["beside", "other"]
    gone = Player(bundle_of(BOUNDARY.replace("MORE", ""))).start(x=1)
    move(gone, bundle_of(plain.replace("userTask other\n", "")))
    gone.send(q.SetVariables({"x": 11}))
    assert gone.waiting() == ["beside", "work"]


def test_the_prover_lets_a_condition_hold_at_any_time():
    for drawing in (BOUNDARY, INSIDE):
        for more in ("", "interrupting=no"):
            proof = prove(processes_of([drawing.replace("MORE", more)]))
            assert proof.proved, proof.problems
    stuck = """process p {
      startEvent start
      userTask a
      parallelGateway fork
      parallelGateway join
      boundaryEvent high on=a "when=x > 10"
      endEvent away
      userTask b
      start -> fork -> a -> join
      fork -> b -> join
      high -> away
    }"""
    processes = processes_of([stuck])
    proof = prove(processes)
    assert [each.code for each in proof.problems] == ["sound-deadlock"]
    played = play(processes, proof.paths["sound-deadlock", "join"], proof.finish)
    assert played.lost == ""


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("<conditionalEventDefinition/>", "bpmn-condition-missing"),
        (
            "<conditionalEventDefinition><condition>= x ></condition></conditionalEventDefinition>",
            "feel-syntax",
        ),
        (
            "<conditionalEventDefinition><condition>= x > 1</condition><extensionElements>"
            '<zeebe:conditionalFilter variableEvents="delete"/></extensionElements>'
            "</conditionalEventDefinition>",
            "bpmn-condition-filter",
        ),
    ],
)
def test_what_is_wrong_with_a_condition_is_told(definition, code):
    event = f'<intermediateCatchEvent id="it">{definition}</intermediateCatchEvent>'
    drawing = f"process p {{\nstartEvent start\n{event}\nuserTask t\nstart -> it -> t\n}}"
    assert code in {each.code for each in check_bundle({"p.bpmn": draw(drawing)})}
    assert read_parts({"p.bpmn": draw(drawing)})
