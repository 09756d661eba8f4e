"""Everything wrong with a decision file, before it is released: `redress check` asks here.

Errors refuse deployment; warnings are shown. What a table's cells do not let us decide is said to
be not analysed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from service.dmn import parts
from service.dmn.bundle import load_models
from service.dmn.links import Element
from service.dmn.model import Model, load_model
from service.dmn.read import read_definitions
from service.dmn.verify import verify_table
from service.errors import DefinitionInvalid, Problem
from service.feel import FeelType
from service.sentence import Sentence


def check_model(
    xml: bytes, *, file: str, imports: Mapping[str, Model] | None = None
) -> list[Problem]:
    """Every problem of the file, in the order of its lines."""
    try:
        model = load_model(xml, file=file, imports=imports, strict=False)
    except DefinitionInvalid as refused:
        return list(refused.problems)
    return _check(model)


def check_models(files: Mapping[str, bytes]) -> list[Problem]:
    """Every problem of files that may import each other, file by file."""
    problems: list[Problem] = []
    readable: dict[str, bytes] = {}
    for file, xml in files.items():
        try:
            read_definitions(xml, file=file)
            readable[file] = xml
        except DefinitionInvalid as refused:
            problems += refused.problems
    try:
        models = load_models(readable, strict=False)
    except DefinitionInvalid as refused:
        return [*problems, *refused.problems]
    return [*problems, *(problem for model in models.values() for problem in _check(model))]


def _check(model: Model) -> list[Problem]:
    problems = dict.fromkeys([*model.problems, *_doubles(model), *_externals(model)])
    file, resolve = model.definitions.file, _resolver(model)
    for owner, table in tables_of(model):
        problems |= dict.fromkeys(verify_table(table, file=file, owner=owner, resolve=resolve))
    return sorted(problems, key=lambda each: (each.line, each.element, each.code))


def tables_of(model: Model) -> Iterator[tuple[str, parts.Table]]:
    """Every decision table with the name of the decision or function that holds it."""
    for element in _with_logic(model):
        for node in _walk(element.logic):
            if isinstance(node, parts.Table):
                yield element.name, node


def _with_logic(model: Model) -> tuple[parts.Decision | parts.Knowledge, ...]:
    return (*model.definitions.decisions, *model.definitions.knowledge)


def _walk(node: Any) -> Iterator[Any]:
    """The boxed expressions in a record, itself first."""
    if isinstance(node, tuple):
        for each in node:
            yield from _walk(each)
    elif is_dataclass(node):
        yield node
        for each in fields(node):
            yield from _walk(getattr(node, each.name))


def _resolver(model: Model) -> Any:
    definitions = {item.name: item for item in model.definitions.items}

    def resolve(type_ref: str) -> tuple[FeelType | None, str]:
        """The type, and the text of its allowed values where it is one of this file's."""
        item = definitions.get(type_ref)
        return (model.types.resolve(type_ref) if type_ref else None), (
            item.allowed_values if item else ""
        )

    return resolve


def _doubles(model: Model) -> Iterator[Problem]:
    """Two elements with one id or name cannot be told apart by those who refer to them."""
    seen: dict[str, str] = {}
    definitions = model.definitions
    elements: tuple[Element, ...] = (
        *definitions.inputs,
        *definitions.decisions,
        *definitions.knowledge,
        *definitions.services,
    )
    for each in elements:
        for key in {f"id {each.place.id!r}" if each.place.id else "", f"name {each.name!r}"} - {""}:
            if key in seen:
                yield Problem(
                    code="dmn-double",
                    file=definitions.file,
                    line=each.place.line,
                    element=each.place.id,
                    message=Sentence("Two elements have the {key}.", key=key),
                    fix="Give each its own.",
                )
            seen[key] = each.name


def _externals(model: Model) -> Iterator[Problem]:
    for element in _with_logic(model):
        for node in _walk(element.logic):
            if isinstance(node, parts.Function) and node.kind.upper() != "FEEL":
                yield Problem(
                    code="dmn-external-function",
                    file=model.definitions.file,
                    line=node.place.line,
                    element=node.place.id or element.place.id,
                    message=Sentence(
                        "The function is external ({kind}); such functions are not run.",
                        kind=node.kind,
                    ),
                    fix="Write the function in FEEL.",
                )
