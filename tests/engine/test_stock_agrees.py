"""Random structured processes, run by SpiffWorkflow alone and by this engine: where SpiffWorkflow
is right by BPMN, nothing differs."""

from __future__ import annotations

import itertools
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from tests.kit.blocks import Drawer, named
from tests.kit.drawing import draw
from tests.kit.playing import Player, bundle_of

CONDITION = re.compile(r"<conditionExpression>= ([^<]*)</condition")
CALLED = re.compile(r'<zeebe:calledElement processId="(\w+)"/>')
CALLS = re.compile(r"callActivity (\w+) calls=(\w+)")


def blocks(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Without loops, inclusive joins inside each other and errors beside activities: there
    SpiffWorkflow goes wrong (`test_stock_faults`)."""
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.just("seq"), several),
        st.tuples(st.just("xor"), several, st.integers(0, 2)),
        st.tuples(st.just("and"), several),
        st.tuples(st.just("sub"), inner),
        st.tuples(st.just("call"), inner),
        st.tuples(st.just("event"), several),
        st.tuples(st.just("boundary"), inner, inner, st.just(True)),
    )


class Ended(Drawer):
    """SpiffWorkflow wants an end event in each scope."""

    def scope(self, block: Any, lines: Any, marks: str = "", wrap: Any = None) -> Any:
        def ended(inner: Any, flows: Any, first: str, last: str) -> list[str]:
            end = self.new("over")
            inner.append(f"endEvent {end}")
            flows.append(f"{last} -> {end}")
            return [f"start -> {first}"]

        return super().scope(block, lines, marks, wrap or ended)


class Stock:
    """The same drawings, run by SpiffWorkflow alone."""

    def __init__(self, drawings: list[str]) -> None:
        parser = BpmnParser()
        for number, drawing in enumerate(drawings):
            # Its parser takes messages of one id in two files for one (`test_stock_faults`).
            drawn = _in_python(drawing, drawings).replace('"message-', f'"message-{number}-')
            parser.add_bpmn_str(drawn.encode())
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        self.workflow.do_engine_steps()

    def ready(self) -> list[Any]:
        return list(self.workflow.get_tasks(state=TaskState.READY, manual=True))

    def waiting(self) -> list[str]:
        names = [task.task_spec.name for task in self.ready()]
        for task in self.workflow.event_manager.tasks.values():
            definition = task.task_spec.event_definition
            several = getattr(definition, "event_definitions", [definition])
            names += [each.name for each in several if each.name]
        return sorted(names)

    def do(self, name: str) -> None:
        task = next((each for each in self.ready() if each.task_spec.name == name), None)
        if task is not None:
            task.run()
        else:
            event = BpmnEvent(MessageEventDefinition(name), payload={})
            self.workflow.send_event(event)
        self.workflow.do_engine_steps()


def _in_python(drawing: str, drawings: list[str]) -> str:
    drawn = CONDITION.sub(lambda found: _condition(found[1]), draw(drawing).decode())
    drawn = CALLED.sub("", drawn)
    for name, process in CALLS.findall("\n".join(drawings)):
        old = f'<callActivity id="{name}"'
        drawn = drawn.replace(old, f'{old} calledElement="{process}"')
    return drawn


def _condition(feel: str) -> str:
    python = feel.replace(" = ", " == ").replace("true", "True").replace("false", "False")
    return f"<conditionExpression>{python}</condition"


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(st.just(("task",)), blocks, max_leaves=7), st.randoms(use_true_random=False))
def test_both_go_the_same_way(block, random):
    drawer = Ended()
    drawings = [drawer.process("p", named(block, itertools.count(1))), *drawer.called]
    ours, stock = Player(bundle_of(*drawings)).start(), Stock(drawings)
    for _ in range(60):
        assert ours.waiting() == stock.waiting()
        assert ours.ended == stock.workflow.is_completed()
        if ours.ended:
            return
        name = random.choice(ours.waiting())
        stock.do(name)
        ours.complete(name) if name.startswith("t") else ours.deliver(name)
