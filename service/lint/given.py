"""What each element gives to the variables when it is done, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.bpmn.model import Element, Process, Text
from service.dmn import Model
from service.feel import Expression
from service.lint.decisions import decided
from service.lint.forms import fields_of
from service.lint.judge import Judge
from service.lint.kinds import ANY, NULL, Kind, list_of, of, text
from service.lint.scope import Scope
from service.lint.trees import tree_of
from service.lint.world import World

NOTHING: Mapping[str, Kind] = {}
WAITING_FOR_MESSAGE = ("receiveTask", "intermediateCatchEvent", "startEvent", "boundaryEvent")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files that are looked at, with what the product offers around them."""

    processes: Mapping[str, Process]
    models: Mapping[str, Model]
    forms: Mapping[str, Mapping[str, Any]]
    world: World
    functions: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Given:
    """Variables that an element is done with; `open` when others may give it more."""

    names: Mapping[str, Kind] = field(default_factory=dict)
    open: bool = False


def value_of(bundle: Bundle, scope: Scope, source: Text | None) -> Kind:
    """The kind of a mapping's value."""
    if source is None:
        return ANY
    if source.expression is None:
        return ANY if source.source.startswith("=") else text(source.source)
    return expression_of(bundle, scope, source.expression)


def expression_of(bundle: Bundle, scope: Scope, expression: Expression) -> Kind:
    tree = tree_of(expression.text, bundle.functions)
    return ANY if tree is None else Judge(bundle.world, scope, absent=NULL).kind(tree)


def locals_of(bundle: Bundle, element: Element, scope: Scope) -> dict[str, Kind]:
    """What an element sees beside the variables of its scope: items of its loop, its inputs."""
    found: dict[str, Kind] = {}
    if element.loop is not None:
        collection = value_of(bundle, scope, element.loop.collection)
        found["loopCounter"] = of("number")
        if element.loop.element:
            found[element.loop.element] = collection.item or ANY
    for mapped in element.inputs:
        kind = value_of(bundle, scope.put(found), mapped.source)
        found |= targeted(mapped.target, kind, found)
    return found


def targeted(target: str, kind: Kind, before: Mapping[str, Kind]) -> dict[str, Kind]:
    """A variable that a mapping writes; with dots it becomes a context of which only this is
    certain."""
    name, dot, _ = target.partition(".")
    return {name: of("context") if dot else kind}


def given_by(bundle: Bundle, element: Element, scope: Scope, child: Scope | None) -> Given:
    """What an element gives before its outputs are mapped; `child` are the variables at the end of
    the process that it calls."""
    if element.spread or element.scripts is not None:
        return Given(open=True)
    if element.gather is not None:
        return Given({element.gather: ANY})
    return _own(bundle, element, scope, child)


def _own(bundle: Bundle, element: Element, scope: Scope, child: Scope | None) -> Given:
    if element.job_type is not None:
        return _job(bundle, element)
    if element.event.kind == "message" and element.kind in WAITING_FOR_MESSAGE:
        return _message(bundle, element)
    match element.kind:
        case "userTask":
            return _form(bundle, element)
        case "startEvent" if element.form_id is not None:
            return _form(bundle, element)
        case "scriptTask" if element.script is not None and element.result_variable:
            kind = expression_of(bundle, scope, element.script)
            return Given({element.result_variable: kind})
        case "businessRuleTask":
            return _decision(bundle, element)
        case "callActivity":
            return Given(open=True) if child is None else Given(child.names, child.open)
    return Given()


def _job(bundle: Bundle, element: Element) -> Given:
    service = bundle.world.services.get(element.job)
    return Given(open=True) if service is None else Given(service.writes)


def _message(bundle: Bundle, element: Element) -> Given:
    name = element.event.name
    known = None if name is None else bundle.world.messages.get(name.source)
    return Given(open=True) if known is None else Given(known)


def _form(bundle: Bundle, element: Element) -> Given:
    form = bundle.forms.get(element.form_id or "")
    if form is None:
        return Given(open=True)
    closed = form.get("schema", {}).get("additionalProperties") is False
    return Given(fields_of(form), open=not closed)


def _decision(bundle: Bundle, element: Element) -> Given:
    source = element.decision
    model = None if source is None else bundle.models.get(source.source)
    result = ANY
    if model is not None and source is not None:
        result = decided(model, source.source).result
    return Given({element.result_variable: result} if element.result_variable else {})


def collected(bundle: Bundle, element: Element, inner: Scope) -> dict[str, Kind]:
    """The list that a loop, or an ad-hoc sub-process, collects."""
    many = element.loop or element.ad_hoc
    if many is None or not many.output_collection:
        return {}
    kind = value_of(bundle, inner, many.output_element)
    return {many.output_collection: list_of(kind)}
