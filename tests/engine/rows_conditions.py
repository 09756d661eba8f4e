"""What conditional events do: they happen when their conditions hold."""

from __future__ import annotations

from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows import Play, row

BOUNDARY = """process p {
  startEvent start
  userTask work in.y==seed
  boundaryEvent high on=work "when=x > 10" MORE
  userTask other
  userTask next
  userTask beside
  start -> work -> next
  start -> beside
  high -> other
}"""
INSIDE = """process p {
  startEvent start
  subProcess sub {
    startEvent s
    userTask work
    subProcess watch event {
      startEvent high "when=x > 10" MORE
      userTask other
      high -> other
    }
    s -> work
  }
  userTask next
  start -> sub -> next
}"""


@row("intermediateCatchEvent conditional")
def catches(play: Play) -> None:
    drawing = """process p {
      startEvent start
      userTask a
      intermediateCatchEvent wait "when=ready and amount > 1"
      userTask next
      start -> wait -> next
      start -> a
    }"""
    it = play(drawing).start()
    assert it.waiting() == ["a"]
    it.send(q.SetVariables({"ready": True}))
    assert it.waiting() == ["a"]  # amount is null: it does not hold
    it.complete("a", amount=2)
    assert it.waiting() == ["next"]
    assert it.entered() == ["start", "wait", "a", "next"]
    assert it.complete("next").ended
    assert play(drawing).start(ready=True, amount=5).waiting() == ["a", "next"]
    gone = play(drawing).start()
    gone.send(q.Cancel())
    assert gone.ended


@row("boundaryEvent conditional interrupting")
def interrupts(play: Play) -> None:
    drawing = BOUNDARY.replace("MORE", "")
    it = play(drawing).start(x=1)
    assert it.waiting() == ["beside", "work"]
    it.send(q.SetVariables({"z": 100}))
    assert it.waiting() == ["beside", "work"]
    it.complete("beside", x=11)
    assert it.waiting() == ["other"]
    assert [each.how for each in it.of(c.TaskEnded) if each.element_id == "work"] == ["cancelled"]
    # What holds when the activity begins interrupts it at once.
    assert play(drawing).start(x=11).waiting() == ["beside", "other"]
    # What its own completion writes comes too late for it.
    late = play(drawing).start(x=1)
    assert late.complete("work", x=50).waiting() == ["beside", "next"]
    # Its inputs count, and what is set on it alone.
    local = play(drawing.replace("x > 10", "y > 10"))
    assert local.start(seed=11).waiting() == ["beside", "other"]
    other = play(drawing.replace("x > 10", "y > 10")).start(seed=1)
    other.send(q.SetVariables({"y": 20}, scope=""))
    assert other.waiting() == ["beside", "work"]  # hidden by its own y
    other.send(q.SetVariables({"y": 20}, scope=other.find("work").id))
    assert other.waiting() == ["beside", "other"]


@row("boundaryEvent conditional non-interrupting")
def stays(play: Play) -> None:
    it = play(BOUNDARY.replace("MORE", "interrupting=no")).start(x=1)
    for count, value in enumerate((11, 12, 3, 13)):
        it.send(q.SetVariables({"x": value}))
        assert it.waiting().count("other") == (1, 2, 2, 3)[count]
    assert it.complete("work").waiting() == ["beside", "next", *["other"] * 3]
    for filtered, wanted in (("create", 0), ("update", 1), ("create,update", 1)):
        some = play(BOUNDARY.replace("MORE", f"interrupting=no on-change={filtered}")).start(x=1)
        some.send(q.SetVariables({"x": 11, "w": 1}))
        assert some.waiting().count("other") == wanted
    fresh = play(BOUNDARY.replace("MORE", "interrupting=no on-change=create")).start()
    fresh.send(q.SetVariables({"x": 11}))
    assert fresh.waiting().count("other") == 1


@row("event sub-process conditional interrupting")
def interrupts_its_scope(play: Play) -> None:
    it = play(INSIDE.replace("MORE", "")).start(x=1)
    assert it.waiting() == ["work"]
    it.send(q.SetVariables({"x": 11}))
    assert it.waiting() == ["other"]
    assert it.complete("other").waiting() == ["next"]
    assert play(INSIDE.replace("MORE", "")).start(x=11).waiting() == ["other"]


@row("event sub-process conditional non-interrupting")
def beside_its_scope(play: Play) -> None:
    it = play(INSIDE.replace("MORE", "interrupting=no")).start(x=1)
    it.send(q.SetVariables({"x": 11, "y": 1}))
    assert it.waiting() == ["other", "work"]
    it.send(q.SetVariables({"y": 2}))
    assert it.waiting() == ["other", "work"]
    it.send(q.SetVariables({"x": 12}))
    assert it.waiting() == ["other", "other", "work"]
    it.complete("work").complete("other").complete("other")
    assert it.waiting() == ["next"]
