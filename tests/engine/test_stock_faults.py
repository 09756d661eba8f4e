"""What SpiffWorkflow does by itself, where this engine does otherwise (`docs/engine.md`). A test
that fails here says that SpiffWorkflow was mended: the override may go."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from tests.kit.drawing import draw

FAULTS: dict[str, Callable[[], None]] = {}


def fault(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """A fault that the table of overrides names."""

    def register(test: Callable[[], None]) -> Callable[[], None]:
        FAULTS[name] = test
        return test

    return register


class Stock:
    """A process run by SpiffWorkflow alone."""

    def __init__(self, text: str | bytes, **data: Any) -> None:
        drawn = draw(text) if isinstance(text, str) else text
        parser = BpmnParser()
        parser.add_bpmn_str(drawn.replace(b"<conditionExpression>= ", b"<conditionExpression>"))
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        for task in self.workflow.get_tasks(state=TaskState.READY):
            task.data.update(data)
        self.workflow.do_engine_steps()

    def ready(self) -> list[Any]:
        return list(self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def open(self) -> list[str]:
        return sorted(task.task_spec.name for task in self.ready())

    def do(self, name: str, **data: Any) -> Stock:
        task = next(each for each in self.ready() if each.task_spec.name == name)
        task.data.update(data)
        task.run()
        self.workflow.do_engine_steps()
        return self

    def send(self, name: str) -> Stock:
        self.workflow.send_event(BpmnEvent(MessageEventDefinition(name), payload={}))
        self.workflow.do_engine_steps()
        return self


def _early(kind: str, condition: str) -> int:
    """How many pairs of orders open the join of a loop before both branches are done."""
    text = f"""process p {{
      startEvent start
      exclusiveGateway merge
      {kind} fork
      manualTask a
      manualTask b
      {kind} join
      manualTask check
      exclusiveGateway again
      endEvent done
      start -> merge -> fork
      fork -> a {condition}
      a -> join
      fork -> b {condition}
      b -> join -> check -> again
      again -> merge if more
      again -> done default
    }}"""
    return sum(
        _opens_early(Stock(text, more=True), orders)
        for orders in itertools.product(itertools.permutations("ab"), repeat=2)
    )


def _opens_early(it: Stock, orders: tuple[tuple[str, ...], ...]) -> bool:
    for order in orders:
        for name in order:
            if "check" in it.open():
                return True
            it.do(name)
        it.do("check")
    return False


@fault("parallel join in a loop")
def parallel_join() -> None:
    assert _early("parallelGateway", "") == 2


@fault("inclusive join in a loop")
def inclusive_join() -> None:
    assert _early("inclusiveGateway", "if True") == 4


@fault("nested inclusive joins")
def nested_inclusive() -> None:
    it = Stock("""process p {
      startEvent start
      inclusiveGateway one
      inclusiveGateway two
      manualTask a
      manualTask b
      manualTask c
      inclusiveGateway inner
      inclusiveGateway outer
      manualTask mid
      manualTask after
      endEvent e
      start -> one
      one -> a if True
      one -> two if True
      two -> b if False
      two -> c if True
      b -> inner
      c -> inner -> mid -> outer
      a -> outer -> after -> e
    }""")
    assert it.do("a").do("c").open() == ["after", "mid"]


@fault("data at a join")
def lost_update() -> None:
    it = Stock(
        """process p {
          startEvent start
          parallelGateway fork
          manualTask a
          manualTask b
          parallelGateway join
          manualTask c
          endEvent e
          start -> fork -> a -> join
          fork -> b -> join -> c -> e
        }""",
        x=0,
    )
    it.do("a", x=1).do("b")
    assert it.ready()[0].data["x"] == 0


@fault("tree that grows with each trip")
def growing() -> None:
    it = Stock(
        """process p {
          startEvent start
          exclusiveGateway merge
          manualTask a
          exclusiveGateway again
          endEvent e
          start -> merge -> a -> again
          again -> merge if more
          again -> e default
        }""",
        more=True,
    )
    sizes = []
    for _ in range(4):
        it.do("a")
        sizes.append(len(it.workflow.tasks))
    assert sizes == sorted(set(sizes))
    assert sizes[-1] >= sizes[0] + 9


CODES = """process p {
  startEvent start
  subProcess sub {
    startEvent s
    manualTask ask
    endEvent bad error=A
    s -> ask -> bad
  }
  boundaryEvent any on=sub error=
  boundaryEvent one on=sub error=A
  manualTask h1
  manualTask h2
  manualTask h3
  endEvent e1
  start -> sub -> h3 -> e1
  any -> h1
  one -> h2
  h1 -> e1
  h2 -> e1
}"""


@fault("matching code and catch-all")
def both_catch() -> None:
    assert Stock(CODES).do("ask").open() == ["h1", "h2"]


@fault("error caught nowhere")
def uncaught() -> None:
    text = CODES.replace("endEvent bad error=A", "endEvent bad error=B")
    text = text.replace("boundaryEvent any on=sub error=\n", "").replace("any -> h1", "start -> h1")
    assert "h3" in Stock(text).do("ask").open()


@fault("error beside an activity")
def beside() -> None:
    it = Stock("""process p {
      startEvent start
      parallelGateway fork
      manualTask a
      boundaryEvent mine on=a error=A
      manualTask h
      manualTask b
      endEvent bad error=A
      endEvent e
      start -> fork -> a -> e
      mine -> h -> e
      fork -> b -> bad
    }""")
    assert "h" in it.do("b").open()


@fault("boundary event that does not interrupt")
def fires_once() -> None:
    it = Stock("""process p {
      startEvent start
      manualTask work
      boundaryEvent said on=work message=hello interrupting=no
      manualTask h
      endEvent e
      start -> work -> e
      said -> h -> e
    }""").send("hello")
    with pytest.raises(WorkflowException, match="not waiting"):
        it.send("hello")


HANDLING = """
  subProcess handling event {
    startEvent said message=hello
    manualTask h
    endEvent e2
    said -> h -> e2
  }
  manualTask work
  endEvent e
