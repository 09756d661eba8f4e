"""Boundary events and event sub-processes: each event, interrupting and not."""

from __future__ import annotations

from datetime import UTC, datetime

from service.engine import changes as c
from tests.engine.rows import Play, row
from tests.kit.clock import NOON
from tests.kit.playing import Player

EVENTS = {
    "message": 'message=said "key==id"',
    "timer": "timer=PT1H",
    "signal": "signal=alarm",
    "error": "error=no",
    "escalation": "escalation=slow",
}


def happen(it: Player, event: str, element_id: str) -> Player:
    match event:
        case "message":
            return it.deliver(element_id, told=1)
        case "timer":
            return it.fire(element_id)
        case "signal":
            return it.signal("alarm", told=1)
        case "error":
            return it.error("work", "no", told=1)
    return it.escalate("work", "slow")


def boundary(event: str, extra: str = "") -> str:
    return f"""process p {{
      startEvent start
      userTask work
      boundaryEvent caught on=work {EVENTS.get(event, event)} {extra}
      userTask other
      userTask next
      start -> work -> next
      caught -> other
    }}"""


def inside(event: str, extra: str = "", *, scope: bool = True) -> str:
    """An event sub-process in a sub-process, or in the process itself."""
    core = f"""
        startEvent begin
        userTask work
        userTask more
        subProcess handling event {{
          startEvent caught {EVENTS.get(event, event)} {extra}
          userTask other
          caught -> other
        }}
        begin -> work -> more
        begin -> more
    """
    if not scope:
        return f"process p {{\n{core}\n}}"
    return f"""process p {{
      startEvent start
      subProcess sub {{
        {core}
      }}
      userTask next
      start -> sub -> next
    }}"""


def on_boundary(event: str, *, interrupting: bool) -> None:
    @row(f"boundaryEvent {event} {'interrupting' if interrupting else 'non-interrupting'}")
    def test(play: Play) -> None:
        it = play(boundary(event, "" if interrupting else "interrupting=no")).start(id=1)
        waits = [] if event in ("error", "escalation") else ["caught"]
        assert it.waiting() == [*waits, "work"]
        happen(it, event, "caught")
        if interrupting:
            assert it.waiting() == ["other"]
            assert it.of(c.TaskEnded)[0].how == "cancelled"
            assert [each.how for each in it.of(c.ElementLeft) if each.element_id == "work"] == [
                "terminated"
            ]
            assert it.complete("other").ended
        else:
            again = event != "timer"
            if again:
                happen(it, event, "caught")
            assert it.waiting() == [
                *(waits if again else []),
                *["other"] * (2 if again else 1),
                "work",
            ]
            assert it.complete("work").waiting() == ["next", *["other"] * (2 if again else 1)]
        if event in ("message", "signal"):
            assert it.variables["told"] == 1
        done = (
            play(boundary(event, "" if interrupting else "interrupting=no"))
            .start(id=1)
            .complete("work")
        )
        assert done.waiting() == ["next"]

    test.__name__ = f"boundary_{event}_{'interrupting' if interrupting else 'beside'}"


def in_event_sub_process(event: str, *, interrupting: bool) -> None:
    @row(f"event sub-process {event} {'interrupting' if interrupting else 'non-interrupting'}")
    def test(play: Play) -> None:
        for scope in (True, False):
            it = play(inside(event, "" if interrupting else "interrupting=no", scope=scope)).start(
                id=1
            )
            waits = [] if event in ("error", "escalation") else ["caught"]
            assert it.waiting() == sorted([*waits, "more", "work"])
            happen(it, event, "caught")
            if interrupting:
                assert it.waiting() == ["other"]
                it.complete("other")
            else:
                again = event != "timer"
                if again:
                    happen(it, event, "caught")
                assert it.waiting() == sorted(
                    [*(waits if again else []), "more", "other", "work"] + ["other"] * again
                )
                for task in ("work", "more", "more", *["other"] * (2 if again else 1)):
                    assert not it.ended
                    it.complete(task)
            if scope:
                assert it.waiting() == ["next"]
                it.complete("next")
            assert it.ended
            if event in ("message", "signal"):
                assert it.variables["told"] == 1

    test.__name__ = f"event_sub_process_{event}_{'interrupting' if interrupting else 'beside'}"


for _event in EVENTS:
    on_boundary(_event, interrupting=True)
    in_event_sub_process(_event, interrupting=True)
    if _event != "error":
        on_boundary(_event, interrupting=False)
        in_event_sub_process(_event, interrupting=False)


def fire_cycle(it: Player, times: int) -> list[datetime]:
    dues = []
    for _ in range(times):
        dues.append(it.find("caught").due_at)
        it.fire("caught")
    return dues


@row("boundaryEvent timer cycle", "event sub-process timer cycle")
def cycles(play: Play) -> None:
    for draw in (boundary, inside):
        it = play(draw("cycle=R3/PT1H", "interrupting=no")).start(id=1)
        assert fire_cycle(it, 3) == [NOON.replace(hour=hour) for hour in (13, 14, 15)]
        assert [each.repetitions for each in it.of(c.TimerSet)] == [2, 1, 0]
        assert "caught" not in it.waiting()
        assert it.waiting().count("other") == 3
        assert len({each.id for each in it.of(c.TimerSet)}) == 3
        endless = play(draw("cycle=R/P1M", "interrupting=no")).start(id=1)
        assert [(due.month, due.day) for due in fire_cycle(endless, 4)] == [
            (2, 28),
            (3, 31),
            (4, 30),
            (5, 31),
        ]
        assert "caught" in endless.waiting()
        from_day = play(draw("cycle=R2/2026-03-01T00:00:00Z/P1D", "interrupting=no")).start(id=1)
        assert fire_cycle(from_day, 2) == [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)]
        assert "caught" not in from_day.waiting()
