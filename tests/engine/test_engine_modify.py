"""Repairing an instance: tokens put on elements and taken away, with the scopes and variables that
go with them."""

from __future__ import annotations

import pytest

from service.engine import EngineError, inspect
from service.engine import changes as c
from service.engine import commands as q
from tests.kit.playing import Player, bundle_of

STEPS = """
process p {
  startEvent start
  userTask a
  boundaryEvent late on=a timer=PT1H
  userTask b
  subProcess box {
    startEvent in
    userTask c
    userTask d
    subProcess inner {
      startEvent deep
      userTask e
      endEvent bottom
      deep -> e -> bottom
    }
    boundaryEvent never on=c timer=P9D interrupting=no
    endEvent out
    in -> c -> d -> inner -> out
    never -> out
  }
  boundaryEvent slow on=box timer=P3D
  endEvent end
  start -> a -> b -> box -> end
  late -> end
  slow -> end
}
"""


def put(player: Player, *targets: str, end: tuple[str, ...] = (), **more) -> Player:
    wanted = tuple(q.Activate(each, **more) for each in targets)
    player.send(
        q.Modify(activate=wanted, terminate=tuple(q.Which(element_id=each) for each in end))
    )
    return player


def move(player: Player, source: str, target: str, within="given", **more) -> Player:
    player.send(
        q.Modify(move=(q.Move(q.Which(element_id=source), q.Activate(target, **more), within),))
    )
    return player


def active(player: Player, element_id: str, nth: int = 0) -> str:
    found = [
        each.id
        for each in inspect(player.bundle, player.state).active
        if each.element_id == element_id
    ]
    return found[nth]


@pytest.fixture
def player() -> Player:
    return Player(bundle_of(STEPS)).start()


def test_a_token_is_moved_on_and_back(player: Player) -> None:
    move(player, "a", "b")
    assert player.waiting() == ["b"]
    left = [each for each in player.last if isinstance(each, c.ElementLeft)]
    assert [(each.element_id, each.how) for each in left] == [("a", "terminated")]
    move(player, "b", "a")
    assert player.waiting() == ["a", "late"]
    player.complete("a").complete("b").complete("c").complete("d").complete("e")
    assert player.ended


def test_scopes_around_the_element_are_opened_with_their_waits_and_end_when_empty(
    player: Player,
) -> None:
    move(player, "a", "e")
    assert player.waiting() == ["e", "slow"]
    put(player, "d")
    assert player.waiting() == ["d", "e", "slow"]
    move(player, "e", "d")
    assert player.waiting() == ["d", "d", "slow"]
    assert [each.element_id for each in inspect(player.bundle, player.state).active] == [
        "box",
        "d",
        "d",
    ]
    player.send(
        q.Modify(
            move=(q.Move(q.Which(active(player, "d")), q.Activate("b")),),
            terminate=(q.Which("", "d"),),
        )
    )
    assert player.waiting() == ["b"]


def test_the_instance_ends_with_its_last_token(player: Player) -> None:
    move(player, "a", "e")
    player.send(q.Modify(terminate=(q.Which(element_id="e"),)))
    assert player.ended
    assert player.last[-1] == c.InstanceEnded("terminated", ())


def test_variables_go_where_they_are_said_to(player: Player) -> None:
    given = (("", {"all": 1}), ("box", {"some": 2}), ("e", {"one": 3}))
    move(player, "a", "e", variables=given)
    found = inspect(player.bundle, player.state).variables
    assert found[""] == {"all": 1}
    assert found[active(player, "box")] == {"some": 2}
    assert player.find("e").variables == {"all": 1, "some": 2, "one": 3}