"""


@fault("event sub-process that interrupts")
def does_not_interrupt() -> None:
    it = Stock(f"process p {{\nstartEvent start\n{HANDLING}\nstart -> work -> e\n}}")
    assert it.send("hello").open() == ["h", "work"]


@fault("event sub-process inside a sub-process")
def never_starts() -> None:
    text = f"subProcess sub {{\nstartEvent s\n{HANDLING}\ns -> work -> e\n}}"
    it = Stock(f"process p {{\nstartEvent start\n{text}\nendEvent e3\nstart -> sub -> e3\n}}")
    with pytest.raises(WorkflowException, match="not waiting"):
        it.send("hello")


@fault("signal end event")
def signal_end() -> None:
    it = Stock("""process p {
      startEvent start
      manualTask a
      endEvent it signal=alarm
      intermediateCatchEvent heard signal=alarm
      manualTask h
      endEvent e
      parallelGateway f
      start -> f -> a -> it
      f -> heard -> h -> e
    }""")
    assert it.do("a").open() == []


@fault("link events")
def links() -> None:
    it = Stock("""process p {
      startEvent start
      manualTask a
      intermediateThrowEvent go link=x
      intermediateCatchEvent come link=x
      manualTask b
      endEvent e
      start -> a -> go
      come -> b -> e
    }""")
    assert it.do("a").open() == []
    assert it.workflow.is_completed()


@fault("two timers after an event gateway")
def two_timers() -> None:
    it = Stock("""process p {
      startEvent start
      eventBasedGateway w
      intermediateCatchEvent late timer='"PT1H"'
      intermediateCatchEvent soon timer='"PT0S"'
      manualTask l
      manualTask s
      endEvent e
      start -> w -> late -> l -> e
      w -> soon -> s -> e
    }""")
    it.workflow.refresh_timers()
    it.workflow.do_engine_steps()
    assert it.open() == []


MANY = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
<process id="p" isExecutable="true"><startEvent id="s"/><manualTask id="it">
<multiInstanceLoopCharacteristics isSequential="{sequential}">
<loopDataInputRef>items</loopDataInputRef><loopDataOutputRef>out</loopDataOutputRef>
<inputDataItem id="item"/><outputDataItem id="res"/>
</multiInstanceLoopCharacteristics></manualTask><manualTask id="n"/><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="it"/>
<sequenceFlow id="f2" sourceRef="it" targetRef="n"/>
<sequenceFlow id="f3" sourceRef="n" targetRef="e"/></process></definitions>"""


@fault("order of multi-instance outputs")
def order_of_outputs() -> None:
    it = Stock(MANY.format(sequential="false").encode(), items=[1, 2, 3])
    for task in reversed(it.ready()):
        task.data["res"] = task.data["item"] * 10
        task.run()
    it.workflow.do_engine_steps()
    assert it.ready()[0].data["out"] == [30, 20, 10]


@fault("null among the items")
def null_item() -> None:
    assert Stock(MANY.format(sequential="true").encode(), items=[None, 2]).open() == []


@fault("several flows out of a task")
def several_flows() -> None:
    with pytest.raises(ValidationException, match="Multiple outgoing flows"):
        Stock("""process p {
          startEvent start
          manualTask a
          manualTask b
          manualTask c
          endEvent e
          start -> a -> b -> e
          a -> c -> e
        }""")


@fault("sub-process without an end event")
def no_end() -> None:
    with pytest.raises(ValidationException, match="End event"):
        Stock("""process p {
          startEvent start
          subProcess sub {
            startEvent s
            manualTask a
            s -> a
          }
          endEvent e
          start -> sub -> e
        }""")


@fault("message ids of two files")
def two_files() -> None:
    parser = BpmnParser()
    for process, message in (("p", "hello"), ("other", "bye")):
        parser.add_bpmn_str(
            draw(
                f"process {process} {{\nstartEvent start\n"
                f"intermediateCatchEvent w message={message}\nendEvent e\nstart -> w -> e\n}}"
            )
        )
    assert parser.get_spec("p").task_specs["w"].event_definition.name == "bye"


@fault("order of the drawing")
def order_of_the_drawing() -> None:
    """What is drawn higher comes first, whatever the order of the flows."""
    text = """process p {
      startEvent start
      exclusiveGateway which
      manualTask a
      manualTask b
      manualTask c
      endEvent e
      start -> which
      which -> a if True
      which -> b if True
      which -> c default
      a -> e
      b -> e
      c -> e
    }"""
    shapes = "".join(
        f'<di:BPMNShape xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="{name}">'
        f'<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="0" y="{y}"/>'
        "</di:BPMNShape>"
        for name, y in (("a", 300), ("b", 100), ("c", 500))
    )
    drawn = draw(text).replace(b"</definitions>", shapes.encode() + b"</definitions>")
    assert Stock(drawn).open() == ["b"]


@pytest.mark.parametrize("name", FAULTS)
def test_fault_of_spiffworkflow(name):
    FAULTS[name]()
