"""What compensation does: handlers of what was done, the last first, and the event waits for
them."""

from __future__ import annotations

from service.engine import changes as c
from service.engine import commands as q
from tests.engine.rows import Play, row
from tests.kit.playing import Player

TRIP = """process p {
  startEvent start
  userTask book
  boundaryEvent b1 on=book compensate
  userTask unbook handles=b1 in.was==what
  serviceTask pay job=pay
  boundaryEvent b2 on=pay compensate
  serviceTask refund handles=b2 job=refund out.back==sum
  userTask ask
  intermediateThrowEvent undo compensate=WHICH
  userTask next
  start -> book -> pay -> ask -> undo -> next
}"""


def begun(play: Play, which: str = "") -> Player:
    it = play(TRIP.replace("compensate=WHICH", f"compensate={which}" if which else "compensate"))
    return it.start(what="hotel").complete("book").complete("pay")


@row("intermediateThrowEvent compensate", "boundaryEvent compensate")
def throws(play: Play) -> None:
    it = begun(play)
    assert it.complete("ask").waiting() == ["refund", "unbook"]
    assert it.entered()[-3:] == ["undo", "refund", "unbook"]
    assert it.find("unbook").variables["was"] == "hotel"
    assert it.complete("refund", sum=5).waiting() == ["unbook"]
    assert it.complete("unbook").waiting() == ["next"]
    assert it.variables == {"what": "hotel", "back": 5}
    assert it.complete("next").ended
    one = begun(play, "book").complete("ask")
    assert one.waiting() == ["unbook"]
    assert one.complete("unbook").waiting() == ["next"]
    nothing_done(play)
    in_rounds(play)
    of_many(play)
    inside(play)
    in_a_called_process(play)
    from_an_event_sub_process(play)
    ended_early(play)


def nothing_done(play: Play) -> None:
    drawing = """process p {
      startEvent start
      userTask a
      boundaryEvent b on=a compensate
      userTask undo handles=b
      intermediateThrowEvent throw compensate
      userTask next
      start -> a
      start -> throw -> next
    }"""
    assert play(drawing).start().waiting() == ["a", "next"]


def in_rounds(play: Play) -> None:
    drawing = """process p {
      startEvent start
      userTask a
      boundaryEvent b on=a compensate
      userTask undo handles=b
      exclusiveGateway again
      intermediateThrowEvent throw compensate
      intermediateThrowEvent twice compensate
      userTask next
      start -> a -> again
      again -> a if more
      again -> throw default
      throw -> twice -> next
    }"""
    it = play(drawing).start().complete("a", more=True).complete("a").complete("a", more=False)
    assert it.waiting() == ["undo"] * 3
    assert it.complete("undo").complete("undo").complete("undo").waiting() == ["next"]


def of_many(play: Play) -> None:
    drawing = """process p {
      startEvent start
      userTask a each==[1,2] item=i
      boundaryEvent b on=a compensate
      userTask undo handles=b each==[7,8,9] item=i
      intermediateThrowEvent throw compensate
      userTask next
      start -> a -> throw -> next
    }"""
    it = play(drawing).start().complete("a").complete("a")
    assert it.waiting() == ["undo"] * 3
    assert it.complete("undo").complete("undo").complete("undo").waiting() == ["next"]


INSIDE = """process p {
  startEvent start
  subProcess outer in.mine==secret {
    startEvent s1
    subProcess inner {
      startEvent s2
      userTask a
      boundaryEvent b on=a compensate
      userTask undo handles=b
      s2 -> a
    }
    s1 -> inner
  }
  BORDER
  userTask ask
  intermediateThrowEvent throw WHICH
  userTask next
  start -> outer -> ask -> throw -> next
}"""


def inside(play: Play) -> None:
    for which in ("compensate", "compensate=outer"):
        it = play(INSIDE.replace("BORDER", "").replace("WHICH", which)).start(secret=42)
        assert it.complete("a").complete("ask").waiting() == ["undo"]
        assert it.find("undo").variables["mine"] == 42
        assert it.complete("undo").waiting() == ["next"]
        assert it.complete("next").ended
    border = "boundaryEvent bo on=outer compensate\nuserTask whole handles=bo"
    own = play(INSIDE.replace("BORDER", border).replace("WHICH", "compensate")).start(secret=1)
    assert own.complete("a").complete("ask").waiting() == ["whole"]
    assert own.complete("whole").waiting() == ["next"]


def in_a_called_process(play: Play) -> None:
    inner = """process q {
      startEvent s
      task a
      boundaryEvent b on=a compensate
      userTask undo handles=b
      s -> a
    }"""
    outer = """process p {
      startEvent start
      callActivity call calls=q BORDER
      intermediateThrowEvent throw compensate
      userTask next
      start -> call -> throw -> next
    }"""
    assert play(outer.replace("BORDER", ""), inner).start().waiting() == ["next"]
    border = "\nboundaryEvent bc on=call compensate\nuserTask uncall handles=bc"
    it = play(outer.replace(" BORDER", border), inner).start()
    assert it.waiting() == ["uncall"]
    assert it.complete("uncall").waiting() == ["next"]


def from_an_event_sub_process(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          userTask a
          boundaryEvent b on=a compensate
          userTask undo handles=b
          userTask risky
          subProcess failed event {
            startEvent caught error=no
            endEvent all compensate
            caught -> all
          }
          start -> a -> risky
        }"""
    ).start()
    it.complete("a").error("risky", "no")
    assert it.waiting() == ["undo"]
    assert it.complete("undo").ended


def ended_early(play: Play) -> None:
    it = begun(play).complete("ask")
    it.send(q.Modify(terminate=(q.Which(element_id="unbook"),)))
    assert it.waiting() == ["refund"]
    assert it.complete("refund", sum=1).waiting() == ["next"]
    gone = begun(play).complete("ask")
    gone.send(q.Cancel())
    assert gone.ended


@row("endEvent compensate")
def ends(play: Play) -> None:
    drawing = TRIP.replace(
        "intermediateThrowEvent undo compensate=WHICH", "endEvent undo compensate"
    )
    it = play(drawing.replace("userTask next\n", "").replace(" -> next", "")).start(what=1)
    it.complete("book").complete("pay").complete("ask")
    assert it.waiting() == ["refund", "unbook"]
    assert it.complete("unbook").complete("refund", sum=1).ended
    assert it.of(c.InstanceEnded) == [c.InstanceEnded("completed", ("undo",))]
