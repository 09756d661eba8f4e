"""Definition files read one by one: processes, decisions, forms, and every problem on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from service.bpmn.check import Known, check_processes
from service.bpmn.model import Process
from service.bpmn.read import Reader
from service.bpmn.schema_forms import read_schema_forms
from service.dmn import Model, check_models, load_models, parse_xml
from service.errors import DefinitionInvalid, Problem
from service.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Parts:
    """What the files of a bundle hold."""

    processes: dict[str, Process] = field(default_factory=dict)
    decisions: dict[str, Model] = field(default_factory=dict)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)


def check_bundle(files: Mapping[str, bytes]) -> list[Problem]:
    """Every problem of a set of definition files, warnings included, by file and line."""
    _, problems = read_parts(files)
    models = {path: data for path, data in files.items() if path.endswith(".dmn")}
    found = dict.fromkeys([*problems, *check_models(models)])
    return sorted(
        found, key=lambda problem: (problem.file, problem.line, problem.code, problem.element)
    )


def read_parts(files: Mapping[str, bytes]) -> tuple[Parts, list[Problem]]:
    """The parts, and what keeps them from being run."""
    parts, problems = Parts(), list[Problem]()
    for path, content in sorted(files.items()):
        if path.endswith(".bpmn"):
            _read_processes(path, content, parts, problems)
        elif path.endswith(".form.json"):
            _read_form(path, content, parts, problems)
    _read_decisions(
        {path: data for path, data in sorted(files.items()) if path.endswith(".dmn")},
        parts,
        problems,
    )
    read_schema_forms(files, parts.processes, parts.forms, problems)
    known = Known(parts.processes, frozenset(parts.decisions), frozenset(parts.forms))
    problems += check_processes(known)
    return parts, problems


def _read_processes(path: str, content: bytes, parts: Parts, problems: list[Problem]) -> None:
    try:
        reader = Reader(path, parse_xml(content, file=path))
    except DefinitionInvalid as refused:
        problems += refused.problems
        return
    for process in reader.read():
        if process.id in parts.processes:
            reader.report(
                "bpmn-duplicate-process",
                reader.ids.get(process.id),
                Sentence(
                    "the process {id!r} is also in {file}",
                    id=process.id,
                    file=parts.processes[process.id].file,
                ),
                "Rename one of them.",
            )
        parts.processes[process.id] = process
    problems += reader.problems


def _read_decisions(files: Mapping[str, bytes], parts: Parts, problems: list[Problem]) -> None:
    try:
        models = load_models(files)
    except DefinitionInvalid as refused:
        problems += refused.problems
        return
    for path, model in models.items():
        for decision in model.decisions:
            if decision in parts.decisions:
                problems.append(
                    Problem(
                        "dmn-duplicate-decision",
                        path,
                        0,
                        decision,
                        Sentence(
                            "the decision {decision!r} is in another file of the bundle, too",
                            decision=decision,
                        ),
                        "Rename one of them.",
                    )
                )
            parts.decisions[decision] = model


def _read_form(path: str, content: bytes, parts: Parts, problems: list[Problem]) -> None:
    try:
        form = orjson.loads(content)
    except orjson.JSONDecodeError as wrong:
        problems.append(
            Problem(
                "form-unreadable",
                path,
                wrong.lineno,
                "",
                Sentence("no JSON: {msg}", msg=wrong.msg),
                "Correct it.",
            )
        )
        return
    if (
        not isinstance(form, dict)
        or not isinstance(form.get("id"), str)
        or not isinstance(form.get("schema"), dict)
    ):
        problems.append(
            Problem(
                "form-unreadable",
                path,
                0,
                "",
                "the form has no id or no schema",
                "Give it id and schema.",
            )
        )
    elif form["id"] in parts.forms:
        problems.append(
            Problem(
                "form-duplicate",
                path,
                0,
                "",
                Sentence("another form has the id {id!r}", id=form["id"]),
                "Rename it.",
            )
        )
    else:
        parts.forms[form["id"]] = form
