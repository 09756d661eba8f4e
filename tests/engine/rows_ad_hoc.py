"""What ad-hoc sub-processes do: what is in them begins when somebody says so."""

from __future__ import annotations

import pytest

from service.engine import EngineError
from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows import Play, row
from tests.kit.playing import Player

FREE = """process p {
  startEvent start
  adHocSubProcess free in.k==seed out.last==x MARKS {
    userTask a
    userTask b
    userTask then
    boundaryEvent late on=c timer=PT1H
    userTask c
    userTask rescue
    serviceTask job job=work
    b -> then
    late -> rescue
  }
  boundaryEvent over on=free timer=P9D
  userTask next
  userTask given-up
  start -> free -> next
  over -> given-up
}"""


def begin(it: Player, *names: str, **more: object) -> None:
    """Begin elements in the ad-hoc sub-process that is active."""
    body = next(each for each in it.of(c.ElementEntered) if each.element_id == "free")
    variables = more.pop("variables", {})
    it.send(q.Begin(body.id, tuple((name, variables) for name in names), **more))


@row("adHocSubProcess")
def begun_when_asked(play: Play) -> None:
    it = play(FREE.replace("MARKS", "")).start(seed=3)
    assert it.waiting() == ["over"]  # nothing has begun, and nothing is over
    begin(it, "b", "a", "a")
    assert it.waiting() == ["a", "a", "b", "over"]
    assert it.find("a").variables == {"seed": 3, "k": 3}
    it.complete("b").complete("a")
    assert it.waiting() == ["a", "over", "then"]
    begin(it, "c", variables={"why": "asked"})
    assert it.find("c").variables["why"] == "asked"
    assert "why" not in it.find("a").variables
    it.fire("late")
    assert it.waiting() == ["a", "over", "rescue", "then"]
    it.complete("rescue").complete("a", x=5).complete("then")
    assert it.waiting() == ["next"]
    assert it.variables["last"] == 5
    with pytest.raises(EngineError) as wrong:
        begin(it, "a")
    assert wrong.value.code == "ad-hoc-gone"  # it is over

    again = play(FREE.replace("MARKS", "")).start()
    for name in ("then", "free", "nobody", "late"):  # what a flow leads to, and what is not in it
        with pytest.raises(EngineError) as wrong:
            begin(again, name)
        assert wrong.value.code == "not-ad-hoc"
    begin(again, "a", "b")
    begin(again, "job", cancel_others=True)
    assert again.waiting() == ["job", "over"]
    inner = next(each for each in reversed(again.of(c.ElementEntered)) if each.element_id == "free")
    again.send(q.Begin(inner.id, (("a", {}),)))  # by one of its instances as well
    again.fire("over")
    assert again.waiting() == ["given-up"]
    with pytest.raises(EngineError):
        again.send(q.Begin(again.find("given-up").id, (("a", {}),)))


@row("adHocSubProcess list of what begins")
def listed(play: Play) -> None:
    it = play(FREE.replace("MARKS", "begins==wanted")).start(wanted=["b", "job"])
    assert it.waiting() == ["b", "job", "over"]
    it.complete("b").complete("then").complete("job")
    assert it.waiting() == ["next"]
    assert play(FREE.replace("MARKS", "begins==wanted")).start(wanted=[]).waiting() == ["over"]
    for wanted in (None, "a", ["then"], [1], {"a": 1}):
        with pytest.raises(EngineError) as wrong:
            play(FREE.replace("MARKS", "begins==wanted")).start(wanted=wanted)
        assert wrong.value.element_id == "free"


@row("adHocSubProcess completion condition")
def until_it_holds(play: Play) -> None:
    marks = 'begins==wanted "done=count(done) > 1" gathers=done of==x'
    it = play(FREE.replace("MARKS", marks)).start(wanted=["a", "b", "c"])
    it.complete("a", x=1)
    assert it.waiting() == ["b", "c", "late", "over"]
    assert it.complete("c").waiting() == ["next"]  # the rest is terminated
    alone = play(FREE.replace("MARKS", marks)).start(wanted=["a"])
    assert alone.complete("a").waiting() == ["over"]  # not done, though nothing is active
    begin(alone, "a")
    assert alone.complete("a").waiting() == ["next"]
    waits = play(FREE.replace("MARKS", f"{marks} cancels=no")).start(wanted=["a", "b", "c"])
    assert waits.complete("a").complete("c").waiting() == ["b", "over"]
    assert waits.complete("b").complete("then").waiting() == ["next"]
    unknown = play(FREE.replace("MARKS", "done=nobody")).start()
    begin(unknown, "a")
    with pytest.raises(EngineError):
        unknown.complete("a")


@row("adHocSubProcess output collection")
def collected(play: Play) -> None:
    marks = 'begins==wanted gathers=all "of==x"'
    it = play(FREE.replace("MARKS", marks)).start(wanted=["a", "b", "c"])
    it.complete("c", x=3).complete("a", x=1).complete("b", x=2).complete("then")
    assert it.variables["all"] == [3, 1, 2]
    assert play(FREE.replace("MARKS", marks)).start(wanted=[]).variables.get("all") is None
