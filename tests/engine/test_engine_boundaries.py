"""An event sub-process that interrupts ends what is inside its scope. The boundary events sit
around it, and go on waiting."""

from __future__ import annotations

import pytest

from service.engine import changes as c
from service.engine import migrate
from tests.kit.playing import Player, bundle_of

INSIDE = {
    "message": 'message=inner "key==id"',
    "signal": "signal=inner",
    "timer": "timer=PT1H",
    "error": "error=inner",
    "escalation": "escalation=inner",
}
AROUND = {
    "message": 'message=outer "key==id"',
    "signal": "signal=outer",
    "timer": "timer=P30D",
    "timer beside": "timer=P30D interrupting=no",
    "cycle beside": "cycle=R/P30D interrupting=no",
    "error": "error=outer",
    "escalation": "escalation=outer",
}


def drawing(inside: str, around: str, *, host: str = "sub") -> str:
    inner = f"""
        startEvent begin
        userTask work
        exclusiveGateway merge
        userTask second
        subProcess handling event {{
          startEvent caught {inside}
          userTask other
          caught -> other
        }}
        begin -> work -> merge
        begin -> second -> merge
        boundaryEvent own on=work timer=PT5H
        userTask elsewhere
        own -> elsewhere
    """
    many = "each==items item=i" if host == "many" else ""
    return f"""process p {{
      startEvent start
      subProcess sub {many} {{
        {inner}
      }}
      boundaryEvent around on=sub {around}
      userTask after
      start -> sub
      around -> after
    }}"""


def happen(it: Player, kind: str, element_id: str, name: str, on: str) -> None:
    match kind.partition(" ")[0]:
        case "message":
            it.deliver(element_id)
        case "signal":
            it.signal(name)
        case "timer" | "cycle":
            it.fire(element_id)
        case "error":
            it.error(on, name)
        case "escalation":
            it.escalate(on, name)


@pytest.mark.parametrize("host", ["sub", "many"])
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("inside", INSIDE)
def test_boundary_events_outlive_what_interrupts_inside(inside, around, host):
    text = drawing(INSIDE[inside], AROUND[around], host=host)
    for mode in ("straight", "restored"):
        it = Player(bundle_of(text), mode).start(id=1, items=[1])
        happen(it, inside, "caught", "inner", "work")
        waits = [] if around in ("error", "escalation") else ["around"]
        assert it.waiting() == sorted([*waits, "other"])
        happen(it, around, "around", "outer", "other")
        assert "after" in it.waiting()
        if "beside" in around:
            assert "other" in it.waiting()
        else:
            assert it.waiting() == ["after"]


def test_a_boundary_event_that_already_runs_is_inside_and_ends():
    """It stands in the scope: only those that wait are around it."""
    text = """process p {
      startEvent start
      subProcess sub {
        startEvent begin
        userTask work
        boundaryEvent own on=work timer=PT1H interrupting=no
        userTask elsewhere
        subProcess handling event {
          startEvent caught signal=stop
          userTask other
          caught -> other
        }
        begin -> work
        own -> elsewhere
      }
      start -> sub
    }"""
    it = Player(bundle_of(text)).start().fire("own")
    assert it.waiting() == ["caught", "elsewhere", "work"]
    assert it.signal("stop").waiting() == ["other"]


def test_a_new_version_adds_its_boundary_to_a_scope_that_was_interrupted():
    text = drawing(INSIDE["signal"], AROUND["message"])
    more = text.replace(
        "start -> sub\n",
        "boundaryEvent added on=sub timer=P1D\nuserTask late\nadded -> late\nstart -> sub\n",
    )
    it = Player(bundle_of(text)).start(id=1).signal("inner")
    moved = migrate(it.bundle, bundle_of(more), it.state, {}, now=it.now)
    opened = [each.element_id for each in moved.step.changes if isinstance(each, c.TimerSet)]
    assert opened == ["added"]
    waits = [each for each in moved.step.changes if isinstance(each, c.SubscriptionOpened)]
    assert waits == []  # its event sub-process has been, and does not start again


@pytest.mark.parametrize("kind", ["error", "escalation"])
@pytest.mark.parametrize("interrupting", [True, False])
def test_what_throws_is_ended_by_what_catches_it_when_that_interrupts(kind, interrupting):
    if kind == "error" and not interrupting:
        return
    text = f"""process p {{
      startEvent start
      subProcess sub {{
        startEvent begin
        userTask work
        endEvent thrown {kind}=no
        begin -> work -> thrown
      }}
      boundaryEvent around on=sub {kind}=no {"" if interrupting else "interrupting=no"}
      userTask after
      start -> sub
      around -> after
    }}"""
    it = Player(bundle_of(text)).start().complete("work")
    [left] = [each for each in it.of(c.ElementLeft) if each.element_id == "thrown"]
    assert left.how == ("terminated" if interrupting else "completed")
    assert it.waiting() == ["after"]
