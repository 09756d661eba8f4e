"""Inclusive joins in drawings without structure: dead ends, boundary events, links, joins that wait
for each other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.engine import StartTimer, start_timers
from tests.kit.clock import NOON
from tests.kit.playing import Player, bundle_of

MODES = pytest.mark.parametrize("mode", ["straight", "restored"])

DEAD_END = """process p {
  startEvent start
  inclusiveGateway fork
  userTask a
  userTask b
  exclusiveGateway fine
  endEvent dead
  inclusiveGateway join
  userTask next
  start -> fork
  fork -> a if true
  fork -> b if true
  a -> join
  b -> fine
  fine -> dead if dead = true
  fine -> join default
  join -> next
}"""


@MODES
def test_a_token_that_dies_is_not_waited_for(mode):
    it = Player(bundle_of(DEAD_END), mode).start().complete("a")
    assert it.waiting() == ["b"]
    assert it.complete("b", dead=True).waiting() == ["next"]
    other = Player(bundle_of(DEAD_END), mode).start().complete("b", dead=False)
    assert other.waiting() == ["a"]
    assert other.complete("a").waiting() == ["next"]


@MODES
def test_a_boundary_event_may_still_lead_to_the_join(mode):
    drawing = """process p {
      startEvent start
      parallelGateway fork
      userTask a
      userTask b
      boundaryEvent late on=b timer=PT1H interrupting=no
      endEvent dead
      inclusiveGateway join
      userTask next
      start -> fork -> a -> join
      fork -> b -> dead
      late -> join -> next
    }"""
    it = Player(bundle_of(drawing), mode).start().complete("a")
    assert it.waiting() == ["b", "late"]
    assert it.fire("late").waiting() == ["b", "next"]
    done = Player(bundle_of(drawing), mode).start().complete("a").complete("b")
    assert done.waiting() == ["next"]


@MODES
def test_a_link_may_still_lead_to_the_join(mode):
    drawing = """process p {
      startEvent start
      parallelGateway fork
      userTask a
      userTask b
      intermediateThrowEvent go link=over
      intermediateCatchEvent come link=over
      inclusiveGateway join
      userTask next
      start -> fork -> a -> join
      fork -> b -> go
      come -> join -> next
    }"""
    it = Player(bundle_of(drawing), mode).start().complete("a")
    assert it.waiting() == ["b"]
    assert it.complete("b").waiting() == ["next"]


@MODES
def test_joins_that_wait_for_each_other_go_on(mode):
    drawing = """process p {
      startEvent start
      parallelGateway fork
      userTask a
      userTask b
      inclusiveGateway left
      inclusiveGateway right
      exclusiveGateway afterLeft
      exclusiveGateway afterRight
      userTask x
      userTask y
      start -> fork -> a -> left -> afterLeft
      fork -> b -> right -> afterRight
      afterLeft -> right if over = true
      afterLeft -> x default
      afterRight -> left if over = true
      afterRight -> y default
    }"""
    it = Player(bundle_of(drawing), mode).start(over=False).complete("a")
    assert it.waiting() == ["b"]
    it.complete("b")
    assert it.waiting() == ["x", "y"]


def test_start_timers():
    bundle = bundle_of(
        """process p {
          startEvent daily cycle=R/P1D
          startEvent once date=2026-03-01T00:00:00Z
          startEvent soon "timer==duration(\\"PT5M\\")"
          startEvent said message=m
          userTask t
          daily -> t
          once -> t
          soon -> t
          said -> t
        }"""
    )
    assert start_timers(bundle, now=NOON) == [
        StartTimer("p", "daily", NOON.replace(month=2, day=1), -1),
        StartTimer("p", "once", datetime(2026, 3, 1, tzinfo=UTC), 0),
        StartTimer("p", "soon", NOON.replace(minute=5), 0),
    ]
