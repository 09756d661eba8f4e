"""What goes wrong or costs more without an override, where no row of the table of constructs shows
it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any
from unittest.mock import patch

from service.engine import advance, load_bundle
from service.engine import changes as c
from service.engine import commands as q
from service.engine.codec import load
from service.engine.host import Host
from service.engine.token import Token
from tests.engine.spiffs import diagram, ext, flows
from tests.kit.clock import NOON
from tests.kit.drawing import draw
from tests.kit.playing import Player, bundle_of

WITNESSES: dict[str, Callable[[], Any]] = {}
MEASURED: dict[str, Callable[[], int]] = {}
"""Where the reason is a measurement: what is counted is less than without the override."""


def witness(*names: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def register(test: Callable[[], Any]) -> Callable[[], Any]:
        WITNESSES.update(dict.fromkeys(names, test))
        return test

    return register


def measured(*names: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    def register(count: Callable[[], int]) -> Callable[[], int]:
        MEASURED.update(dict.fromkeys(names, count))
        return count

    return register


def calls(work: Callable[[], object]) -> int:
    """How many Python functions are called."""
    count = 0

    def note(frame: FrameType, event: str, value: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@witness("Boundary._update")
def a_boundary_event_is_entered_when_it_fires() -> None:
    drawing = """process p {
      startEvent start
      userTask ask
      boundaryEvent late on=ask timer=PT1H
      endEvent e
      endEvent e2
      start -> ask -> e
      late -> e2
    }"""
    player = Player(bundle_of(drawing)).start()
    assert "late" not in player.entered()
    assert "late" in player.fire("late").entered()


@witness("Split._update")
def a_modification_puts_a_token_on_an_activity_with_boundary_events() -> None:
    """Its split opens at once, not in its turn."""
    drawing = """process p {
      startEvent start
      userTask a
      userTask b
      boundaryEvent late on=b timer=PT1H
      start -> a -> b
    }"""
    player = Player(bundle_of(drawing)).start()
    player.send(q.Modify(activate=(q.Activate("b"),)))
    assert player.waiting() == ["a", "b", "late"]


@witness("Item.exists")
def outputs_may_be_collected_under_any_name() -> None:
    """SpiffWorkflow asks whether a variable of that name is there already."""
    loop = "each==xs item=x collect=item of==x"
    drawing = f"process p {{\nstartEvent s\nuserTask t {loop}\nuserTask u\ns -> t -> u\n}}"
    player = Player(bundle_of(drawing)).start(xs=[1]).complete("t")
    assert player.variables["item"] == [1]


_ERROR = """process p {
  startEvent start
  subProcess sub {
    startEvent s
    userTask ask
    endEvent bad error=A
    s -> ask -> bad
  }
  boundaryEvent caught on=sub error=A
  userTask h
  endEvent e
  start -> sub -> e
  caught -> h -> e
}"""


@witness("Throwing._run_hook")
def an_error_end_event_is_ended_by_what_catches_it() -> None:
    player = Player(bundle_of(_ERROR)).start().complete("ask")
    left = [each.how for each in player.of(c.ElementLeft) if each.element_id == "bad"]
    assert left == ["terminated"]
    assert player.waiting() == ["h"]


@witness("Message.catches", "Message.throw")
def a_message_is_caught_by_its_key() -> None:
    sent = ext("<spiffworkflow:messagePayload>{'num': n}</spiffworkflow:messagePayload>")
    roots = """<message id="m" name="m"/><correlationProperty id="number">
    <correlationPropertyRetrievalExpression messageRef="m"><messagePath>num</messagePath>
    </correlationPropertyRetrievalExpression></correlationProperty>"""
    mine = ext(
        "<spiffworkflow:processVariableCorrelation><spiffworkflow:propertyId>number"
        "</spiffworkflow:propertyId><spiffworkflow:expression>mine</spiffworkflow:expression>"
        "</spiffworkflow:processVariableCorrelation>"
    )
    inside = (
        '<startEvent id="s"/><endEvent id="e"/><parallelGateway id="f"/>'
        '<userTask id="go" name="go"/>'
        f'<sendTask id="say" name="say" messageRef="m">{sent}</sendTask>'
        f'<receiveTask id="hear" name="hear" messageRef="m">{mine}</receiveTask>'
        + flows("s", "f", "go", "say", "e")
        + flows("f", "hear", "e")
    )
    bundle = load_bundle({"a.bpmn": diagram(inside, roots)})
    assert Player(bundle).start(n=5, mine=6).complete("go").waiting() == ["hear"]
    assert Player(bundle).start(n=5, mine=5).complete("go").ended


_ZEEBE = b' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'


def _data(sub: str) -> bytes:
    return diagram(
        '<dataObject id="d"/><dataObjectReference id="r" dataObjectRef="d"/>'
        f'<startEvent id="s"/><userTask id="t" name="t">{sub}</userTask>'
        '<userTask id="u" name="u"/>' + flows("s", "t", "u")
    )


@witness("Zeebe.bpmn_attributes")
def data_that_is_read_may_not_be_there_yet() -> None:
    """SpiffWorkflow wants a data object to have been written before it is read."""
    read = """<property id="x" name="x"/><dataInputAssociation id="i"><sourceRef>r</sourceRef>
    <targetRef>x</targetRef></dataInputAssociation>"""
    player = Player(load_bundle({"a.bpmn": _data(read)})).start()
    assert player.complete("t").waiting() == ["u"]


@witness("Zeebe.parse_io_spec")
def what_is_drawn_of_data_beside_the_zeebe_extension_changes_nothing() -> None:
    """SpiffWorkflow wants the data that an activity takes in to be there."""
    io = """<ioSpecification><dataInput id="i" name="i"/><dataOutput id="o" name="o"/>
    <inputSet><dataInputRefs>i</dataInputRefs></inputSet>
    <outputSet><dataOutputRefs>o</dataOutputRefs></outputSet></ioSpecification>"""
    data = _data(io).replace(b" targetNamespace", _ZEEBE + b" targetNamespace")
    player = Player(load_bundle({"a.bpmn": data})).start()
    assert player.complete("t", z=1).variables == {"z": 1}


@witness("Zeebe.get_position")
def flows_are_taken_in_the_order_of_the_document() -> None:
    text = """process p {
      startEvent start
      exclusiveGateway which
      userTask a
      userTask b
      endEvent e
      start -> which
      which -> a if true
      which -> b if true
      a -> e
      b -> e
    }"""
    shapes = "".join(
        f'<di:BPMNShape xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="{name}">'
        f'<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="0" y="{y}"/>'
        "</di:BPMNShape>"
        for name, y in (("a", 300), ("b", 100))
    )
    drawn = draw(text).replace(b"</definitions>", shapes.encode() + b"</definitions>")
    assert Player(load_bundle({"a.bpmn": drawn})).start().waiting() == ["a"]


@witness("ZeebeParser._add_processes")
def what_is_not_executable_is_not_read() -> None:
    other = (
        '<process id="x"><startEvent id="xs"/><task id="xt"/>' + flows("xs", "xt") + "</process>"
    )
    inside = '<startEvent id="s"/><userTask id="t" name="t"/>' + flows("s", "t")
    bundle = load_bundle({"a.bpmn": diagram(inside, others=other)})
    assert Player(bundle).start().waiting() == ["t"]


_STARTED = """process p {
  startEvent start
  subProcess sub {
    startEvent s
    userTask ask
    s -> ask
  }
  userTask last
  start -> sub -> last
}"""


def _start(drawing: str) -> int:
    bundle = bundle_of(drawing)
    advance(bundle, None, q.Start("p", {}), now=NOON)  # what is kept for the next time is there
    return calls(lambda: advance(bundle, None, q.Start("p", {}), now=NOON))


@measured("Catching._run_hook", "Flat.get_next_task", "Plain.outputs")
def calls_to_start_a_sub_process() -> int:
    return _start(_STARTED)


@measured("BoundaryJoin._do_join")
def calls_to_complete_an_activity_with_a_boundary_event() -> int:
    drawing = """process p {
      startEvent start
      userTask a
      boundaryEvent late on=a timer=PT1H
      userTask b
      start -> a -> b
      late -> b
    }"""
    bundle = bundle_of(drawing)
    player = Player(bundle).start()
    state, command = player.state, q.CompleteTask(player.find("a", c.TaskCreated).id)
    advance(bundle, state, command, now=NOON)
    return calls(lambda: advance(bundle, state, command, now=NOON))


@measured("Inner._calculate_depth")
def calls_to_start_what_is_nested_deep() -> int:
    inner = "userTask ask"
    for at in range(20):
        first = "ask" if at == 0 else f"sub{at - 1}"
        inner = f"subProcess sub{at} {{\nstartEvent s{at}\n{inner}\ns{at} -> {first}\n}}"
    return _start(f"process p {{\nstartEvent start\n{inner}\nstart -> sub19\n}}")


@measured("Body.children_complete")
def tasks_looked_at_when_one_instance_completes() -> int:
    """Of 200 that are open."""
    loop = "each==xs item=x"
    bundle = bundle_of(f"process p {{\nstartEvent s\nuserTask t {loop}\ns -> t\n}}")
    player = Player(bundle).start(xs=list(range(200)))
    game = load(player.state or b"", bundle, now=NOON, host=Host())
    body = next(each for each in game.index.values() if each.task_spec.is_body)
    looked, children = 0, vars(Token.__mro__[1])["children"]

    def note(self: Token) -> Any:
        nonlocal looked
        found = children.fget(self)
        looked += len(found)
        return found

    with patch.object(Token, "children", property(note)):
        body.task_spec.children_complete(body)
    return looked
