"""Ad-hoc sub-processes: sound ones raise nothing, faults are found where the engine goes."""

from __future__ import annotations

import pytest

from service.engine import check_bundle
from service.proof import play, prove
from tests.kit.drawing import draw
from tests.kit.grown import processes_of

FREE = """process p {
  startEvent start
  adHocSubProcess free name=Free MARKS {
    userTask a name=A
    userTask b name=B
    userTask then name=Then
    boundaryEvent late on=c timer=PT1H MORE
    userTask c name=C
    INSIDE
    b -> then
    late -> then
  }
  boundaryEvent over on=free error=gone
  boundaryEvent still on=free timer=P9D interrupting=no
  userTask next name=Next
  start -> free -> next
  over -> next
}"""


def drawn(marks: str = "", inside: str = "", more: str = "") -> str:
    return FREE.replace("MARKS", marks).replace("INSIDE", inside).replace("MORE", more)


@pytest.mark.parametrize("marks", ["", "done=x", "done=x cancels=no", "begins==list"])
@pytest.mark.parametrize("more", ["", "interrupting=no"])
def test_what_is_sound_raises_nothing(marks, more):
    assert prove(processes_of([drawn(marks, more=more)])).problems == ()


def test_in_a_called_process_and_inside_each_other_too():
    nested = """process p {
      startEvent start
      subProcess sub {
        startEvent s
        adHocSubProcess outer {
          adHocSubProcess inner {
            userTask a
            callActivity call calls=q
          }
          endless
        }
        s -> outer
      }
      start -> sub
    }""".replace("endless", "userTask b")
    called = """process q {
      startEvent s
      adHocSubProcess free done=x {
        userTask c
        exclusiveGateway which
        userTask d
        userTask e
        c -> which
        which -> d if y
        d -> which
        which -> e default
      }
      s -> free
    }"""
    assert prove(processes_of([nested, called])).problems == ()


STUCK = {
    "sound-deadlock": """userTask d name=D
    exclusiveGateway one
    parallelGateway both
    d -> one
    one -> both if x
    one -> both default""",
    "sound-lack-of-synchronisation": """userTask d name=D
    parallelGateway both
    exclusiveGateway one
    userTask e name=E
    d -> both
    both -> one
    both -> one
    one -> e""",
}


@pytest.mark.parametrize("code", ["sound-deadlock", "sound-lack-of-synchronisation"])
def test_a_fault_in_it_is_found_and_the_engine_goes_there(code):
    processes = processes_of([drawn(inside=STUCK[code])])
    proof = prove(processes)
    assert [problem.code for problem in proof.problems] == [code]
    ways = [path for (found, _), path in proof.paths.items() if found == code]
    played = play(processes, ways[0], proof.finish)
    assert played.lost == ""
    assert "d" in played.entered


@pytest.mark.parametrize(
    ("marks", "inside", "found"),
    [
        ('begins==\'["a","b"]\'', "", []),
        ('begins==\'["a","nobody"]\'', "", ["bpmn-ad-hoc"]),
        ("begins=='[\"then\"]'", "", ["bpmn-ad-hoc"]),
        ("begins=a", "", ["feel-missing-equals"]),
        ("gathers=all", "", ["bpmn-ad-hoc"]),
        ("", "userTask x name=X\nparallelGateway j\na -> j\nx -> j", ["bpmn-ad-hoc"]),
        ("", "intermediateCatchEvent w timer=PT1H", ["bpmn-unreachable"]),
        ("", "endEvent e\na -> e", ["bpmn-ad-hoc"]),
        ("", "subProcess s event {\nstartEvent t timer=PT1H\n}", ["bpmn-ad-hoc"]),
    ],
)
def test_what_cannot_begin_or_end_is_found(marks, inside, found):
    problems = check_bundle({"p.bpmn": draw(drawn(marks, inside))})
    assert [each.code for each in problems if each.severity == "error"] == found
    assert {each.element for each in problems} <= ({"free", "w", "s"} if found else set())


def test_an_empty_one_is_found():
    empty = """process p {
      startEvent s
      adHocSubProcess free name=Free {
        exclusiveGateway g
      }
      s -> free
    }"""
    assert [each.code for each in check_bundle({"p.bpmn": draw(empty)})] == ["bpmn-ad-hoc"]
