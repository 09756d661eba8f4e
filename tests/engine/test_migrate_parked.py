"""A case that stands at an incident is moved to another version: once put right it goes on there as
it would have here, wherever it failed."""

from __future__ import annotations

import pytest

from service.engine import advance, migrate
from service.engine import changes as c
from service.engine import commands as q
from tests.kit.clock import NOON
from tests.kit.playing import bundle_of

AROUND = """process p {
  startEvent start
  ELEMENT
  userTask next
  start -> it
  AFTER
}"""
CALLED = """process called {
  startEvent begin
  userTask a
  begin -> a
}"""
INSIDE = "{\nstartEvent begin\nuserTask a\nbegin -> a\n}"
WRONG = "assert(fine, fine != null)"
FAILING = {
    "user task, input": f'userTask it "in.k=={WRONG}"',
    "user task, assignee": f'userTask it "assignee=={WRONG}"',
    "service task, input": f'serviceTask it job=x "in.k=={WRONG}"',
    "service task, type": f'serviceTask it "job=={WRONG}"',
    "service task, output": f'serviceTask it job=x "out.k=={WRONG}"',
    "script": f'scriptTask it "script=={WRONG}" result=r',
    "gateway": f"exclusiveGateway it\nuserTask m\nit -> m if {WRONG}\nit -> next default",
    "event gateway": f"""eventBasedGateway it
      intermediateCatchEvent m message=m "key=={WRONG}"
      intermediateCatchEvent t timer=PT1H
      it -> m
      it -> t""",
    "timer": f'intermediateCatchEvent it "date=={WRONG}"',
    "message": f'intermediateCatchEvent it message=m "key=={WRONG}"',
    "boundary event": f'userTask it\nboundaryEvent b on=it "timer=={WRONG}"\nuserTask x\nb -> x',
    "sub-process, input": f'subProcess it "in.k=={WRONG}" {INSIDE}',
    "sub-process, output": f'subProcess it "out.k=={WRONG}" {INSIDE}',
    "sub-process, boundary": f'subProcess it {INSIDE}\nboundaryEvent b on=it "timer=={WRONG}"',
    "called process, input": f'callActivity it calls=called "in.k=={WRONG}"',
    "called process, output": f'callActivity it calls=called "out.k=={WRONG}"',
    "called process, name": f'callActivity it "calls=={WRONG}"',
    "parallel, collection": f'userTask it "each=={WRONG}" item=i',
    "parallel, input": f'userTask it each==[1,2] item=i "in.k=={WRONG}"',
    "parallel, output element": f'serviceTask it job=x each==[1,2] collect=r "of=={WRONG}"',
    "sequential, collection": f'userTask it sequential "each=={WRONG}" item=i',
    "sequential, input": f'userTask it sequential each==[1,2] item=i "in.k=={WRONG}"',
    "sequential, output element": (
        f'serviceTask it job=x sequential each==[1,2] collect=r "of=={WRONG}"'
    ),
    "parallel sub-process, collection": f'subProcess it "each=={WRONG}" item=i {INSIDE}',
    "parallel sub-process, input": f'subProcess it each==[1,2] "in.k=={WRONG}" {INSIDE}',
    "parallel sub-process, output": f'subProcess it each==[1,2] collect=r "of=={WRONG}" {INSIDE}',
    "parallel calls, input": f'callActivity it calls=called each==[1,2] "in.k=={WRONG}"',
    "ad hoc, list": f'adHocSubProcess it "begins=={WRONG}" {{\nuserTask a\n}}',
    "ad hoc, input": f'adHocSubProcess it begins==names "in.k=={WRONG}" {{\nuserTask a\n}}',
    "ad hoc, output": f'adHocSubProcess it begins==names "out.k=={WRONG}" {{\nuserTask a\n}}',
    "ad hoc, condition": f'adHocSubProcess it begins==names "done={WRONG} != 1" {{\nuserTask a\n}}',
}
NEEDED = {
    "timer": "2026-03-01T00:00:00Z",
    "boundary event": "PT1H",
    "sub-process, boundary": "PT1H",
    "parallel, collection": [1, 2],
    "sequential, collection": [1, 2],
    "parallel sub-process, collection": [1, 2],
    "ad hoc, list": ["a"],
    "called process, name": "called",
    "gateway": True,
}


def stands(drawing: str):
    """A case that was played until it failed, and its bundle."""
    bundle = bundle_of(drawing, CALLED)
    step = advance(bundle, None, q.Start("p", {"names": ["a"]}), now=NOON, park=True)
    while not any(isinstance(each, c.IncidentRaised) for each in step.changes):
        made = [each for each in step.changes if isinstance(each, c.TaskCreated | c.JobCreated)]
        kind = q.CompleteTask if isinstance(made[0], c.TaskCreated) else q.CompleteJob
        step = advance(bundle, step.state, kind(made[0].id, {}), now=NOON, park=True)
    return bundle, step.state


def told(step) -> list[tuple[str, str]]:
    return [(type(each).__name__, getattr(each, "element_id", "")) for each in step.changes]


@pytest.mark.parametrize("where", FAILING)
def test_it_goes_on_in_the_new_version_as_in_the_old_one(where):
    after = "" if "it ->" in FAILING[where] else "it -> next"
    drawing = AROUND.replace("ELEMENT", FAILING[where]).replace("AFTER", after or "m -> next")
    bundle, state = stands(drawing)
    new = bundle_of(drawing.replace("userTask next", "userTask next name=Next"), CALLED)
    moved = migrate(bundle, new, state, {}, now=NOON).step.state
    right = q.SetVariables({"fine": NEEDED.get(where, "called")})
    ways = []
    for version, at in ((bundle, state), (new, moved)):
        at = advance(version, at, right, now=NOON).state
        step = advance(version, at, q.Retry("it"), now=NOON, park=True)
        ways.append(told(step))
        assert step.ended is False
    assert ways[0] == ways[1]
    assert ("IncidentEnded", "it") in ways[0] or ways[0][0][0] == "IncidentEnded"
