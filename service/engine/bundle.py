"""A bundle: everything one version pins, parsed once, immutable, shared by all its instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from service.bpmn.model import Element, Process
from service.dmn import Model, decision_record
from service.engine import inclusive
from service.engine.errors import EngineError
from service.engine.overrides import check_library
from service.engine.parse import parse_specs
from service.engine.parts import Parts, read_parts
from service.errors import DefinitionInvalid, RedressError, Severity
from service.feel import to_json

_NAME = "name:"


@dataclass(frozen=True, slots=True)
class ElementInfo:
    """An element as pages and checks see it."""

    id: str
    kind: str
    name: str
    names: Mapping[str, str]
    lane: str | None
    clauses: tuple[str, ...]
    form_id: str | None
    properties: Mapping[str, str]
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    parent: str
    called_process: str | None
    attached_to: str | None = None
    interrupting: bool = True


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    """A process as pages and checks see it."""

    id: str
    name: str
    names: Mapping[str, str]
    file: str
    version_tag: str | None
    elements: Mapping[str, ElementInfo]
    start_events: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Parsed definitions. `specs` are SpiffWorkflow's process specs, one for each process and one
    for the inside of each sub-process."""

    content_hash: str
    files: Mapping[str, bytes]
    models: Mapping[str, Process]
    processes: Mapping[str, ProcessInfo]
    decisions: Mapping[str, Model]
    forms: Mapping[str, dict[str, Any]]
    specs: Mapping[str, Any]
    reaches: Mapping[str, inclusive.Reach] = field(default_factory=dict)
    watches: bool = False
    """Whether anything waits for a condition."""
    chooses: bool = False
    """Whether it has ad-hoc sub-processes."""

    def file_of(self, process_id: str) -> bytes:
        """The BPMN file a process was read from. Raises KeyError for an unknown process."""
        return self.files[self.processes[process_id].file]

    def decide(
        self, decision_id: str, variables: Mapping[str, Any], *, element_id: str, game: Any
    ) -> tuple[Any, Mapping[str, Any]]:
        """The value of a decision, and the record of how it came about. Raises
        EngineError("decision-failed")."""
        model = self.decisions.get(decision_id)
        if model is None:
            raise EngineError(
                "decision-failed",
                element_id,
                "The decision {decision_id!r} is not in this version.",
                decision_id=decision_id,
            )
        try:
            result = model.evaluate(
                decision_id, variables, now=game.now, functions=game.host.functions
            )
            return to_json(result.value), decision_record(result)
        except RedressError as error:
            raise EngineError(
                "decision-failed",
                element_id,
                "The decision {decision_id!r}: {error}",
                decision_id=decision_id,
                error=error,
            ) from error

    def outputs_of(self, decision_id: str, value: Any) -> dict[str, Any]:
        """The value of a decision as variables: each output of a table by its name, a list of
        values where it has several rows; that of any other decision by the decision's name."""
        names = self.decisions[decision_id].output_names(decision_id)
        if len(names) == 1:
            return {names[0]: value}
        rows = value if isinstance(value, list) else [value]
        if not all(isinstance(row, dict) for row in rows):
            return {}
        if isinstance(value, list):
            return {name: [row.get(name) for row in rows] for name in names}
        return {name: value.get(name) for name in names}


def load_bundle(files: Mapping[str, bytes]) -> Bundle:
    """Parse and check definition files. Raises DefinitionInvalid with every problem that is an
    error."""
    parts, problems = read_parts(files)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise DefinitionInvalid(errors)
    return assemble(files, parts)


def _watches(processes: Mapping[str, Process]) -> bool:
    """Whether anything in these processes waits for a condition."""
    return any(
        element.event.kind == "conditional"
        for process in processes.values()
        for element in process.elements.values()
    )


def _chooses(processes: Mapping[str, Process]) -> bool:
    """Whether anything in these processes begins because somebody says so."""
    elements = (each for process in processes.values() for each in process.elements.values())
    return any(element.ad_hoc is not None for element in elements)


def assemble(files: Mapping[str, bytes], parts: Parts) -> Bundle:
    """A bundle of parts that were read and checked. Raises EngineError("library")."""
    check_library()
    reaches = {
        key: reach
        for key, process in parts.processes.items()
        if (reach := inclusive.reach_of(process))
    }
    # The tree of a file is large, and not wanted any more once SpiffWorkflow's parser has read it.
    models = {key: replace(process, node=None) for key, process in parts.processes.items()}
    nodes = {key: process.node for key, process in parts.processes.items()}
    return Bundle(
        content_hash=content_hash(files),
        files=dict(files),
        models=models,
        processes={key: _info(process) for key, process in parts.processes.items()},
        decisions=parts.decisions,
        forms=parts.forms,
        specs=parse_specs(models, nodes, reaches),
        reaches=reaches,
        watches=_watches(models),
        chooses=_chooses(models),
    )


def _info(process: Process) -> ProcessInfo:
    elements = {
        element.id: ElementInfo(
            id=element.id,
            kind=element.kind,
            name=element.name,
            names=_names(element.name, element.properties),
            lane=element.lane,
            clauses=tuple(
                part.strip()
                for part in element.properties.get("clause", "").split(",")
                if part.strip()
            ),
            form_id=element.form_id,
            properties=element.properties,
            incoming=element.incoming,
            outgoing=tuple(flow.id for flow in element.outgoing),
            parent=element.scope,
            called_process=element.called_process.source if element.called_process else None,
            attached_to=element.attached_to,
            interrupting=element.interrupting,
        )
        for element in process.elements.values()
    }
    names = _names(process.name, process.properties)
    starts = tuple(e for e in process.children.get("", ()) if e.kind == "startEvent")
    return ProcessInfo(
        process.id, process.name, names, process.file, process.version_tag, elements, starts
    )


def _names(name: str, properties: Mapping[str, str]) -> dict[str, str]:
    """The name by language: the diagram's own is English, the others are properties such as
    `name:zh-Hant`."""
    others = {
        key.removeprefix(_NAME): value
        for key, value in properties.items()
        if key.startswith(_NAME) and value
    }
    return {"en": name, **others}


def content_hash(files: Mapping[str, bytes]) -> str:
    total = sha256()
    for path, content in sorted(files.items()):
        total.update(path.encode() + b"\0" + sha256(content).digest())
    return total.hexdigest()
