"""Task parsers for the zeebe dialect: which spec an element becomes, and how it is connected.

What an element means is taken from the model, which was read from the same node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import event_parsers as ep
from SpiffWorkflow.bpmn.parser import task_parsers as tp
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.specs.base import TaskSpec

from service.bpmn.model import Element, Process
from service.engine import specs_events as events
from service.engine import specs_gateways as gateways
from service.engine import specs_many as many
from service.engine import specs_scopes as scopes
from service.engine import specs_tasks as tasks
from service.engine.definitions import Several, definition_of

JOBS = frozenset(
    {
        "serviceTask",
        "sendTask",
        "scriptTask",
        "businessRuleTask",
        "endEvent",
        "intermediateThrowEvent",
    }
)
"""What may be a worker's job."""
CALLED = "*called*"
"""Stands for whatever process a call activity calls: its name may be an expression."""


class Zeebe(TaskParser):  # type: ignore[misc]
    """A task parser: the element that the model has of the node goes with the task spec."""

    PARALLEL_MI_CLASS, SEQUENTIAL_MI_CLASS = many.ParallelMany, many.SequentialMany
    EVENT_SUBPROCESS_CLASS = scopes.EventSub
    task: Any

    @property
    def element(self) -> Element:
        model: Process = self.process_parser.model
        return model.elements[self.bpmn_id]

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        return {"bpmn_name": self.element.name, "lane": self.element.lane}

    def create_task(self) -> TaskSpec:
        element = self.element
        if element.kind == "task":
            return self.mark(tasks.NoneTask(self.spec, self.bpmn_id, **self.bpmn_attributes))
        if element.job_type is not None and element.kind in JOBS:
            made = tasks.JobTask(self.spec, self.bpmn_id, **self.bpmn_attributes)
            if element.kind == "endEvent":
                made.connect(self.spec.end)
            return self.mark(made)
        return self.mark(super().create_task())

    def mark(self, spec: Any) -> TaskSpec:
        spec.element, spec.element_id = self.element, self.bpmn_id
        spec.process, spec.flow_ids, spec.targets = self.process_parser.model, {}, {}
        spec.manual = isinstance(spec, tasks.UserTask)
        return spec

    def get_event_definition(self, xpaths: Any) -> Any:
        return definition_of(self.element)

    def parse_io_spec(self) -> None:
        """Drawn only."""

    def get_position(self, node: Any = None) -> dict[str, float]:
        return {"x": 0.0, "y": 0.0}

    def handles_multiple_outgoing(self) -> bool:
        return True

    def connect_outgoing(
        self, outgoing_task: TaskSpec, sequence_flow_node: etree._Element, is_default: bool
    ) -> None:
        flow = next(
            each for each in self.element.outgoing if each.id == sequence_flow_node.get("id")
        )
        self.task.flow_ids.setdefault(outgoing_task.name, []).append(flow.id)
        self.task.targets[flow.id] = outgoing_task.name
        if isinstance(self.task, gateways.Choosing) and not is_default:
            if flow.condition is not None or isinstance(self.task, gateways.Inclusive):
                self.task.connect_outgoing_if(gateways.Condition(flow), outgoing_task)
            return
        self.task.connect(outgoing_task)

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        loop, original = self.element.loop, self.spec.task_specs.pop(self.task.name)
        if loop is None:
            raise ValueError(f"{self.bpmn_id} has no collection")
        kind = self.SEQUENTIAL_MI_CLASS if loop.sequential else self.PARALLEL_MI_CLASS
        output = TaskDataReference(loop.output_collection) if loop.output_collection else None
        self.task = kind(
            self.spec,
            original.name,
            task_spec="",
            data_input=many.Numbers("items"),
            data_output=output,
            input_item=many.Item("item"),
            condition=loop.completion,
        )
        self._copy_task_attrs(original)
        self.mark(self.task)
        original.flow_ids, original.targets = {}, {}
        original.completed_event.connect(self.task.merge_child)


class Start(Zeebe, ep.StartEventParser):  # type: ignore[misc]
    pass


class End(Zeebe, ep.EndEventParser):  # type: ignore[misc]
    pass


class Conditional(Zeebe, tp.ConditionalGatewayParser):  # type: ignore[misc]
    pass


class Plain(Zeebe, tp.GatewayParser):  # type: ignore[misc]
    pass


