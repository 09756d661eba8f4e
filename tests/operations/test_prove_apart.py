"""Proofs for pages run in a process of their own: a cap ends them, and never the page."""

from __future__ import annotations

from functools import cache

import pytest

from service.definitions import shipped_files
from service.operations import proof_worker
from service.operations import prove_apart as apart
from service.operations.prove_apart import Caps, end_workers, prove_apart
from service.operations.prove_bundle import prove_bundle, prove_here
from service.policy import load_profile
from service.proof import NOT_PROVED
from tests.kit.clock import NOW
from tests.kit.drawing import draw

PROFILE = load_profile("TW-FCPA")
GENEROUS = Caps(processor=300, memory=1 << 30, answer=300)


@pytest.fixture(autouse=True)
def none_left():
    end_workers()
    yield
    end_workers()


@cache
def heavy() -> dict[str, bytes]:
    """States without end, as good as: each branch is at its task, beside it, or through."""
    branches = "\n".join(
        f"""userTask t{at}
        boundaryEvent b{at} on=t{at} message=m{at} key==1 interrupting=no
        userTask c{at}
        split -> t{at} -> join
        b{at} -> c{at}"""
        for at in range(3_000)
    )
    text = f"""process complaint {{
        startEvent start
        parallelGateway split
        parallelGateway join
        {branches}
        endEvent end
        start -> split
        join -> end
    }}"""
    return {"heavy.bpmn": draw(text)}


def prove(files, caps=GENEROUS):
    return prove_apart(files, profile=PROFILE, now=NOW, process="complaint", caps=caps)


def test_the_answer_is_what_is_proved_here():
    files = dict(shipped_files())
    here = prove_here(files, profile=PROFILE, now=NOW, process="complaint")
    assert prove(files) == here
    whole = prove_bundle(files, profile=PROFILE, now=NOW)
    assert prove_bundle(files, profile=PROFILE, now=NOW, apart=True) == whole


def test_a_worker_serves_again():
    files = {"a.bpmn": draw("process p {\nstartEvent s\nuserTask t\ns -> t\n}")}
    prove(files)
    worker = apart._IDLE[0]
    prove(files)
    assert [worker] == apart._IDLE
    worker.process.kill()
    worker.process.wait()
    assert prove(files).soundness is not None  # by another one
    assert worker not in apart._IDLE


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        (Caps(processor=1, answer=300), "it takes more than 1 seconds"),
        (Caps(memory=2 << 20, answer=300), "memory"),
        (Caps(answer=0.2), "no answer within 0.2 seconds"),
    ],
    ids=["processor", "memory", "answer"],
)
def test_beyond_a_cap_nothing_is_proved(caps, why):
    proofs = prove(heavy(), caps)
    told = [problem.message for problem in proofs.problems if problem.code == NOT_PROVED]
    assert any(why in message for message in told), told
    assert apart._IDLE == []


def test_a_worker_that_is_killed_is_told():
    script = apart._Worker.ask

    def shot(self, request):
        self.process.kill()
        return script(self, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart._Worker, "ask", shot)
        proofs = prove(heavy())
    assert [problem.code for problem in proofs.problems] == [NOT_PROVED]


def test_no_more_proofs_at_once_than_there_are_workers(monkeypatch):
    monkeypatch.setattr(apart, "_FREE", apart.BoundedSemaphore(1))  # type: ignore[attr-defined]
    with apart._FREE:
        proofs = prove({}, Caps(answer=0.01))
    assert "under way" in proofs.problems[0].message


def test_memory_that_c_code_did_not_get_is_told_as_memory(monkeypatch):
    """CPython 3.11 raises "error return without exception set" where an allocation failed in C."""

    def starved(*_, **__):
        raise SystemError("error return without exception set")

    monkeypatch.setattr(proof_worker, "prove_here", starved)
    request = apart.Request({}, "TW-FCPA", None, NOW, "complaint", Caps())
    told = [problem.message for problem in proof_worker._prove(request).problems]
    assert any("memory" in message for message in told), told
