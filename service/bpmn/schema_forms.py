"""Forms as SpiffWorkflow keeps them: a JSON Schema in a file of its own, and how to show it in
another, both named by properties of a user task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from service.bpmn.model import Element, Process
from service.bpmn.spiff_extensions import SCHEMA, SHOWN
from service.errors import Problem
from service.sentence import Sentence

SUFFIX = "schema.json"
"""How the names of both kinds of file end: `-schema.json`, `-uischema.json`."""


def read_schema_forms(
    files: Mapping[str, bytes],
    processes: Mapping[str, Process],
    forms: dict[str, dict[str, Any]],
    problems: list[Problem],
) -> None:
    """Put a form into `forms` for each schema that a task names and that is there; its id is the
    schema's file name. A file that is no JSON object is a problem, and so is a schema that two
    tasks show differently."""
    shown: dict[str, str] = {}
    for process, element in _asking(processes):
        name, other = element.properties[SCHEMA], element.properties.get(SHOWN, "")
        if shown.setdefault(name, other) != other:
            problems.append(
                Problem(
                    "form-duplicate",
                    process.file,
                    element.line,
                    element.id,
                    Sentence("the form {id!r} is shown in two ways", id=name),
                    "Give one of them a schema of another name.",
                )
            )
        elif name not in forms:
            schema = _read(files, name, problems)
            ui = _read(files, other, problems)
            if schema is not None:
                forms[name] = {"id": name, "schema": schema, "uiSchema": ui or {}}


def _asking(processes: Mapping[str, Process]) -> Iterator[tuple[Process, Element]]:
    for process in processes.values():
        for element in process.elements.values():
            if element.form_id is not None and element.form_id == element.properties.get(SCHEMA):
                yield process, element


def _read(files: Mapping[str, bytes], name: str, problems: list[Problem]) -> dict[str, Any] | None:
    path = next((path for path in sorted(files) if path.rpartition("/")[2] == name), None)
    if not name or path is None:
        return None  # a form that is not there is told for the task
    try:
        found = orjson.loads(files[path])
    except orjson.JSONDecodeError as wrong:
        found, line, said = None, wrong.lineno, Sentence("no JSON: {msg}", msg=wrong.msg)
    else:
        line, said = 1, Sentence("the file holds no JSON object")
    if isinstance(found, dict):
        return found
    problems.append(Problem("form-unreadable", path, line, "", said, "Correct it."))
    return None
