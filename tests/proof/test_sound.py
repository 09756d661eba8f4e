"""Soundness: faults that were planted are found, each with a way that the engine goes too; sound
models raise nothing.

`REDRESS_PROOF_ROUNDS` says how many models are grown for each fault.
"""

from __future__ import annotations

import os

import pytest

from service.definitions import shipped_files
from service.engine.parts import read_parts
from service.errors import Severity
from service.proof import play, prove
from service.proof.known import stale, unknown
from tests.kit.drawing import draw
from tests.kit.grown import FAULTS, grow, grow_faulty, processes_of

ROUNDS = int(os.environ.get("REDRESS_PROOF_ROUNDS", "6"))


def test_the_prover_knows_every_construct_that_runs():
    assert unknown() == []
    assert stale() == []


def test_the_shipped_procedure_is_sound():
    proof = prove(read_parts(shipped_files())[0].processes)
    assert proof.proved, proof.problems
    assert "complaint" in proof.states


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_sound_models_raise_nothing(seed):
    drawings, _ = grow(60 + 10 * (seed % 5), seed)
    proof = prove(processes_of(drawings))
    assert proof.problems == ()


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_the_engine_goes_there(fault, seed):
    processes = processes_of(grow_faulty(60, seed, fault))
    proof = prove(processes)
    found = [problem for problem in proof.problems if problem.element.startswith("bad")]
    assert [problem.code for problem in found] == [fault]
    assert len(proof.problems) == 1, proof.problems
    assert found[0].severity is Severity.ERROR
    if fault == "sound-dead-element":
        assert found[0].path == ()
        return
    played = play(processes, proof.paths[fault, found[0].element], proof.finish)
    assert played.lost == ""
    SHOWN[fault](played, found[0].element)


def _shows_deadlock(played, element):
    if played.error is not None:
        assert played.error.code == "stuck"
        assert element in played.error.message
        return
    assert not played.ended
    assert f'"{element}",8,' in played.state.decode()  # waits at the join, which has not opened
    assert element not in played.entered


def _shows_second_token(played, element):
    assert played.entered.count(element) == 2
    assert len([each for each in played.open.values() if each.element_id == element]) == 2


def _shows_end_twice(played, element):
    assert played.entered.count(element) == 2


def _shows_uncaught(played, element):
    assert played.error is not None
    assert (played.error.code, played.error.element_id) == ("uncaught-error", element)


def _shows_no_exit(played, element):
    assert not played.ended
    assert element in [each.element_id for each in played.open.values()]


SHOWN = {
    "sound-deadlock": _shows_deadlock,
    "sound-lack-of-synchronisation": _shows_second_token,
    "sound-end-reached-twice": _shows_end_twice,
    "sound-uncaught-error": _shows_uncaught,
    "sound-no-exit": _shows_no_exit,
}


def _problems(drawings, cap):
    parts, problems = read_parts({f"{at}.bpmn": draw(text) for at, text in enumerate(drawings)})
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    return prove(parts.processes, cap=cap).problems


def proved(*drawings: str, cap: int = 50_000):
    problems = _problems(drawings, cap)
    return [(problem.code, problem.element) for problem in problems]


WIDE = """process p {
  startEvent start
  parallelGateway split
  parallelGateway join
  BRANCHES
  endEvent end
  start -> split
  join -> end
}"""


def test_past_the_cap_nothing_is_said_to_be_proved():
    branches = "\n".join(
        (
            f"userTask t{at}\nboundaryEvent b{at} on=t{at} timer=PT1H\nsplit -> t{at} -> "
            f"join\nb{at} "
            "-> join"
        )
        for at in range(9)
    )
    text = WIDE.replace("BRANCHES", branches)
    assert proved(text, cap=100) == [("sound-not-proved", "p")]
    assert [problem.severity for problem in _problems([text], 100)] == [Severity.WARNING]


def test_fifteen_branches_of_many_steps_are_few_states():
    branches = "\n".join(
        f"split -> {' -> '.join(f't{at}x{step}' for step in range(6))} -> join" for at in range(15)
    )
    tasks = "\n".join(f"userTask t{at}x{step}" for at in range(15) for step in range(6))
    proof = prove(processes_of([WIDE.replace("BRANCHES", tasks + "\n" + branches)]))
    assert proof.proved
    assert proof.states["p"] < 10


def test_a_join_that_a_withdrawal_would_end_is_a_deadlock_all_the_same():
    found = proved(
        """process p {
          startEvent start
          exclusiveGateway split
          userTask a
          userTask b
          parallelGateway join
          endEvent end
          subProcess withdrawn event {
            startEvent said message=withdrawn key==1
            endEvent over
            said -> over
          }
          start -> split
          split -> a if x = 1
          split -> b default
          a -> join
          b -> join
          join -> end
        }"""
    )
    assert found == [("sound-deadlock", "join")]


def test_an_error_that_leaves_a_called_process_is_looked_for_where_it_is_called():
    inner = """process inner {
      startEvent begin
      userTask ask
      exclusiveGateway good
      endEvent fine
      endEvent bad error=no
      begin -> ask -> good
      good -> fine if x = 1
      good -> bad default
    }"""
    outer = """process outer {
      startEvent start
      callActivity call calls=inner
      CATCH
      endEvent end
      start -> call -> end
    }"""
    caught = outer.replace(
        "CATCH", "boundaryEvent failed on=call error=no\nendEvent other"
    ).replace("call -> end", "call -> end\nfailed -> other")
    assert proved(inner, caught) == []
    assert proved(inner, outer.replace("CATCH", "")) == [("sound-uncaught-error", "bad")]
    other = caught.replace("error=no", "error=other")
    # whoever does the task inside may report any code, so the other boundary event is not dead
    assert proved(inner, other) == [("sound-uncaught-error", "bad")]


def test_two_reminders_that_share_a_task_are_no_fault():
    found = proved(
        """process p {
          startEvent start
          userTask work
          boundaryEvent soon on=work timer=PT1H interrupting=no
          boundaryEvent late on=work timer=PT2H interrupting=no
          userTask chase
          endEvent end
          endEvent chased
          start -> work -> end
          soon -> chase -> chased
          late -> chase
        }"""
    )
    assert found == []


def test_a_reminder_that_leads_back_into_the_main_path_is_one():
    found = proved(
        """process p {
          startEvent start
          userTask work
          boundaryEvent late on=work timer=PT2H interrupting=no
          userTask check
          endEvent end
          start -> work -> check -> end
          late -> check
        }"""
    )
    assert found == [("sound-lack-of-synchronisation", "check")]
