"""Instances go on in another version: at every state, with their ids, timers and variables; or they
say why not."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine import EngineError, find_obstacles, inspect, load_bundle, migrate
from service.engine import changes as c
from tests.kit.blocks import Drawer, blocks, named
from tests.kit.clock import NOON
from tests.kit.drawing import draw
from tests.kit.oracle import Oracle
from tests.kit.playing import Player, bundle_of

MAX_WALK = 30


def move(player, new, places=None):
    """Put a player into another version, the way the product does."""
    done = migrate(player.bundle, new, player.state, places or {}, now=player.now, host=player.host)
    player.bundle, player.state = new, done.step.state
    for change in done.step.changes:
        if isinstance(change, c.TimerSet | c.SubscriptionOpened):
            player.open[change.id] = change
        elif not isinstance(change, c.ElementRenamed):
            del player.open[change.id]
    return done


def edited(drawings):
    """Every task gets a reminder beside it, and every other one another id."""
    places = {}
    found = []
    for text in drawings:
        for task in re.findall(r"^userTask (t\d+)$", text, re.MULTILINE):
            reminder = (
                f"boundaryEvent soon_{task} on={task} timer=P9D interrupting=no\nuserTask "
                f"chase_{task}"
            )
            text = text.replace(
                f"userTask {task}\n", f"userTask {task}\n{reminder}\nsoon_{task} -> chase_{task}\n"
            )
            if int(task[1:]) % 2:
                places[task] = f"new_{task}"
                text = re.sub(rf"\b{task}\b", f"new_{task}", text)
        found.append(text)
    return bundle_of(*found), places


@settings(max_examples=60, deadline=None)
@given(blocks(), st.randoms(use_true_random=False))
def test_at_every_state_of_a_random_process_it_goes_on_as_it_would_have(block, random):
    block = named(block, itertools.count(1))
    drawer = Drawer()
    drawings = [drawer.process("p", block), *drawer.called]
    new, places = edited(drawings)
    oracle, player = Oracle(block), Player(bundle_of(*drawings)).start()
    moment = random.randrange(6)
    before = {}
    for step in itertools.count():
        if step == moment and not oracle.ended:
            before = {key: each.element_id for key, each in player.open.items()}
            done = move(player, new, places)
            assert set(before) <= set(player.open)
            assert {task.id: task.element_id for task in done.tasks} == {
                key: places.get(name, name) for key, name in before.items() if name.startswith("t")
            }
            for each in [*player.open.values()]:
                if each.element_id in places:
                    object.__setattr__(each, "element_id", places[each.element_id])
        names = {value: key for key, value in places.items()}
        waiting = sorted(
            names.get(name, name)
            for name in player.waiting()
            if not name.startswith(("soon_", "chase_"))
        )
        assert waiting == oracle.waiting()
        if oracle.ended:
            break
        choices = oracle.choices()
        tasks = [name for name in choices if name.startswith("t")]
        name = random.choice(tasks if step > MAX_WALK and tasks else choices)
        nth = random.randrange(waiting.count(name))
        oracle.happen(name, nth)
        current = name if name in player.waiting() else places[name]
        if name.startswith("t"):
            player.complete(current, nth)
        else:
            player.deliver(current, nth)
    assert player.ended or all(name.startswith("chase_") for name in player.waiting())


OLD = """process p {
  startEvent start
  userTask a
  boundaryEvent late on=a timer=P5D interrupting=no
  userTask chase
  boundaryEvent said on=a message=said key==1
  userTask b
  endEvent end
  start -> a -> b -> end
  late -> chase
  said -> b
}"""


def started():
    return Player(bundle_of(OLD)).start(x=1)


def test_ids_timers_and_variables_stay():
    player = started()
    before = dict(player.open)
    player.later(days=2)
    done = move(
        player,
        bundle_of(
            OLD.replace("timer=P5D", "timer=P1D").replace("userTask b", "userTask b groups=g")
        ),
    )
    assert player.open == before
    assert (
        player.find("late", c.TimerSet).due_at == before[player.find("late", c.TimerSet).id].due_at
    )
    assert player.variables == {"x": 1}
    assert [task.element_id for task in done.tasks] == ["a"]
    player.fire("late").complete("a").complete("chase").complete("b")
    assert player.ended


def test_an_event_that_is_gone_no_longer_waits_and_a_new_one_begins_to():
    player = started()
    new = bundle_of(
        OLD.replace("said on=a message=said key==1", "soon on=a timer=PT1H").replace(
            "said ->", "soon ->"
        )
    )
    done = move(player, new)
    assert [type(change) for change in done.step.changes] == [c.SubscriptionEnded, c.TimerSet]
    assert player.waiting() == ["a", "late", "soon"]
    assert player.fire("soon").waiting() == ["b"]


def test_a_reminder_that_has_fired_does_not_fire_again():
    player = started()
    player.fire("late")
    move(
        player,
        bundle_of(
            OLD.replace("endEvent end", "endEvent end\nuserTask more").replace(
                "b -> end", "b -> more -> end"
            )
        ),
    )
    assert player.waiting() == ["a", "chase", "said"]


def test_open_tasks_are_offered_as_the_new_version_says():
    player = started()
    done = move(
        player,
        bundle_of(OLD.replace("userTask a", "userTask a form=f groups=approver prop.fourEyes=b")),
    )
    (task,) = done.tasks
    assert (task.form_id, task.candidate_groups, task.excluded) == ("f", ("approver",), ("b",))


SCOPED = """process p {
  startEvent start
  parallelGateway fork
  userTask a
  userTask b
  parallelGateway join
  endEvent end
  start -> fork
  fork -> a -> join
  fork -> b -> join
  join -> end
}"""


@pytest.mark.parametrize(
    ("old", "edit", "said"),
    [
        (OLD, ("userTask a", "userTask other"), "a is active and is not in the new version"),
        (
            OLD,
            ("userTask a", "serviceTask a job=x"),
            "a is active as userTask, and a is a serviceTask",
        ),
        (
            OLD,
            ("userTask a", "userTask a each==[1]"),
            "a is active, and a is done for each item in another way",
        ),
        (OLD, ("process p", "process q"), "the process 'p' is not in the new version"),
    ],
)
def test_a_token_without_a_place_is_an_obstacle(old, edit, said):
    player = Player(bundle_of(old)).start()
    text = old.replace(*edit)
    if "other" in edit[1]:
        text = text.replace("on=a", "on=other").replace("start -> a ->", "start -> other ->")
    new = bundle_of(text)
    found = find_obstacles(player.bundle, new, player.state, {})
    assert found[0].reason.startswith(said)
    with pytest.raises(EngineError) as refused:
        migrate(player.bundle, new, player.state, {}, now=NOON)
    assert refused.value.code == "no-place"
    assert inspect(player.bundle, player.state).active  # nothing has changed


def test_a_token_at_a_join_that_is_gone_is_an_obstacle():
    player = Player(bundle_of(SCOPED)).start().complete("a")
    new = bundle_of(SCOPED.replace("parallelGateway join", "exclusiveGateway join"))
    (found,) = find_obstacles(player.bundle, new, player.state, {})
    assert (
        found.reason
        == "a token waits at join by the flow a.join, which does not lead to a join there any more"
    )
    fewer = bundle_of(
        SCOPED.replace("fork -> b -> join", "fork -> b"), OLD.replace("process p", "process q")
    )
    assert find_obstacles(player.bundle, fewer, player.state, {})
    kept = bundle_of(SCOPED.replace("userTask b", "userTask b groups=x"))
    move(player, kept)
    assert player.complete("b").ended


def test_the_flow_of_an_event_gateway_is_found_again():
    text = """process p {
      startEvent start
      eventBasedGateway wait
      intermediateCatchEvent said message=said key==1
      intermediateCatchEvent late timer=P1D
      endEvent end
      start -> wait
      wait -> said -> end
      wait -> late -> end
    }"""
    player = Player(bundle_of(text)).start()
    renamed = draw(text).replace(b'"wait.said"', b'"another"')
    from service.engine import load_bundle

    move(player, load_bundle({"a.bpmn": renamed}))
    player.deliver("said")
    assert player.ended
    assert c.FlowTaken("another", "p") in player.all


def test_a_called_process_stays_the_one_that_is_under_way():
    outer = "process p {\nstartEvent start\ncallActivity call calls=inner\nstart -> call\n}"
    inner = "process NAME {\nstartEvent begin\nuserTask ask\nbegin -> ask\n}"
    player = Player(bundle_of(outer, inner.replace("NAME", "inner"))).start()
    other = bundle_of(
        outer.replace("calls=inner", "calls=second"),
        inner.replace("NAME", "inner"),
        inner.replace("NAME", "second"),
    )
    (found,) = find_obstacles(player.bundle, other, player.state, {})
    assert found.reason == "call is under way in inner, and now calls second"


def test_a_token_at_a_join_keeps_to_the_branch_it_came_by():
    """In the new version another flow into the join has the id of the one it came by."""
    drawing = """process p {
      startEvent start
      parallelGateway fork
      userTask a
      userTask b
      parallelGateway join
      userTask after
      start -> fork -> a -> join -> after
      fork -> b -> join
    }"""
    old = draw(drawing)
    new = old.replace(b'id="a.join"', b'id="x"').replace(b'id="b.join"', b'id="a.join"')
    new = new.replace(b'id="x"', b'id="b.join"')
    assert new != old
    player = Player(load_bundle({"p.bpmn": old})).start().complete("a")
    move(player, load_bundle({"p.bpmn": new}))
    assert player.waiting() == ["b"]
    assert player.complete("b").waiting() == ["after"]
    assert player.complete("after").ended


def test_tokens_of_both_branches_are_kept_where_their_flows_become_one():
    """Two tokens wait at the join, each by a flow of its own; a round more is not lost either."""
    drawing = """process p {
      startEvent start
      userTask work
      boundaryEvent more on=work message=more key==1 interrupting=no
      parallelGateway fork
      userTask a
      userTask b
      parallelGateway join
      userTask after
      start -> work
      more -> fork -> a -> join -> after
      fork -> b -> join
    }"""
    old = draw(drawing)
    new = old.replace(b'id="a.join"', b'id="x"').replace(b'id="b.join"', b'id="a.join"')
    new = new.replace(b'id="x"', b'id="b.join"')
    player = Player(load_bundle({"p.bpmn": old})).start()
    player.deliver("more").deliver("more").complete("a").complete("a")
    move(player, load_bundle({"p.bpmn": new}))
    assert player.complete("b").waiting() == ["after", "b", "more", "work"]
    assert player.complete("b").waiting() == ["after", "after", "more", "work"]
