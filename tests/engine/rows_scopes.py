"""What sub-processes, call activities and multi-instance activities do."""

from __future__ import annotations

import pytest

from service.engine import EngineError
from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows import Play, row

INSIDE = """process p {
  startEvent start
  subProcess sub MARKS {
    startEvent begin
    userTask a
    userTask b
    begin -> a
    begin -> b
  }
  userTask next
  start -> sub -> next
}"""


@row("subProcess")
def sub_process(play: Play) -> None:
    it = play(INSIDE.replace("MARKS", "")).start()
    sub = next(each for each in it.of(c.ElementEntered) if each.element_id == "sub")
    assert {each.scope for each in it.of(c.ElementEntered) if each.element_id in "ab"} == {sub.id}
    assert it.complete("a").waiting() == ["b"]
    assert it.complete("b", x=1).waiting() == ["next"]
    assert it.variables["x"] == 1


@row("subProcess local variables")
def sub_process_variables(play: Play) -> None:
    it = play(INSIDE.replace("MARKS", 'in.x="=y" out.z="=x + 1"')).start(x=1, y=5)
    assert it.find("a").variables == {"x": 5, "y": 5}
    it.complete("a", x=7)
    assert it.find("b").variables["x"] == 5  # what it saw when it was created
    it.complete("b")
    assert it.variables == {"x": 1, "y": 5, "z": 8}
    sub = next(each for each in it.of(c.ElementEntered) if each.element_id == "sub")
    inner = play(INSIDE.replace("MARKS", "")).start()
    inner.send(q.SetVariables({"local": 1}, sub.id))
    inner.complete("a").complete("b")
    assert "local" not in inner.variables


CALLER = """process p {
  startEvent start
  callActivity call calls=inner MARKS
  boundaryEvent failed on=call error=no
  userTask next
  userTask mend
  start -> call -> next
  failed -> mend
}"""
INNER = """process inner {
  startEvent begin
  userTask work
  exclusiveGateway fine
  endEvent good
  endEvent bad error=no
  begin -> work -> fine
  fine -> bad if wrong = true
  fine -> good default
}"""


@row("callActivity", "callActivity error from inside")
def call_activity(play: Play) -> None:
    it = play(CALLER.replace("MARKS", ""), INNER).start(x=1)
    work = it.find("work")
    assert work.process_id == "inner"
    assert work.variables == {"x": 1}
    it.complete("work", x=2, y=3)
    assert it.waiting() == ["next"]
    assert it.variables == {"x": 2, "y": 3}
    failing = play(CALLER.replace("MARKS", ""), INNER).start(x=1).complete("work", wrong=True)
    assert failing.waiting() == ["mend"]
    assert failing.variables == {"x": 1}


@row("callActivity no propagation")
def call_isolated(play: Play) -> None:
    marks = 'parent=false child=false in.given="=x + 1" out.back="=y"'
    it = play(CALLER.replace("MARKS", marks), INNER).start(x=1)
    assert it.find("work").variables == {"given": 2}
    it.complete("work", y=9, other=1)
    assert it.variables == {"x": 1, "back": 9}
    closed = play(CALLER.replace("MARKS", "child=false"), INNER).start(x=1).complete("work", y=9)
    assert closed.variables == {"x": 1}


@row("callActivity recursion")
def recursion(play: Play) -> None:
    drawing = """process p {
      startEvent start
      exclusiveGateway deeper
      callActivity again calls=p in.n="=n - 1" child=false
      userTask bottom
      start -> deeper
      deeper -> again if n > 0
      deeper -> bottom default
    }"""
    it = play(drawing).start(n=5)
    assert it.waiting() == ["bottom"]
    assert it.complete("bottom").ended
    with pytest.raises(EngineError) as deep:
        play(drawing).start(n=100)
    assert deep.value.code == "call-depth"


def many(extra: str, kind: str = "userTask") -> str:
    return f"""process p {{
      startEvent start
      {kind} it each="=items" item=item collect=results of="=result" {extra}
      userTask next
      start -> it -> next
    }}"""


