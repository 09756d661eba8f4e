"""SpiffWorkflow's parser with task parsers for the zeebe dialect, over the tree that was checked.

SpiffWorkflow's parser walks the flow nodes and makes its specs; what an element means is taken from
the model, which was read from the same nodes. Its order is the document's, not the drawing's, and
what cannot be reached is read as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import event_parsers as ep
from SpiffWorkflow.bpmn.parser import task_parsers as tp
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs import control
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.specs.base import TaskSpec

from service.bpmn.model import Element, Process
from service.engine import specs as s
from service.engine import specs_events as events
from service.engine import specs_gateways as gateways
from service.engine import specs_many as many
from service.engine import specs_scopes as scopes
from service.engine import specs_tasks as tasks
from service.engine.definitions import Several, definition_of
from service.engine.inclusive import Reach

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
        return self._create_task(self.get_event_definition(()))

    def _create_task(self, definition: Any, *_: Any) -> TaskSpec:
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=definition, **self.bpmn_attributes
        )


class Messaging(Zeebe, _WithDefinition):
    """Send and receive tasks."""


class _Gateway(_WithDefinition, ep.EventBasedGatewayParser):  # type: ignore[misc]
    def get_event_definition(self, xpaths: Any) -> Any:
        return Several()


class EventGateway(Zeebe, _Gateway):
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


def scope_spec(process_id: str, element_id: str) -> str:
    """The name of the spec of a sub-process's inside: ids are a file's own, so it has both."""
    return f"{process_id}/{element_id}" if element_id else process_id


def wait_spec(element_id: str) -> str:
    """The name of the spec that waits for the start of an event sub-process."""
    return f"{element_id}.wait"


class Scopes(ProcessParser):  # type: ignore[misc]
    """Parses one scope: a process, or the inside of a sub-process."""

    _model: Process | None = None

    @property
    def model(self) -> Process:
        found: Process = self._model or self.parser.models[self.bpmn_id]
        return found

    @model.setter
    def model(self, process: Process) -> None:
        self._model = process

    def create_spec(self) -> s.ProcessSpec:
        return s.ProcessSpec(self.bpmn_id, self.filename)

    def parse_io_spec(self) -> None:
        """Drawn only."""

    def parse_data_object(self, obj: etree._Element) -> Any:
        """Drawn only: it would be a variable."""
        return _Nothing

    def add_tasks(self) -> None:
        self.spec.data_objects, known = {}, self.parser.OVERRIDE_PARSER_CLASSES
        for node in self.node:
            if node.tag in known and node.tag != full_tag("boundaryEvent") and node.get("id"):
                self.parse_node(node)
        for spec in list(self.spec.task_specs.values()):
            self._finish(spec)

    def _finish(self, spec: Any) -> None:
        """What ends nowhere ends the scope; links go on at their catch events; SpiffWorkflow names
        the classes of its splits and joins by literal."""
        if type(spec) is control.BoundaryEventSplit:
            spec.__class__ = s.Split
        elif type(spec) is control.BoundaryEventJoin:
            spec.__class__ = s.BoundaryJoin
        if not spec.is_node or spec.name != spec.element_id:
            return
        element: Element = spec.element
        if element.kind == "intermediateThrowEvent" and element.event.kind == "link":
            for target in self._link_targets(element):
                spec.connect(target)
        elif not element.outgoing and element.kind != "endEvent":
            spec.connect(self.spec.end)
        joins = element.kind in ("parallelGateway", "inclusiveGateway")
        spec.is_join = joins and len(element.incoming) > 1
        if spec.is_inclusive:
            spec.reach = self.parser.reaches.get(self.model.id, {}).get(element.id, {})

    def _link_targets(self, element: Element) -> list[Any]:
        return [
            spec
            for spec in self.spec.task_specs.values()
            if spec.is_node
            and spec.element.kind == "intermediateCatchEvent"
            and spec.element.event.kind == "link"
            and spec.element.event.name == element.event.name
        ]


class _Nothing:
    bpmn_id = ""


PARSERS = {
    full_tag(tag): (parser, kind)
    for tag, parser, kind in (
        ("startEvent", Start, events.StartEvent),
        ("endEvent", End, events.EndEvent),
        ("task", Zeebe, tasks.NoneTask),
        ("manualTask", Zeebe, tasks.NoneTask),
        ("userTask", Zeebe, tasks.UserTask),
        ("serviceTask", Zeebe, tasks.JobTask),
        ("sendTask", Messaging, events.ThrowEvent),
        ("receiveTask", Messaging, events.Receive),
        ("scriptTask", Script, tasks.ScriptTask),
        ("businessRuleTask", Script, tasks.ScriptTask),
        ("subProcess", Scope, scopes.SubProcess),
        ("callActivity", CallActivity, scopes.Call),
        ("exclusiveGateway", Conditional, gateways.Exclusive),
        ("inclusiveGateway", Conditional, gateways.Inclusive),
        ("parallelGateway", Plain, gateways.Parallel),
        ("eventBasedGateway", EventGateway, events.EventGateway),
        ("intermediateCatchEvent", Catch, events.CatchEvent),
        ("intermediateThrowEvent", Throw, events.ThrowEvent),
        ("boundaryEvent", BoundaryEvent, events.Boundary),
    )
}
"""SpiffWorkflow's table of overrides: the parser and the spec of each element."""


@dataclass(slots=True)
class _File:
    """What is read from one file."""

    root: etree._Element
    models: dict[str, Process] = field(default_factory=dict)
    nodes: list[etree._Element] = field(default_factory=list)


class ZeebeParser(BpmnParser):  # type: ignore[misc]
    """Parses one file. `models` are its processes by id."""

    PROCESS_PARSER_CLASS = Scopes
    OVERRIDE_PARSER_CLASSES = PARSERS

    def __init__(self, file: _File, reaches: Mapping[str, Reach]) -> None:
        super().__init__()
        self.models, self.nodes, self.reaches = file.models, file.nodes, reaches

    def _add_processes(self, bpmn: etree._Element, filename: str | None = None) -> None:
        """Those that are executable; what they depend on, the model knows."""
        for node in self.nodes:
            self.create_parser(node, filename)


def parse_specs(
    processes: Mapping[str, Process],
    nodes: Mapping[str, etree._Element],
    reaches: Mapping[str, Reach],
) -> dict[str, s.ProcessSpec | None]:
    """The specs of processes and of their sub-processes, by name (`scope_spec`), from their nodes.
    One parser for each file: ids of messages and sub-processes are a file's own."""
    found: dict[str, s.ProcessSpec | None] = {CALLED: None}
    files: dict[int, _File] = {}
    for process in processes.values():
        node = nodes[process.id]
        root = node.getroottree().getroot()
        file = files.setdefault(id(root), _File(root))
        file.models[process.id] = process
        file.nodes.append(node)
    for file in files.values():
        found |= _parse_file(file, reaches)
    return found


def _parse_file(file: _File, reaches: Mapping[str, Reach]) -> dict[str, s.ProcessSpec]:
    parser, found = ZeebeParser(file, reaches), {}
    parser.add_bpmn_xml(file.root, filename=next(iter(file.models.values())).file)
    done: set[str] = set()
    while left := [key for key in parser.process_parsers if key not in done]:
        for key in left:
            done.add(key)
            each = parser.process_parsers[key]
            name = key if each.parent is None else scope_spec(each.model.id, key)
            found[name] = each.get_spec()
    return found
