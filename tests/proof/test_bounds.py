"""What the prover may cost, and that it raises nothing: series, wide splits, events in every place,
diagrams that are no procedure at all."""

from __future__ import annotations

import tracemalloc

import pytest

from service.engine.inclusive import reach_of
from service.proof import NOT_PROVED, nothing_proved, prove, sound
from service.proof.build import build
from service.proof.explore import explore
from service.proof.faults import Kinds, faults_of
from service.proof.fuse import fuse
from service.proof.inside import Insides
from service.proof.net import Trail, elements_of
from tests.kit.event_models import event_models
from tests.kit.grown import grow, grow_faulty, processes_of


def series(count: int) -> dict:
    lines, flows, before = ["startEvent start"], [], "start"
    for at in range(count):
        lines += [
            f"exclusiveGateway ask{at}",
            f"userTask yes{at}",
            f"userTask no{at}",
            f"exclusiveGateway then{at}",
        ]
        flows += [
            f"{before} -> ask{at}",
            f"ask{at} -> yes{at} if x = 1",
            f"ask{at} -> no{at} default",
            f"yes{at} -> then{at}",
            f"no{at} -> then{at}",
        ]
        before = f"then{at}"
    text = "\n".join([*lines, "endEvent end", *flows, f"{before} -> end"])
    return processes_of([f"process p {{\n{text}\n}}"])


def wide(count: int, beside: str = "", flows: str = "") -> dict:
    branches = "\n".join(
        f"userTask t{at}\n{beside}\nsplit -> t{at} -> join\n{flows}".replace("#", str(at))
        for at in range(count)
    )
    text = f"""startEvent start
        parallelGateway split
        parallelGateway join
        {branches}
        endEvent end
        start -> split
        join -> end"""
    return processes_of([f"process p {{\n{text}\n}}"])


def test_a_series_of_decisions_costs_what_its_length_is():
    peaks = {}
    for count in (20, 200):
        processes = series(count)
        assert prove(processes).proved  # and whatever is made but once
        tracemalloc.start()
        assert prove(processes).proved
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[200] < 15 * peaks[20]


def test_what_stands_behind_a_decision_is_kept_once():
    trail = Trail()
    for _ in range(2_000):
        trail = Trail((), (trail, trail))  # as for each decision in a row
    assert elements_of([trail]) == set()


def test_two_thousand_tasks_side_by_side_are_proved():
    proof = prove(wide(2_000))
    assert proof.proved
    assert proof.states["p"] < 10


def test_two_thousand_tasks_with_an_event_each_get_an_answer():
    handler = "boundaryEvent late# on=t# message=m# key==1 interrupting=no\nuserTask call#"
    proof = prove(wide(2_000, handler, "late# -> call#"))
    assert [problem.code for problem in proof.problems] == [NOT_PROVED]


def test_a_wide_net_is_bound_by_its_steps_too(monkeypatch):
    monkeypatch.setattr("service.proof.explore.MOST_FIRED", 1_000)
    handler = "boundaryEvent late# on=t# message=m# key==1 interrupting=no\nuserTask call#"
    proof = prove(wide(100, handler, "late# -> call#"))
    assert [problem.code for problem in proof.problems] == [NOT_PROVED]
    assert proof.states["p"] < 1_000


ROUND = {
    "tasks": "startEvent s\nuserTask a\nuserTask b\ns -> a -> b -> a",
    "one task": "startEvent s\nuserTask a\ns -> a -> a",
    "a gateway": "startEvent s\nexclusiveGateway g\nuserTask a\ns -> g -> a -> g",
    "at once": 'startEvent s\nscriptTask a "script==1" result=y\ns -> a -> a',
    "a timer": "startEvent s\nintermediateCatchEvent a timer=PT1H\ns -> a -> a",
    "beside an end": """startEvent s
        parallelGateway g
        userTask a
        userTask b
        endEvent e
        s -> g
        g -> a -> a
        g -> b -> e""",
}


@pytest.mark.parametrize("shape", ROUND)
def test_a_process_without_an_exit_is_told(shape):
    proof = prove(processes_of([f"process p {{\n{ROUND[shape]}\n}}"]))
    assert [problem.code for problem in proof.problems] == ["sound-no-exit"]
    assert proof.problems[0].element in ("a", "b", "g")


@pytest.mark.parametrize(
    ("what", "model"), event_models(), ids=[name for name, _ in event_models()]
)
def test_an_event_sub_process_that_can_start_is_not_dead(what, model):
    assert prove(processes_of([model])).problems == ()


def test_an_event_sub_process_in_a_scope_that_never_waits_is_dead():
    proof = prove(
        processes_of(
            [
                """process p {
                  startEvent start
                  scriptTask work "script==1" result=y
                  endEvent end
                  subProcess late event {
                    startEvent said message=m key==1 interrupting=no
                    endEvent over
                    said -> over
                  }
                  start -> work -> end
                }"""
            ]
        )
    )
    assert [(each.code, each.element) for each in proof.problems] == [
        ("sound-dead-element", "late")
    ]


def _both(processes: dict) -> list[tuple[set[str], set[str]]]:
    """The codes found with fused steps and with single ones, by process."""
    insides, found = Insides(processes), []
    for process in processes.values():
        net = build(
            process,
            "",
            look_into=insides.look_into(),
            waits=insides.waits,
            reaches=lambda key: reach_of(processes[key]),
        )
        kinds, drawn = Kinds(frozenset(), frozenset()), sound._drawn(process, "", net)
        searches = (explore(net, steps, cap=3_000) for steps in (fuse(net), net.transitions))
        one, other = (
            search
            if search.capped
            else {fault.code for fault in faults_of(search, kinds, frozenset(drawn))}
            for search in searches
        )
        if isinstance(one, set) and isinstance(other, set):
            found.append((one, other))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_fused_steps_tell_what_single_steps_tell(seed):
    compared = 0
    models = [model for _, model in event_models()][seed::40]
    grown = [grow(25, seed)[0], *(grow_faulty(20, seed, fault) for fault in _FAULTS)]
    for drawings in (*([model] for model in models), *grown):
        for one, other in _both(processes_of(drawings)):
            assert one == other
            compared += 1
    assert compared > 5


_FAULTS = ("sound-deadlock", "sound-no-exit", "sound-dead-element", "sound-end-reached-twice")


@pytest.mark.parametrize("broken", [KeyError("x"), RecursionError(), MemoryError(), IndexError()])
def test_a_prover_that_fails_says_so_and_goes_on(broken, monkeypatch, caplog):
    real = sound.build  # type: ignore[attr-defined]

    def fail(process, scope, **more):
        if process.id == "p":
            raise broken
        return real(process, scope, **more)

    monkeypatch.setattr(sound, "build", fail)
    bad = "process q {\nstartEvent s\nuserTask a\ns -> a -> a\n}"
    good = "process p {\nstartEvent s\nuserTask t\nendEvent e\ns -> t -> e\n}"
    problems = prove(processes_of([good, bad])).problems
    assert {(problem.code, problem.element) for problem in problems} == {
        (NOT_PROVED, "p"),
        ("sound-no-exit", "a"),
    }
    assert "a proof could not be carried out" in caplog.text


def test_nothing_proved_is_a_finding_with_its_reason():
    proofs = nothing_proved("no answer")
    assert proofs.soundness is None
    assert [problem.message for problem in proofs.problems] == ["not proved: no answer"]