class Catch(Zeebe, ep.IntermediateCatchEventParser):  # type: ignore[misc]
    pass


class Throw(Zeebe, ep.IntermediateThrowEventParser):  # type: ignore[misc]
    pass


class BoundaryEvent(Zeebe, ep.BoundaryEventParser):  # type: ignore[misc]
    def create_task(self) -> TaskSpec:
        definition, interrupting = definition_of(self.element), self.element.interrupting
        return self.mark(
            self.spec_class(
                self.spec, self.bpmn_id, definition, interrupting, **self.bpmn_attributes
            )
        )


class _WithDefinition(ep.SendTaskParser):  # type: ignore[misc]
    def create_task(self) -> TaskSpec:
        definition = self.get_event_definition(())
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes
        )


class Messaging(Zeebe, _WithDefinition):
    """Send and receive tasks."""


class EventGateway(Zeebe, _WithDefinition, ep.EventBasedGatewayParser):  # type: ignore[misc]
    """An event-based gateway: it waits in place of the events that follow."""

    def get_event_definition(self, xpaths: Any) -> Any:
        return Several()


class _Script(tp.ScriptTaskParser):  # type: ignore[misc]
    def get_script(self) -> Any:
        element = self.element
        decides = element.kind == "businessRuleTask"
        return tasks.FeelDecision(element) if decides else tasks.FeelScript(element)


class Script(Zeebe, _Script):
    """A script task, or a business rule task with a decision."""


class _Called(TaskParser):  # type: ignore[misc]
    def create_task(self) -> TaskSpec:
        return self.spec_class(
            self.spec, self.bpmn_id, subworkflow_spec=CALLED, **self.bpmn_attributes
        )


class CallActivity(Zeebe, _Called):
    """A call activity."""


class _Scope(tp.SubWorkflowParser):  # type: ignore[misc]
    def create_task(self) -> TaskSpec:
        owner, element = self.process_parser, self.element
        owner.parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        inner = owner.parser.process_parsers[self.bpmn_id]
        inner.parent, inner.model = owner, owner.model
        kind = self.EVENT_SUBPROCESS_CLASS if element.triggered_by_event else self.spec_class
        name = scope_spec(owner.model.id, element.id)
        made = kind(self.spec, self.bpmn_id, subworkflow_spec=name, **self.bpmn_attributes)
        if element.triggered_by_event:
            self._wait_for(element, made)
        return made

    def _wait_for(self, element: Element, made: TaskSpec) -> None:
        model: Process = self.process_parser.model
        for start in model.children.get(element.id, ()):
            if start.kind == "startEvent":
                wait = events.EventSubWait(
                    self.spec, wait_spec(element.id), definition_of(start), start.interrupting
                )
                wait.element, wait.element_id, wait.process = start, start.id, model
                wait.flow_ids, wait.targets = {}, {}
                wait.connect(made)
                self.spec.start.event_subs = (*self.spec.start.event_subs, wait.name)
                return


class Scope(Zeebe, _Scope):
    """A sub-process."""


class AdHocScope(Zeebe, _Scope):
    """An ad-hoc sub-process: the body, and the instances of what begins in it."""

    def create_task(self) -> TaskSpec:
        owner, element = self.process_parser, self.element
        owner.parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        inner = owner.parser.process_parsers[self.bpmn_id]
        inner.parent, inner.model = owner, owner.model
        body: Any = self.mark(self.spec_class(self.spec, self.bpmn_id, **self.bpmn_attributes))
        name = scope_spec(owner.model.id, element.id)
        each = scopes.SubProcess(self.spec, f"{self.bpmn_id} [child]", subworkflow_spec=name)
        self.mark(each)
        each.element = replace(element, inputs=(), outputs=(), listeners=(), ad_hoc=None)
        each.inputs = [body]
        each.completed_event.connect(body.merge_child)
        body.task_spec, body.ad_hoc = each.name, element.ad_hoc
        return body


def scope_spec(process_id: str, element_id: str) -> str:
    """The name of the spec of a sub-process's inside: ids are a file's own, so it has both."""
    return f"{process_id}/{element_id}" if element_id else process_id


def wait_spec(element_id: str) -> str:
    """The name of the spec that waits for the start of an event sub-process."""
    return f"{element_id}.wait"
