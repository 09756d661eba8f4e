"""What a diagram can make grow has a limit, and the work of a step grows no faster than its
tokens."""

from __future__ import annotations

import gc

import pytest

from service.bpmn.reach import loop_before
from service.engine import EngineError, advance, limits
from service.engine import changes as c
from service.engine import commands as q
from tests.kit.clock import NOON
from tests.kit.effort import counted
from tests.kit.playing import Player, bundle_of

DOUBLING = """process p {
  startEvent start
  exclusiveGateway merge
  parallelGateway fork
  start -> merge -> fork -> merge
  fork -> merge
}"""
ASKING = """process p {
  startEvent start
  exclusiveGateway merge
  parallelGateway fork
  userTask ask
  start -> merge -> fork -> merge
  fork -> ask
}"""
CROSSED = """process p {
  startEvent start
  exclusiveGateway one
  exclusiveGateway two
  parallelGateway left
  parallelGateway right
  start -> one -> left
  left -> one
  left -> two -> right
  right -> one
  right -> two
}"""


@pytest.mark.parametrize(
    ("drawing", "loop"),
    [
        (DOUBLING, "merge → fork → merge"),
        (ASKING, "merge → fork → merge"),
        (CROSSED, "left → one → left"),
    ],
)
def test_a_loop_that_multiplies_tokens_is_named_at_once(drawing, loop):
    it = Player(bundle_of(drawing))
    with counted() as work, pytest.raises(EngineError) as many:
        it.start()
    assert work.calls < 10_000_000
    assert many.value.code in ("token-limit", "step-limit")
    around = loop.split(" → ")
    turned = {
        " → ".join([*around[at:-1], *around[:at], around[at]]) for at in range(len(around) - 1)
    }
    assert any(each in many.value.message for each in turned), many.value.message


def test_a_case_has_a_most_of_tokens(monkeypatch):
    monkeypatch.setattr(limits, "MAX_TOKENS", 50)
    it = Player(bundle_of("process p {\nstartEvent s\nuserTask it each==n item=i\ns -> it\n}"))
    it.start(n=list(range(40)))
    with pytest.raises(EngineError) as many:
        Player(it.bundle).start(n=list(range(60)))
    assert (many.value.code, many.value.element_id) == ("token-limit", "it")


def test_nested_collections_are_refused_before_they_are_made():
    text = """process p {
      startEvent start
      subProcess outer each==n item=i {
        startEvent s
        userTask it each==n item=j
        s -> it
      }
      start -> outer
    }"""
    it = Player(bundle_of(text))
    with counted() as work, pytest.raises(EngineError) as many:
        it.start(n=list(range(1000)))
    assert many.value.code == "token-limit"
    assert work.calls < 4_000_000


def test_a_step_has_a_most_of_time(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(limits, "thread_time", lambda: next(clock))
    text = """process p {
      startEvent start
      exclusiveGateway merge
      scriptTask turn "script==1" result=n
      start -> merge -> turn -> merge
    }"""
    with pytest.raises(EngineError) as late:
        Player(bundle_of(text)).start()
    assert late.value.code == "step-limit"
    assert "5 seconds" in late.value.message
    assert "merge → turn → merge" in late.value.message


def test_the_work_of_a_step_is_linear_in_its_tokens():
    """Counted in calls of Python's functions: a clock would tell of the machine."""
    text = """process p {
      startEvent start
      subProcess each each==n item=i collect=out "of==r" {
        startEvent s
        scriptTask it "script==i" result=r
        s -> it
      }
      userTask next
      start -> each -> next
    }"""
    bundle = bundle_of(text)
    few, many = (_calls(bundle, size) / size for size in (100, 10_000))
    assert many < 2 * few


def _calls(bundle, size: int) -> int:
    with counted() as work:
        step = advance(bundle, None, q.Start("p", {"n": list(range(size))}), now=NOON)
    assert any(isinstance(each, c.TaskCreated) for each in step.changes)
    return work.calls


def test_loops_are_found_from_where_they_lead():
    process = bundle_of(CROSSED).models["p"]
    assert loop_before(process, "start") == ()
    assert loop_before(process, "nobody") == ()
    assert loop_before(process, "right") == ("right", "two", "right")
    plain = bundle_of("process p {\nstartEvent s\nuserTask a\ns -> a\n}").models["p"]
    assert loop_before(plain, "a") == ()


def test_a_step_leaves_nothing_to_the_garbage_collector():
    """Tasks and workflows hold each other: they are let go of when the step is made."""
    text = """process p {
      startEvent start
      subProcess each each==n item=i {
        startEvent s
        userTask it
        boundaryEvent late on=it timer=PT1H
        s -> it
      }
      eventBasedGateway which
      intermediateCatchEvent soon timer=PT2H
      intermediateCatchEvent heard signal=alarm
      start -> each
      start -> which
      which -> soon
      which -> heard
    }"""
    it = Player(bundle_of(text)).start(n=[1, 2, 3])
    it.complete("it")
    gc.collect()
    gc.disable()
    try:
        it.complete("it")
        it.signal("alarm")
        assert gc.collect() <= 2 * 2
    finally:
        gc.enable()
