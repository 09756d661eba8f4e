"""What events do: starting, ending, throwing, catching. Boundary events and event sub-processes:
`rows_caught`."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.engine import EngineError
from service.engine import changes as c
from service.engine import commands as q
from tests.engine import rows_caught
from tests.engine.rows import Play, row
from tests.kit.clock import NOON

assert rows_caught

STARTS = """process p {
  startEvent plain
  startEvent said message=hello
  startEvent due cycle=R/P1D
  startEvent called signal=alarm
  userTask a
  userTask b
  userTask d
  userTask e
  plain -> a
  said -> b
  due -> d
  called -> e
}"""


@row("startEvent none", "startEvent message", "startEvent timer", "startEvent signal")
def starts(play: Play) -> None:
    assert play(STARTS).start(x=1).waiting() == ["a"]
    for at, task in (("said", "b"), ("due", "d"), ("called", "e"), ("plain", "a")):
        it = play(STARTS).start(at=at, x=1)
        assert it.waiting() == [task]
        assert it.variables == {"x": 1}
    kinds = [(each.id, each.event.kind) for each in play(STARTS).bundle.processes["p"].start_events]
    assert kinds == [("plain", "none"), ("said", "message"), ("due", "timer"), ("called", "signal")]
    with pytest.raises(EngineError) as wrong:
        play(STARTS).start(at="a")
    assert wrong.value.code == "not-started"
    with pytest.raises(EngineError) as none:
        play(STARTS).start("unknown")
    assert none.value.code == "not-started"


def through(event: str, *, more: str = "") -> str:
    return f"""process p {{
      startEvent start
      {event}
      userTask next
      start -> it -> next
      {more}
    }}"""


@row("endEvent none", "intermediateThrowEvent none")
def passing(play: Play) -> None:
    it = play(
        through("intermediateThrowEvent it out.x==1", more="next -> done").replace(
            "userTask next", "userTask next\nendEvent done"
        )
    )
    assert it.start().variables == {"x": 1}
    it.complete("next")
    assert it.last[-1] == c.InstanceEnded("completed", ("done",))
    with pytest.raises(EngineError) as over:
        it.send(q.DeliverSignal("any"))
    assert over.value.code == "ended"


@row(
    "endEvent message",
    "endEvent message job",
    "intermediateThrowEvent message",
    "intermediateThrowEvent message job",
)
def throw_message(play: Play) -> None:
    for kind in ("intermediateThrowEvent", "endEvent"):
        more = "" if kind == "intermediateThrowEvent" else "never -> next"
        drawing = f"""process p {{
          startEvent start
          {kind} it message=hello MARKS
          userTask next
          start -> it {"-> next" if not more else ""}
          {"start -> next" if more else ""}
        }}"""
        assert play(drawing.replace("MARKS", "")).start().waiting() == ["next"]
        it = play(drawing.replace("MARKS", "job=send in.x==1")).start()
        assert it.find("it").type == "send"
        assert it.find("it").kind == kind
        it.complete("it", sent=True)
        assert it.waiting() == ["next"]
        assert it.variables == {"sent": True}


@row("endEvent signal", "intermediateThrowEvent signal")
def throw_signal(play: Play) -> None:
    for kind in ("intermediateThrowEvent", "endEvent"):
        it = play(
            f"""process p {{
              startEvent start
              userTask first
              {kind} it signal=alarm in.x==1
              intermediateCatchEvent heard signal=alarm
              intermediateCatchEvent other signal=other
              start -> first -> it
              start -> heard
              start -> other
            }}"""
        ).start()
        assert it.waiting() == ["first", "heard", "other"]
        it.complete("first")
        assert it.of(c.SignalThrown) == [c.SignalThrown("it", "alarm", {"x": 1})]
        assert it.waiting() == ["other"]
        assert it.variables["x"] == 1
        assert it.signal("nobody").waiting() == ["other"]
        assert it.signal("other", y=2).ended
        assert it.variables["y"] == 2


@row("endEvent error uncaught")
def uncaught(play: Play) -> None:
    with pytest.raises(EngineError) as nowhere:
        play("process p {\nstartEvent start\nendEvent it error=no\nstart -> it\n}").start()
    assert (nowhere.value.code, nowhere.value.element_id) == ("uncaught-error", "it")


@row("endEvent error", "boundaryEvent error most specific")
def error_end(play: Play) -> None:
    drawing = """process p {
      startEvent start
      subProcess outer {
        startEvent s1
        subProcess inner {
          startEvent s2
          userTask ask
          endEvent bad "error==code"
          s2 -> ask -> bad
        }
        boundaryEvent anyInner on=inner error=
        boundaryEvent a on=inner error=A
        endEvent e1
        endEvent e2
        s1 -> inner
        anyInner -> e1
        a -> e2
      }
      boundaryEvent b on=outer error=B
      endEvent e3
      start -> outer
      b -> e3
    }"""
    for code, caught in (("A", "a"), ("B", "anyInner"), ("", "anyInner")):
        it = play(drawing).start(code=code).complete("ask")
        assert it.ended
        assert it.of(c.ErrorRaised) == [c.ErrorRaised("bad", code, caught)]
    outer = drawing.replace("boundaryEvent anyInner on=inner error=\n", "").replace(
        "anyInner -> e1", "s1 -> e1"
    )
    it = play(outer).start(code="B").complete("ask")
    assert it.of(c.ErrorRaised) == [c.ErrorRaised("bad", "B", "b")]


@row("endEvent escalation", "intermediateThrowEvent escalation", "endEvent escalation uncaught")
def escalation(play: Play) -> None:
    for kind, tail in (("intermediateThrowEvent", "-> after"), ("endEvent", "")):
        drawing = f"""process p {{
          startEvent start
          subProcess sub {{
            startEvent begin
            {kind} it escalation=slow
            userTask after
            begin -> it {tail}
            {"" if tail else "begin -> after"}
          }}
          boundaryEvent told on=sub escalation=CODE interrupting=no
          userTask chief
          start -> sub
          told -> chief
        }}"""
        it = play(drawing.replace("CODE", "slow")).start()
        assert it.waiting() == ["after", "chief"]
        assert it.of(c.EscalationRaised) == [c.EscalationRaised("it", "slow", "told")]
        missed = play(drawing.replace("CODE", "other")).start()
        assert missed.waiting() == ["after"]
        assert missed.of(c.EscalationRaised) == [c.EscalationRaised("it", "slow", "")]


@row("endEvent terminate")
def terminate(play: Play) -> None:
    drawing = """process p {
      startEvent start
      subProcess sub {
        startEvent begin
        userTask a
        userTask b
        endEvent stop terminate
        begin -> a -> stop
        begin -> b
      }
      userTask next
      userTask beside
      endEvent halt terminate
      start -> sub -> next -> halt
      start -> beside
    }"""
    it = play(drawing).start().complete("a")
    assert it.waiting() == ["beside", "next"]
    it.complete("next")
    assert it.ended
    assert [each.how for each in it.of(c.TaskEnded)] == [
        "completed",
        "cancelled",
        "completed",
        "cancelled",
    ]
    assert it.last[-1] == c.InstanceEnded("completed", ("halt",))


@row("intermediateThrowEvent link", "intermediateCatchEvent link")
def link(play: Play) -> None:
    it = play(
        """process p {
          startEvent start
          userTask a
          intermediateThrowEvent go link=over
          intermediateCatchEvent come link=over
          intermediateCatchEvent other link=elsewhere
          intermediateThrowEvent never link=elsewhere
          exclusiveGateway which
          userTask b
          start -> a -> which
          which -> never if x = 1
          which -> go default
          come -> b
          other -> b
        }"""
    ).start()
    assert it.complete("a", x=2).waiting() == ["b"]
    assert it.entered() == ["start", "a", "which", "go", "come", "b"]


@row("intermediateCatchEvent message")
def catch_message(play: Play) -> None:
    it = play(through('intermediateCatchEvent it message="=\\"paid-\\" + id" key="=n"')).start(
        id="7", n=1.5
    )
    wait = it.find("it")
    assert (wait.name, wait.correlation_key, wait.interrupting) == ("paid-7", "1.5", True)
    assert it.deliver("it", sum=2).waiting() == ["next"]
    assert it.variables["sum"] == 2
    with pytest.raises(EngineError) as no_key:
        play(through("intermediateCatchEvent it message=paid key==n")).start()
    assert no_key.value.code == "expression-null"


@row("intermediateCatchEvent signal")
def catch_signal(play: Play) -> None:
    it = play(through("intermediateCatchEvent it signal=alarm out.x==level")).start()
    assert (it.find("it").kind, it.find("it").correlation_key) == ("signal", "")
    assert it.signal("alarm", level=3).waiting() == ["next"]
    assert it.variables == {"x": 3}


@row("intermediateCatchEvent timer duration", "intermediateCatchEvent timer date")
def catch_timer(play: Play) -> None:
    def due(mark: str, **variables: object) -> datetime:
        it = play(through(f"intermediateCatchEvent it {mark}")).start(**variables)
        found = it.find("it").due_at
        it.fire("it")
        assert it.waiting() == ["next"]
        assert it.of(c.TimerEnded)[0].how == "fired"
        return found

    assert due("timer=PT1H30M") == NOON.replace(hour=13, minute=30)
    assert due("timer=P1M") == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert due('timer="=duration(\\"P\\" + string(n) + \\"D\\")"', n=2) == datetime(
        2026, 2, 2, 12, tzinfo=UTC
    )
    assert due("date=2026-07-01T10:00:00@Asia/Taipei") == datetime(2026, 7, 1, 2, tzinfo=UTC)
    assert due("date=2026-07-01T10:00:00+02:00") == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert due('date="=date and time(day)"', day="2026-07-01T10:00:00Z") == datetime(
        2026, 7, 1, 10, tzinfo=UTC
    )
    assert due('date="=now() + duration(\\"PT1M\\")"') == NOON.replace(minute=1)
    with pytest.raises(EngineError) as no_time:
        play(through("intermediateCatchEvent it timer==n")).start(n="soon")
    assert no_time.value.code == "expression-null"


@row("drawing pools, lanes, message flows, groups, annotations, data")
def drawing_only(play: Play) -> None:
    it = play(
        """collaboration c {
          participant bank
          participant customer
          <messageFlow id="m" sourceRef="customer" targetRef="bank"/>
          <group id="g"/>
        }
        process p {
          <laneSet id="ls"><lane id="l" name="Handler"><flowNodeRef>ask</flowNodeRef></lane>
           </laneSet>
          <dataObject id="do"/>
          <dataObjectReference id="dor" dataObjectRef="do"/>
          <dataStoreReference id="dsr"/>
          <textAnnotation id="ta"><text>hello</text></textAnnotation>
          <association id="as" sourceRef="ask" targetRef="ta"/>
          <group id="g2"/>
          startEvent start
          userTask ask
          start -> ask
        }"""
    ).start()
    assert it.find("ask").candidate_groups == ("handler",)
    assert it.complete("ask").ended
