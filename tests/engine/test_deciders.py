"""Who decides what: SpiffWorkflow where it is right, ours where the table of overrides says so."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from service.bench.deciders import ENGINE, LIBRARY, Decided, trace
from service.bench.engine import engine
from tests.kit.playing import Player, bundle_of

CHOICES = """process p {
  startEvent start
  exclusiveGateway which
  inclusiveGateway some
  parallelGateway all
  parallelGateway join
  userTask a
  userTask b
  endEvent over terminate
  endEvent not
  start -> which
  which -> some if true
  which -> not default
  some -> all if true
  some -> not if false
  all -> a -> join
  all -> b -> join -> over
}"""
EVENTS = """process p {
  startEvent start
  subProcess sub {
    startEvent s
    userTask ask
    endEvent bad error=A
    s -> ask -> bad
  }
  boundaryEvent caught on=sub error=A
  boundaryEvent late on=sub timer=PT1H interrupting=no
  intermediateCatchEvent heard message=hello key==1
  endEvent e
  endEvent e2
  start -> sub -> e
  caught -> heard -> e
  late -> e2
}"""


def play_choices() -> None:
    Player(bundle_of(CHOICES)).start().complete("a").complete("b")


def play_events() -> None:
    Player(bundle_of(EVENTS)).start().fire("late").complete("ask").deliver("heard")


@pytest.mark.parametrize(
    ("play", "what", "at", "by", "whose"),
    [
        (play_choices, "flow", "exclusiveGateway", "ExclusiveChoice._run_hook", LIBRARY),
        (play_choices, "flow", "inclusiveGateway", "InclusiveGateway._run_hook", LIBRARY),
        (play_choices, "flow", "parallelGateway", "Plain._on_complete_hook", ENGINE),
        (play_choices, "flow", "userTask", "Plain._on_complete_hook", ENGINE),
        (play_choices, "join", "parallelGateway", "Joining._update_hook", ENGINE),
        (play_choices, "scope", "endEvent (terminate)", "EndEvent._on_complete_hook", LIBRARY),
        (play_events, "catcher", "boundaryEvent (error)", "Events._catch_code", ENGINE),
        (play_events, "catcher", "boundaryEvent (timer)", "_fire", ENGINE),
        (play_events, "event", "boundaryEvent (timer)", "Timer.has_fired", ENGINE),
        (play_events, "event", "boundaryEvent (error)", "EventDefinition.has_fired", LIBRARY),
        (
            play_events,
            "event",
            "intermediateCatchEvent (message)",
            "EventDefinition.has_fired",
            LIBRARY,
        ),
        (play_events, "scope", "process", "EndJoin._update_hook", ENGINE),
    ],
)
def test_who_decided(play, what, at, by, whose):
    found = {each for each in trace(play) if (each.what, each.at) == (what, at)}
    assert found == {Decided(what, at, by, whose)}


def test_everybody_can_trace_the_shipped_procedure():
    told = CliRunner().invoke(engine, ["--trace", "--format", "json"], catch_exceptions=False)
    rows = json.loads(told.output)
    assert {row["what"] for row in rows} == {"flow", "join", "catcher", "event", "scope"}
    assert {row["whose"] for row in rows} == {ENGINE, LIBRARY}
    gateways = {row["by"] for row in rows if row["at"] == "exclusiveGateway"}
    assert gateways == {"ExclusiveChoice._run_hook"}
    assert all(row["times"] > 0 for row in rows)
