"""SpiffWorkflow's parser with task parsers for the zeebe dialect, over the tree that was checked.

SpiffWorkflow's parser walks the flow nodes and makes its specs; what an element means is taken from
the model, which was read from the same nodes. Its order is the document's, not the drawing's, and
what cannot be reached is read as well.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs import control

from service.bpmn.misplaced import ROOTS
from service.bpmn.model import Element, Process
from service.engine import compensating, listening
from service.engine import parse_tasks as t
from service.engine import specs as s
from service.engine import specs_ad_hoc as ad_hoc
from service.engine import specs_events as events
from service.engine import specs_gateways as gateways
from service.engine import specs_scopes as scopes
from service.engine import specs_tasks as tasks
from service.engine.inclusive import Reach
from service.errors import DefinitionInvalid, Problem, RedressError
from service.sentence import Sentence

log = logging.getLogger(__name__)


class Scopes(ProcessParser):  # type: ignore[misc]
    """Parses one scope: a process, or the inside of a sub-process."""

    _model: Process | None = None
    undoes = False

    @property
    def model(self) -> Process:
        found: Process = self._model or self.parser.models[self.bpmn_id]
        return found

    @model.setter
    def model(self, process: Process) -> None:
        self._model = process

    def create_spec(self) -> s.ProcessSpec:
        return s.ProcessSpec(self.bpmn_id, self.filename)

    def add_tasks(self) -> None:
        self.spec.data_objects = {}  # they are variables
        self.undoes = compensating.compensates(self.model)
        if self.parent is None and self.model.listeners:
            listening.listen_to_process(self.spec, self.model)
        known = self.parser.OVERRIDE_PARSER_CLASSES
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
        if self.undoes and spec.is_node and not spec.is_wait:
            compensating.mark(spec)
        if spec.is_node and spec.element.listeners and not (spec.is_each or spec.is_wait):
            listening.listen(spec)
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


PARSERS = {
    full_tag(tag): (parser, kind)
    for tag, parser, kind in (
        ("startEvent", t.Start, events.StartEvent),
        ("endEvent", t.End, events.EndEvent),
        ("task", t.Zeebe, tasks.NoneTask),
        ("manualTask", t.Zeebe, tasks.NoneTask),
        ("userTask", t.Zeebe, tasks.UserTask),
        ("serviceTask", t.Zeebe, tasks.JobTask),
        ("sendTask", t.Messaging, events.ThrowEvent),
        ("receiveTask", t.Messaging, events.Receive),
        ("scriptTask", t.Script, tasks.ScriptTask),
        ("businessRuleTask", t.Script, tasks.ScriptTask),
        ("subProcess", t.Scope, scopes.SubProcess),
        ("adHocSubProcess", t.AdHocScope, ad_hoc.AdHoc),
        ("callActivity", t.CallActivity, scopes.Call),
        ("exclusiveGateway", t.Conditional, gateways.Exclusive),
        ("inclusiveGateway", t.Conditional, gateways.Inclusive),
        ("parallelGateway", t.Plain, gateways.Parallel),
        ("eventBasedGateway", t.EventGateway, events.EventGateway),
        ("intermediateCatchEvent", t.Catch, events.CatchEvent),
        ("intermediateThrowEvent", t.Throw, events.ThrowEvent),
        ("boundaryEvent", t.BoundaryEvent, events.Boundary),
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
    One parser for each file: ids of messages and sub-processes are a file's own. Raises
    DefinitionInvalid for a file that passed the checks and that SpiffWorkflow's parser still does
    not take."""
    found: dict[str, s.ProcessSpec | None] = {t.CALLED: None}
    files: dict[int, _File] = {}
    for process in processes.values():
        node = nodes[process.id]
        root = node.getroottree().getroot()
        file = files.setdefault(id(root), _File(root))
        file.models[process.id] = process
        file.nodes.append(node)
    for file in files.values():
        _leave_out(file.root)
        found |= _parsed(file, reaches)
    compensating.share(found, processes, t.scope_spec)
    return found


def _leave_out(root: etree._Element) -> None:
    """What says nothing about how the process runs: the drawing; messages and the like that nothing
    can refer to; and compensation events on borders, which wait for nothing: their activities know
    what undoes them."""
    for drawing in list(root.iterchildren(_DIAGRAM)):
        root.remove(drawing)
    for unnamed in [each for kind in ROOTS for each in root.iterchildren(full_tag(kind))]:
        if unnamed.get("id") is None:
            root.remove(unnamed)
    for definition in list(root.iter(full_tag("compensateEventDefinition"))):
        event = definition.getparent()
        scope = None if event is None else event.getparent()
        if event is not None and scope is not None and event.tag == full_tag("boundaryEvent"):
            scope.remove(event)


_DIAGRAM = "{http://www.omg.org/spec/BPMN/20100524/DI}BPMNDiagram"
FRAMES = 16
"""More calls than SpiffWorkflow's parser nests from one node to the next: it follows a flow by
calling itself."""


_DEEP = Lock()


@contextmanager
def _deep(root: etree._Element) -> Iterator[None]:
    """Let the parser follow the longest chain that the file can hold, and have the limit of the
    interpreter back afterwards; one at a time, for the limit is of every thread. Calls between
    Python functions take no stack of the system's, and the size of a file is bounded before it is
    parsed."""
    nodes = sum(1 for _ in root.iter(etree.Element))
    with _DEEP:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(before + FRAMES * nodes)
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


def _parsed(file: _File, reaches: Mapping[str, Reach]) -> dict[str, s.ProcessSpec]:
    try:
        return _parse_file(file, reaches)
    except RedressError:
        raise
    except Exception as fault:
        first = next(iter(file.models.values()))
        log.exception("SpiffWorkflow's parser failed on %s", first.file)
        message = Sentence(
            "the engine cannot build this file ({kind}: {text:.200})",
            kind=type(fault).__name__,
            text=str(fault),
        )
        problem = Problem(
            "bpmn-not-built",
            first.file,
            0,
            first.id,
            message,
            "Undo the last change to this file, and send it to the maintainers: the check should "
            "have said what is wrong.",
        )
        raise DefinitionInvalid([problem]) from fault


def _parse_file(file: _File, reaches: Mapping[str, Reach]) -> dict[str, s.ProcessSpec]:
    parser, found = ZeebeParser(file, reaches), {}
    parser.add_bpmn_xml(file.root, filename=next(iter(file.models.values())).file)
    done: set[str] = set()
    with _deep(file.root):
        while left := [key for key in parser.process_parsers if key not in done]:
            for key in left:
                done.add(key)
                each = parser.process_parsers[key]
                name = key if each.parent is None else t.scope_spec(each.model.id, key)
                found[name] = each.get_spec()
    return found
