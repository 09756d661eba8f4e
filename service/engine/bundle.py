"""A bundle: everything one version pins, parsed once, immutable, shared by all its instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from service.dmn import Model, load_model
from service.dmn.xml import parse_xml
from service.engine import inclusive
from service.engine.check import check_processes
from service.engine.errors import EngineError
from service.engine.game import TokenGame
from service.engine.model import Element, Process
from service.engine.nodes import ProcessNode, node_for
from service.engine.read import Reader
from service.errors import DefinitionInvalid, Problem, RedressError, Severity
from service.feel import to_json


@dataclass(frozen=True, slots=True)
class ElementInfo:
    """An element as pages and checks see it."""

    id: str
    kind: str
    name: str
    name_zh: str
    lane: str | None
    clauses: tuple[str, ...]
    form_id: str | None
    properties: Mapping[str, str]
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    parent: str
    called_process: str | None


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
    """Parsed definitions. `spec` holds a SpiffWorkflow task spec for every element of every process."""

    content_hash: str
    files: Mapping[str, bytes]
    models: Mapping[str, Process]
    processes: Mapping[str, ProcessInfo]
    decisions: Mapping[str, Model]
    forms: Mapping[str, dict[str, Any]]
    spec: Any
    reaches: Mapping[str, inclusive.Reach] = field(default_factory=dict)

    def file_of(self, process_id: str) -> bytes:
        """The BPMN file a process was read from. Raises KeyError for an unknown process."""
        return self.files[self.processes[process_id].file]

    def open_inclusive(self, game: TokenGame) -> bool:
        return bool(self.reaches) and inclusive.open_inclusive(game, self.reaches)

    def decide(
        self, decision_id: str, variables: Mapping[str, Any], *, element_id: str, game: TokenGame
    ) -> tuple[Any, Mapping[str, Any]]:
        """The value and the trace of a decision. Raises EngineError("decision-failed")."""
        model = self.decisions.get(decision_id)
        if model is None:
            raise EngineError("decision-failed", element_id, f"The decision {decision_id!r} is not in this version.")
        try:
            result = model.evaluate(decision_id, variables, now=game.now, functions=game.host.functions)
        except RedressError as error:
            raise EngineError("decision-failed", element_id, f"The decision {decision_id!r}: {error}") from error
        return to_json(result.value), {"decisions": list(result.trace)}


def load_bundle(files: Mapping[str, bytes]) -> Bundle:
    """Parse and check definition files. Raises DefinitionInvalid with every problem that is an error."""
    bundle, problems = _read(files)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise DefinitionInvalid(errors)
    return bundle


def check_bundle(files: Mapping[str, bytes]) -> list[Problem]:
    """Every problem of a set of definition files, warnings included, by file and line."""
    return sorted(_read(files)[1], key=lambda problem: (problem.file, problem.line, problem.code))


def _read(files: Mapping[str, bytes]) -> tuple[Bundle, list[Problem]]:
    problems: list[Problem] = []
    processes: dict[str, Process] = {}
    decisions: dict[str, Model] = {}
    forms: dict[str, dict[str, Any]] = {}
    for path, content in sorted(files.items()):
        try:
            if path.endswith(".bpmn"):
                reader = Reader(path, parse_xml(content, file=path))
                for process in reader.read():
                    if process.id in processes:
                        reader.report(
                            "bpmn-duplicate-process",
                            reader.ids.get(process.id),
                            f"the process {process.id!r} is also in {processes[process.id].file}",
                            "Rename one of them.",
                        )
                    processes[process.id] = process
                problems += reader.problems
            elif path.endswith(".dmn"):
                model = load_model(content, file=path)
                decisions |= dict.fromkeys(model.decisions, model)
            elif path.endswith(".form.json"):
                form = orjson.loads(content)
                forms[str(form["id"])] = form
        except DefinitionInvalid as error:
            problems += error.problems
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            problems.append(
                Problem("form-unreadable", path, 0, "", f"the form cannot be read: {error!r}", "Give it id and schema.")
            )
    problems += check_processes(processes, decisions=set(decisions), forms=set(forms))
    spec = WorkflowSpec(name="bundle")
    for process in processes.values():
        ProcessNode(spec, process)
        for element in process.elements.values():
            node_for(spec, process, element)
    reaches = {key: reach for key, process in processes.items() if (reach := inclusive.reach_of(process))}
    infos = {key: _info(process) for key, process in processes.items()}
    return Bundle(_hash(files), dict(files), processes, infos, decisions, forms, spec, reaches), problems


def _info(process: Process) -> ProcessInfo:
    elements = {
        element.id: ElementInfo(
            id=element.id,
            kind=element.kind,
            name=element.name,
            name_zh=element.properties.get("name:zh-Hant", element.name),
            lane=element.lane,
            clauses=tuple(part.strip() for part in element.properties.get("clause", "").split(",") if part.strip()),
            form_id=element.form_id,
            properties=element.properties,
            incoming=element.incoming,
            outgoing=tuple(flow.id for flow in element.outgoing),
            parent=element.scope,
            called_process=element.called_process.source if element.called_process else None,
        )
        for element in process.elements.values()
    }
    names = {"en": process.name, "zh-Hant": process.properties.get("name:zh-Hant", process.name)}
    starts = tuple(e for e in process.children.get("", ()) if e.kind == "startEvent")
    return ProcessInfo(process.id, process.name, names, process.file, process.version_tag, elements, starts)


def _hash(files: Mapping[str, bytes]) -> str:
    total = sha256()
    for path, content in sorted(files.items()):
        total.update(path.encode() + b"\0" + sha256(content).digest())
    return total.hexdigest()
