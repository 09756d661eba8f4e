"""What is active counts, not what has been: loops, long automatic runs, and limits."""

from __future__ import annotations

import pytest

from service.engine import EngineError, Host, advance, inspect
from service.engine import commands as q
from tests.kit.clock import NOON
from tests.kit.drawing import draw
from tests.kit.playing import Player, bundle_of

ROUNDS = """process p {
  startEvent start
  exclusiveGateway merge
  parallelGateway fork
  userTask a
  boundaryEvent late on=a timer=PT1H interrupting=no
  endEvent told
  inclusiveGateway some
  userTask b
  callActivity more calls=inner
  inclusiveGateway all
  parallelGateway join
  userTask each each==items item=item collect=found of==item
  exclusiveGateway again
  endEvent done
  start -> merge -> fork -> a -> join
  late -> told
  fork -> some
  some -> b if true
  some -> more if true
  b -> all
  more -> all -> join -> each -> again
  again -> merge if n < 150
  again -> done default
}"""
INNER = """process inner {
  startEvent begin
  userTask work
  begin -> work
}"""


def one_round(it: Player, n: int) -> None:
    it.fire("late")
    for task in ("a", "work", "b") if n % 2 else ("b", "a", "work"):
        it.complete(task, n=n)
    it.complete("each").complete("each")


def test_a_hundred_and_fifty_rounds_leave_the_state_as_it_was():
    it = Player(bundle_of(ROUNDS, INNER)).start(items=[1, 2], n=0)
    sizes = []
    for n in range(1, 151):
        assert it.state is not None
        sizes.append(len(it.state))
        one_round(it, n)
        del it.all[:]
    assert it.ended
    assert max(sizes[1:]) - min(sizes[1:]) <= 60  # longer ids and numbers, nothing else
    assert max(sizes) < 1500


COUNT = """process p {
  startEvent start
  exclusiveGateway merge
  scriptTask count "script==n + 1" result=n
  exclusiveGateway enough
  endEvent done
  start -> merge -> count -> enough
  enough -> merge if n < limit
  enough -> done default
}"""


def test_two_thousand_automatic_rounds_in_one_step():
    it = Player(bundle_of(COUNT)).start(n=0, limit=2000)
    assert it.ended
    assert it.variables["n"] == 2000


def test_an_endless_automatic_loop_is_an_error():
    with pytest.raises(EngineError) as endless:
        Player(bundle_of(COUNT)).start(n=0, limit=10_000_000)
    assert endless.value.code == "step-limit"


def test_a_thousand_instances():
    drawing = "process p {\nstartEvent start\nuserTask it each==items item=item\nstart -> it\n}"
    it = Player(bundle_of(drawing)).start(items=list(range(1000)))
    assert len(it.waiting()) == 1000
    it.complete("it", nth=500)
    assert len(it.waiting()) == 999
    with pytest.raises(EngineError) as many:
        Player(bundle_of(drawing)).start(items=list(range(20_000)))
    assert many.value.code == "expression-limit"


def test_a_join_that_waits_for_nothing_more_is_named():
    stuck = """process p {
      startEvent start
      exclusiveGateway which
      parallelGateway join
      userTask next
      start -> which
      which -> join if true
      which -> next default
      next -> join
    }"""
    with pytest.raises(EngineError) as nothing:
        Player(bundle_of(stuck)).start()
    assert (nothing.value.code, nothing.value.element_id) == ("stuck", "join")


def test_the_same_command_gives_the_same_bytes_and_an_error_changes_nothing():
    bundle = bundle_of(ROUNDS, INNER)
    start = q.Start("p", {"items": [1], "n": 1})
    first, second = (advance(bundle, None, start, now=NOON) for _ in range(2))
    assert first == second
    with pytest.raises(EngineError):
        advance(bundle, first.state, q.CompleteTask("no"), now=NOON)
    with pytest.raises(EngineError) as not_started:
        advance(bundle, None, q.FireTimer("1"), now=NOON)
    assert not_started.value.code == "not-started"
    assert bundle_of(ROUNDS, INNER).content_hash == bundle.content_hash


def test_cancel_ends_everything():
    it = Player(bundle_of(ROUNDS, INNER)).start(items=[1], n=0)
    it.send(q.Cancel("withdrawn"))
    assert it.ended
    assert it.last[-1].how == "terminated"
    with pytest.raises(EngineError) as over:
        it.send(q.Cancel())
    assert over.value.code == "ended"


def test_inspect_tells_what_is_active_and_which_variables_there_are():
    it = Player(bundle_of(ROUNDS, INNER)).start(items=[1], n=0)
    assert it.state is not None
    seen = inspect(it.bundle, it.state)
    assert sorted(each.element_id for each in seen.active) == ["a", "b", "more", "work"]
    call = next(each for each in seen.active if each.element_id == "more")
    work = next(each for each in seen.active if each.element_id == "work")
    assert (work.scope, work.process_id, work.kind, call.scope) == (
        call.id,
        "inner",
        "userTask",
        "",
    )
    assert seen.variables[call.id] == {"items": [1], "n": 0}
    it.send(q.SetVariables({"n": 7}, call.id))
    assert inspect(it.bundle, it.state).variables[call.id]["n"] == 7
    assert it.variables["n"] == 0
    it.send(q.SetVariables({"n": 8}))
    assert it.variables["n"] == 8


def test_functions_of_the_host_are_there_in_every_expression():
    from service.feel import FeelFunction

    double = FeelFunction("double", ("n",), lambda n: n * 2)
    after = FeelFunction("working days after", ("from", "n"), lambda start, n: start)
    drawing = (
        "process p {\nstartEvent start\nscriptTask it script==double(4) result=x\nuserTask t "
        '"due==working days after(now(), 3)"\nstart -> it -> t\n}'
    )
    it = Player(
        bundle_of(drawing), host=Host(functions={"double": double, "working days after": after})
    ).start()
    assert it.variables == {"x": 8}
    assert it.find("t").due_at == NOON
    assert draw(drawing)
