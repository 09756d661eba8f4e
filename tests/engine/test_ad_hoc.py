"""Ad-hoc sub-processes in cases that are moved, repaired, stopped or compensated."""

from __future__ import annotations

import pytest

from service.engine import Bundle, EngineError, advance, find_obstacles, migrate
from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows_ad_hoc import FREE, begin
from tests.kit.playing import Player, bundle_of

PLAIN = FREE.replace("MARKS", 'gathers=all "of==x"')


def body(it: Player) -> str:
    return next(each.id for each in it.of(c.ElementEntered) if each.element_id == "free")


def moved(it: Player, new: Bundle, places: dict[str, str]) -> None:
    done = migrate(it.bundle, new, it.state, places, now=it.now, host=it.host)
    it.bundle, it.state = new, done.step.state
    for change in done.step.changes:
        if isinstance(change, c.TimerSet | c.SubscriptionOpened):
            it.open[change.id] = change


def test_a_case_goes_on_in_another_version_with_all_that_has_begun():
    it = Player(bundle_of(PLAIN)).start()
    begin(it, "a", "b", "c")
    it.complete("b")
    renamed = PLAIN.replace("userTask a\n", "userTask first\nuserTask new\n").replace(
        "free", "open"
    )
    new = bundle_of(renamed)
    assert find_obstacles(it.bundle, new, it.state, {}) != []
    moved(it, new, {"a": "first", "free": "open"})
    it.send(q.Begin(body(it), (("new", {}), ("first", {}))))
    assert {each.element_id for each in it.last if isinstance(each, c.TaskCreated)} == {
        "new",
        "first",
    }
    for name in ("a", "then", "c", "new", "first"):
        it.complete(name, x=name)
    assert it.waiting() == ["next"]
    assert it.variables["all"] == ["a", "then", "c", "new", "first"]


def test_a_token_is_put_on_it_and_into_what_has_begun_in_it():
    it = Player(bundle_of(PLAIN)).start()
    begin(it, "b")
    it.send(q.Modify(activate=(q.Activate("a"),)))
    assert it.waiting() == ["a", "b", "over"]
    it.send(q.Modify(terminate=(q.Which(element_id="b"),)))
    assert it.complete("a").waiting() == ["next"]
    it.send(q.Modify(move=(q.Move(q.Which(element_id="next"), q.Activate("free")),)))
    assert it.waiting() == ["over"]
    with pytest.raises(EngineError) as wrong:
        it.send(q.Modify(activate=(q.Activate("a"),)))
    assert "begin" in wrong.value.message


def test_what_fails_in_it_waits_for_a_retry_and_the_rest_goes_on():
    it = Player(bundle_of(FREE.replace("MARKS", 'gathers=all "of==nobody.x" begins==wanted')))
    step = advance(
        it.bundle, None, q.Start("p", {"wanted": ["oops"]}), now=it.now, host=it.host, park=True
    )
    raised = [each for each in step.changes if isinstance(each, c.IncidentRaised)]
    assert [each.element_id for each in raised] == ["free"]
    put_right = q.SetVariables({"wanted": ["a"]})
    state = advance(it.bundle, step.state, put_right, now=it.now).state
    again = advance(it.bundle, state, q.Retry("free"), now=it.now)
    assert [each.element_id for each in again.changes if isinstance(each, c.TaskCreated)] == ["a"]


def test_it_is_bounded():
    it = Player(bundle_of(PLAIN)).start()
    with pytest.raises(EngineError) as wrong:
        begin(it, *["a"] * 25_000)
    assert wrong.value.code == "token-limit"
    assert it.waiting() == ["over"]
    endless = """process p {
      startEvent start
      adHocSubProcess free "done=false" begins==["again"] {
        callActivity again calls=p
      }
      start -> free
    }""".replace('begins==["again"]', "begins=='[\"again\"]'")
    with pytest.raises(EngineError) as wrong:
        Player(bundle_of(endless)).start()
    assert wrong.value.code == "call-depth"


def test_what_was_done_in_it_is_compensated():
    drawing = """process p {
      startEvent start
      adHocSubProcess free {
        userTask a
        boundaryEvent ca on=a compensate
        userTask undo-a handles=ca
        userTask b
      }
      intermediateThrowEvent undo compensate
      userTask next
      start -> free -> undo -> next
    }"""
    it = Player(bundle_of(drawing)).start()
    it.send(q.Begin(body(it), (("a", {}), ("a", {}), ("b", {}))))
    it.complete("a").complete("a").complete("b")
    assert it.waiting() == ["undo-a", "undo-a"]
    it.complete("undo-a").complete("undo-a")
    assert it.waiting() == ["next"]


def test_listeners_hold_it():
    it = Player(bundle_of(FREE.replace("MARKS", "listen.start=in listen.end=out begins==wanted")))
    it.start(wanted=["a"], seed=1)
    assert it.waiting() == ["free"]
    it.complete("free", k=9)
    assert it.find("a").variables["k"] == 9
    it.complete("a", x=2)
    assert it.waiting() == ["free", "over"]
    assert it.variables["last"] == 2
    assert it.complete("free", y=3).waiting() == ["next"]
    assert it.variables["y"] == 3