@row("multi-instance parallel")
def parallel(play: Play) -> None:
    it = play(many("")).start(items=["a", "b", "c"])
    tasks = [it.find("it", nth=at) for at in range(3)]
    assert [(t.variables["item"], t.variables["loopCounter"]) for t in tasks] == [
        ("a", 1),
        ("b", 2),
        ("c", 3),
    ]
    it.complete("it", nth=2, result="C").complete("it", nth=0, result="A").complete(
        "it", result="B"
    )
    assert it.waiting() == ["next"]
    assert it.variables == {"items": ["a", "b", "c"], "results": ["A", "B", "C"]}


@row("multi-instance sequential")
def sequential(play: Play) -> None:
    it = play(many("sequential")).start(items=[3, 2, 1])
    for number in (3, 2, 1):
        assert it.waiting() == ["it"]
        it.complete("it", result=number * it.find("it").variables["loopCounter"])
    assert it.waiting() == ["next"]
    assert it.variables["results"] == [3, 4, 3]


@row("multi-instance completion condition")
def completion(play: Play) -> None:
    until = 'until="= numberOfCompletedInstances >= 2 or result = \\"stop\\""'
    it = play(many(until)).start(items=[1, 2, 3, 4])
    it.complete("it", nth=3, result="d").complete("it", nth=1, result="b")
    assert it.waiting() == ["next"]
    assert it.variables["results"] == [None, "b", None, "d"]
    assert [each.how for each in it.of(c.TaskEnded)] == [
        "completed",
        "completed",
        "cancelled",
        "cancelled",
    ]
    stopped = (
        play(many(until + " sequential")).start(items=[1, 2, 3, 4]).complete("it", result="stop")
    )
    assert stopped.variables["results"] == ["stop"]


@row("multi-instance empty collection")
def empty(play: Play) -> None:
    for extra in ("", "sequential"):
        it = play(many(extra)).start(items=[])
        assert it.waiting() == ["next"]
        assert it.variables["results"] == []
    with pytest.raises(EngineError) as no_list:
        play(many("")).start(items="abc")
    assert no_list.value.code == "expression-null"


@row("multi-instance sub-process")
def each_scope(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          subProcess sub each="=items" item=item collect=sums of="=sum" {
            startEvent begin
            userTask a
            scriptTask add script="=item + given" result=sum
            begin -> a -> add
          }
          userTask next
          start -> sub -> next
        }"""
    ).start(items=[1, 2, 3], given=0)
    for nth, given in ((2, 30), (0, 10), (0, 20)):
        it.complete("a", nth=nth, given=given)
    assert it.waiting() == ["next"]
    assert it.variables["sums"] == [11, 22, 33]


@row("multi-instance call activity")
def each_call(play: Play) -> None:
    for extra in ("", "sequential"):
        it = play(
            many(f'calls=inner {extra} in.who="=item" out.result="=done"', "callActivity"), INNER
        )
        it.start(items=[1, 2])
        while "work" in it.waiting():
            work = it.find("work")
            it.complete("work", done=work.variables["who"] * 100)
        assert it.waiting() == ["next"]
        assert it.variables["results"] == [100, 200]


@row("multi-instance boundary event")
def around(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          userTask it each="=items" item=item
          boundaryEvent late on=it timer=PT1H
          boundaryEvent failed on=it error=no
          userTask next
          userTask hurry
          userTask mend
          start -> it -> next
          late -> hurry
          failed -> mend
        }"""
    ).start(items=[1, 2, 3])
    assert it.waiting() == ["it", "it", "it", "late"]
    assert it.complete("it").fire("late").waiting() == ["hurry"]
    assert it.variables == {"items": [1, 2, 3]}
    again = play(
        many("").replace("userTask next", "userTask next\nboundaryEvent failed on=it error=no")
    )
    assert again.start(items=[1, 2]).error("it", "no").ended