def test_an_ancestor_says_where_when_there_are_several(player: Player) -> None:
    move(player, "a", "c")
    put(player, "c", ancestor="")
    assert player.waiting() == ["c", "c", "never", "never", "slow", "slow"]
    with pytest.raises(EngineError, match="box is active 2 times") as refused:
        put(player, "d")
    assert refused.value.code == "modification"
    second = active(player, "box", 1)
    put(player, "e", ancestor=second)
    inner = next(
        each for each in inspect(player.bundle, player.state).active if each.element_id == "inner"
    )
    assert inner.scope == second
    move(player, "e", "d", within="inferred")
    assert player.waiting() == ["c", "c", "d", "never", "never", "slow", "slow"]
    move(player, "c", "d", within="parent")
    assert player.waiting() == ["d", "d", "d", "slow", "slow"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (q.Modify(), "got neither"),
        (q.Modify(activate=(q.Activate("nothing"),)), "no element 'nothing'"),
        (q.Modify(activate=(q.Activate("start"),)), "a startEvent"),
        (q.Modify(activate=(q.Activate("late"),)), "a boundaryEvent"),
        (
            q.Modify(terminate=(q.Which(element_id="b"),)),
            "active element instance of 'b', got none",
        ),
        (q.Modify(terminate=(q.Which("999"),)), "999"),
        (q.Modify(activate=(q.Activate("b", "999"),)), "active scope"),
        (q.Modify(activate=(q.Activate("b", "2"),)), "active scope|no scope around b"),
        (q.Modify(activate=(q.Activate("b", None, (("box", {"x": 1}),)),)), "box is neither b"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    player: Player, command: q.Modify, message: str
) -> None:
    before = player.state
    with pytest.raises(EngineError, match=message) as refused:
        player.send(command)
    assert refused.value.code == "modification"
    assert player.state == before


def test_nothing_is_activated_in_what_is_to_end(player: Player) -> None:
    move(player, "a", "c")
    with pytest.raises(EngineError, match="d would be activated in box, which is to end"):
        put(player, "d", end=("box",))
    put(player, "b", end=("box",))
    assert player.waiting() == ["b"]


def test_events_behind_an_event_gateway_are_reached_by_the_gateway() -> None:
    player = Player(
        bundle_of("""
        process p {
          startEvent start
          userTask a
          eventBasedGateway first
          intermediateCatchEvent soon timer=PT1H
          intermediateCatchEvent later timer=PT2H
          endEvent end
          start -> a -> first
          first -> soon -> end
          first -> later -> end
        }
        """)
    ).start()
    with pytest.raises(EngineError, match="follows an event-based gateway"):
        move(player, "a", "soon")
    move(player, "a", "first")
    assert player.waiting() == ["later", "soon"]
    assert player.fire("soon").ended


MANY = """
process p {
  startEvent start
  subProcess each each="=[1,2,3]" {
    startEvent in
    userTask ask
    userTask more
    endEvent out
    in -> ask -> more -> out
  }
  userTask last
  endEvent end
  start -> each -> last -> end
}
"""


def test_instances_of_a_multi_instance_activity_are_repaired_one_by_one() -> None:
    player = Player(bundle_of(MANY)).start()
    with pytest.raises(EngineError, match="each is active 3 times"):
        put(player, "more")
    player.send(
        q.Modify(
            move=(q.Move(q.Which(player.find("ask", nth=1).id), q.Activate("more"), "inferred"),)
        )
    )
    assert player.waiting() == ["ask", "ask", "more"]
    player.send(q.Modify(terminate=(q.Which(player.find("more").id),)))
    assert player.waiting() == ["ask", "ask"]
    player.complete("ask").complete("more").complete("ask").complete("more")
    assert player.waiting() == ["last"]
    with pytest.raises(EngineError, match="of many items"):
        move(player, "last", "ask")
    move(player, "last", "each")
    assert player.waiting() == ["ask", "ask", "ask"]
    player.send(q.Modify(move=(q.Move(q.Which(element_id="each"), q.Activate("last")),)))
    assert player.waiting() == ["last"]


def test_tokens_in_a_called_process_are_moved_too() -> None:
    player = Player(
        bundle_of(
            """
            process p {
              startEvent start
              callActivity call calls=q child=false parent=false
              userTask after
              endEvent end
              start -> call -> after -> end
            }
            """,
            """
            process q {
              startEvent qs
              userTask x
              userTask y
              endEvent qe
              qs -> x -> y -> qe
            }
            """,
        )
    ).start()
    move(player, "x", "y", variables=(("", {"told": 1}),))
    assert player.waiting() == ["y"]
    assert player.variables == {}
    put(player, "x", ancestor=active(player, "call"))
    player.complete("x").complete("y").complete("y")
    assert player.waiting() == ["after"]
    move(player, "after", "call")
    player.send(q.Modify(terminate=(q.Which(element_id="x"),)))
    assert player.ended


def test_a_join_keeps_what_has_arrived() -> None:
    player = Player(
        bundle_of("""
        process p {
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
        }
        """)
    ).start()
    player.complete("a")
    with pytest.raises(EngineError, match="waits for tokens that cannot come"):
        player.send(q.Modify(terminate=(q.Which(element_id="b"),)))
    move(player, "b", "a")
    move(player, "a", "b")
    assert player.complete("b").ended
