"""What gateways do, in loops too, and whatever the order in which branches come."""

from __future__ import annotations

import itertools

import pytest

from service.engine import EngineError
from service.engine import changes as c
from tests.engine.rows import Play, row

CHOICE = """process p {
  startEvent start
  exclusiveGateway which
  userTask a
  userTask b
  userTask c
  start -> which
  which -> b if n > 5
  which -> a if n > 1
  which -> c DEFAULT
}"""


@row("exclusiveGateway", "exclusiveGateway nothing holds")
def exclusive(play: Play) -> None:
    for n, expected in ((9, "b"), (3, "a"), (0, "c")):
        assert play(CHOICE.replace("DEFAULT", "default")).start(n=n).waiting() == [expected]
    with pytest.raises(EngineError) as nothing:
        play(CHOICE.replace("DEFAULT", "if n = 1")).start(n=0)
    assert (nothing.value.code, nothing.value.element_id) == ("no-flow", "which")
    with pytest.raises(EngineError) as null:
        play(CHOICE.replace("DEFAULT", "default")).start()
    assert null.value.code == "expression-null"


@row("exclusiveGateway join")
def exclusive_join(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          parallelGateway fork
          exclusiveGateway merge
          userTask next
          start -> fork -> merge -> next
          fork -> merge
        }"""
    ).start()
    assert it.waiting() == ["next", "next"]


FORK = """process p {
  startEvent start
  exclusiveGateway merge
  parallelGateway fork
  userTask a
  userTask b
  userTask c
  parallelGateway join
  userTask check
  exclusiveGateway again
  endEvent done
  start -> merge -> fork -> a -> join
  fork -> b -> join
  fork -> c -> join -> check -> again
  again -> merge if more
  again -> done default
}"""


@row("parallelGateway split and join")
def parallel(play: Play) -> None:
    for order in itertools.permutations("abc"):
        it = play(FORK).start(x=0)
        for at, name in enumerate(order):
            assert "check" not in it.waiting()
            it.complete(name, **{name: at, "x": name})
        assert it.waiting() == ["check"]
        assert {name: it.variables[name] for name in "abc"} == {
            name: at for at, name in enumerate(order)
        }
        assert it.variables["x"] == order[-1]
        assert it.complete("check", more=False).ended


@row("parallelGateway join in a loop")
def parallel_loop(play: Play) -> None:
    orders = list(itertools.permutations("abc"))
    for first, second in itertools.product(orders[:3], orders):
        it = play(FORK).start()
        for order in (first, second):
            for name in order:
                assert "check" not in it.waiting()
                it.complete(name)
            it.complete("check", more=True)
        assert it.waiting() == ["a", "b", "c"]


OR = """process p {
  startEvent start
  inclusiveGateway fork
  userTask a
  userTask b
  userTask c
  inclusiveGateway join
  userTask check
  exclusiveGateway again
  endEvent done
  start -> fork
  fork -> a if contains(pick, "a")
  a -> join
  fork -> b if contains(pick, "b")
  b -> join
  fork -> c DEFAULT
  c -> join -> check -> again
  again -> fork if more
  again -> done default
}"""


@row("inclusiveGateway split and join", "inclusiveGateway join in a loop")
def inclusive(play: Play) -> None:
    picks = ("a", "b", "ab", "ba", "")
    for first, second in itertools.product(picks, picks):
        it = play(OR.replace("DEFAULT", "default")).start(pick=first)
        for order, following, more in ((first, second, True), (second, "", False)):
            for name in order or "c":
                assert "check" not in it.waiting()
                it.complete(name)
            assert it.waiting() == ["check"]
            it.complete("check", more=more, pick=following)
        assert it.ended


@row("inclusiveGateway nothing holds")
def inclusive_nothing(play: Play) -> None:
    with pytest.raises(EngineError) as nothing:
        play(OR.replace("DEFAULT", 'if contains(pick, "c")')).start(pick="")
    assert (nothing.value.code, nothing.value.element_id) == ("no-flow", "fork")


EVENTS = """process p {
  startEvent start
  eventBasedGateway wait
  intermediateCatchEvent said message=answer key="=id"
  intermediateCatchEvent late timer=PT1H
  intermediateCatchEvent called signal=alarm
  receiveTask got message=letter key="=id"
  endEvent e1
  endEvent e2
  endEvent e3
  endEvent e4
  start -> wait -> said -> e1
  wait -> late -> e2
  wait -> called -> e3
  wait -> got -> e4
}"""


@row(
    "eventBasedGateway message",
    "eventBasedGateway timer",
    "eventBasedGateway signal",
    "eventBasedGateway receive task",
)
def event_based(play: Play) -> None:
    def ended_at(it) -> tuple[str, ...]:
        assert it.ended
        return it.of(c.InstanceEnded)[0].end_elements

    it = play(EVENTS).start(id=1)
    assert it.waiting() == ["called", "got", "late", "said"]
    assert ended_at(it.deliver("said", text="hi")) == ("e1",)
    assert it.variables["text"] == "hi"
    assert {each.how for each in it.of(c.SubscriptionEnded)} == {"correlated", "cancelled"}
    assert it.of(c.TimerEnded)[0].how == "cancelled"
    assert ended_at(play(EVENTS).start(id=1).fire("late")) == ("e2",)
    assert ended_at(play(EVENTS).start(id=1).signal("alarm")) == ("e3",)
    assert ended_at(play(EVENTS).start(id=1).deliver("got")) == ("e4",)
