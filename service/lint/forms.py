"""What a form gives back, and whether its parts agree with each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.bpmn.near import advice
from service.errors import Severity
from service.lint.issue import Issue
from service.lint.kinds import ANY, Kind, context, list_of, nullable, of, text
from service.sentence import Sentence

_FOR_TEXTS = frozenset({"maxLength", "minLength", "pattern", "format"})
_FOR_NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"})
_FOR_LISTS = frozenset({"items", "minItems", "maxItems", "uniqueItems"})
_WORDS = {
    "string": _FOR_TEXTS,
    "number": _FOR_NUMBERS,
    "integer": _FOR_NUMBERS,
    "array": _FOR_LISTS,
    "boolean": frozenset[str](),
    "object": frozenset({"properties", "additionalProperties"}),
}
_WIDGETS = {
    "checkbox": ("boolean", "array"),
    "textarea": ("string", "array"),
    "date": ("string",),
    "datetime": ("string",),
    "email": ("string",),
    "updown": ("number", "integer"),
    "checkboxes": ("array",),
}


def fields_of(form: Mapping[str, Any]) -> dict[str, Kind]:
    """The variables that an answer gives; one that is not required may be absent."""
    schema = form.get("schema", {})
    wanted = set(_list(schema.get("required")))
    return {
        name: kind_of(field) if name in wanted else nullable(kind_of(field))
        for name, field in _dict(schema.get("properties")).items()
    }


def kind_of(schema: Any) -> Kind:
    """What a JSON Schema lets through."""
    if not isinstance(schema, dict):
        return ANY
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if values is not None and all(isinstance(each, str) for each in values):
        return text(*values)
    return _kind_of_type(schema, schema.get("type"))


def _kind_of_union(schema: dict[str, Any], named: list[Any]) -> Kind:
    found = [kind_of({**schema, "type": each}) for each in named if each != "null"]
    return nullable(found[0]) if len(found) == 1 else ANY


def _kind_of_type(schema: dict[str, Any], named: Any) -> Kind:
    if isinstance(named, list):
        return _kind_of_union(schema, named)
    match named:
        case "string" | "boolean":
            return of(named)
        case "number" | "integer":
            return of("number")
        case "array":
            return list_of(kind_of(schema.get("items")))
        case "object":
            fields = fields_of({"schema": schema})
            return context(fields) if schema.get("additionalProperties") is False else of("context")
        case "null":
            return of("null")
    return ANY


def form_issues(form: Mapping[str, Any]) -> Iterator[Issue]:
    """Where the parts of a form do not agree: names that no field has, words that say nothing of
    the field's type."""
    schema, ui = _dict(form.get("schema")), _dict(form.get("uiSchema"))
    fields = _dict(schema.get("properties"))
    yield from _names(schema, fields, "the schema")
    for name in ui:
        if ":" not in name and not name.startswith("ui") and name not in fields:
            yield _unknown(name, fields, "the uiSchema")
    yield from _order(_list(ui.get("ui:order")), fields)
    for name, field in fields.items():
        yield from _field(name, _dict(field), _dict(ui.get(name)))


def _order(order: Sequence[str], fields: Mapping[str, Any]) -> Iterator[Issue]:
    """Every field stands in the order once it has one, and nothing else does."""
    for name in order:
        if name != "*" and name not in fields:
            yield _unknown(name, fields, "ui:order")
    if order and "*" not in order:
        for name in fields:
            if name not in order:
                yield _unknown(name, order, "the schema", "ui:order does not have the field")


def _names(schema: Mapping[str, Any], fields: Mapping[str, Any], where: str) -> Iterator[Issue]:
    """Fields that the schema speaks of without declaring them."""
    for name in _list(schema.get("required")):
        if name not in fields:
            yield _unknown(
                str(name), fields, Sentence("required of {where}", where=Sentence(where))
            )
    for word in ("allOf", "anyOf", "oneOf"):
        for part in _list(schema.get(word)):
            yield from _part(_dict(part), fields, word)
    yield from _part(schema, fields, where, itself=True)


def _part(
    part: Mapping[str, Any], fields: Mapping[str, Any], where: str, *, itself: bool = False
) -> Iterator[Issue]:
    for word in ("if", "then", "else", "not"):
        inner = _dict(part.get(word))
        yield from _names(inner, fields, word) if inner else ()
    if itself:
        return
    for name, field in _dict(part.get("properties")).items():
        if name not in fields:
            yield _unknown(name, fields, where)
        else:
            yield from _constants(name, _dict(field), _dict(fields[name]))
    for name in _list(part.get("required")):
        if name not in fields:
            yield _unknown(
                str(name), fields, Sentence("required of {where}", where=Sentence(where))
            )


def _constants(name: str, asked: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[Issue]:
    """A condition on a field that it can never meet."""
    values = [*_list(asked.get("enum")), *([asked["const"]] if "const" in asked else [])]
    known = declared.get("enum")
    for value in values:
        if isinstance(known, list) and value not in known:
            message = Sentence("the field {name!r} can never be {value!r}", name=name, value=value)
            yield Issue("form-value", message, advice(str(value), map(str, known)))
        elif known is None and _type(value) not in _types(declared):
            message = Sentence(
                "the field {name!r} is {kind}, never {value!r}",
                name=name,
                kind=declared.get("type"),
                value=value,
            )
            yield Issue("form-value", message, "Correct the value, or the type of the field.")


def _field(name: str, field: Mapping[str, Any], ui: Mapping[str, Any]) -> Iterator[Issue]:
    types = _types(field)
    if not types:
        if "enum" not in field and "const" not in field and "$ref" not in field:
            yield Issue(
                "form-type", Sentence("the field {name!r} has no type", name=name), "Give it one."
            )
        return
    fitting = frozenset[str]().union(*(_WORDS.get(each, frozenset()) for each in types))
    for word in sorted(frozenset().union(*_WORDS.values()) - fitting):
        if word in field:
            yield _misfit(name, types, word)
    for value in _list(field.get("enum")):
        if _type(value) not in types and not (_type(value) == "integer" and "number" in types):
            yield _misfit(name, types, Sentence("the value {value!r}", value=value))
    widget = ui.get("ui:widget")
    if widget in _WIDGETS and not types & set(_WIDGETS[widget]):
        yield _misfit(name, types, Sentence("the widget {widget!r}", widget=widget))
    names = _list(ui.get("ui:enumNames"))
    values = _list(field.get("enum") or _dict(field.get("items")).get("enum"))
    wanted = 2 if "boolean" in types else len(values)
    if names and len(names) != wanted:
        yield _misfit(
            name, types, Sentence("{count} names of values (ui:enumNames)", count=len(names))
        )


def _misfit(name: str, types: set[str], what: str) -> Issue:
    told = " or ".join(sorted(types))
    message = Sentence(
        "the field {name!r} is {told}, and {what} does not go with that",
        name=name,
        told=told,
        what=Sentence(what),
    )
    return Issue("form-type", message, "Correct the type, or take it away.", Severity.WARNING)


def _unknown(name: str, known: Any, where: str, what: str = "") -> Issue:
    message = (
        Sentence("{label}: {text}", label=Sentence(what), text=repr(name))
        if what
        else Sentence(
            "{where} speaks of {name!r}, which is no field", where=Sentence(where), name=name
        )
    )
    return Issue("form-unknown-field", message, advice(name, map(str, known)), Severity.WARNING)


def _types(field: Mapping[str, Any]) -> set[str]:
    named = field.get("type")
    found = set(named) if isinstance(named, list) else {named} if isinstance(named, str) else set()
    return found - {"null"}


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    kinds = {str: "string", float: "number", list: "array", dict: "object"}
    return kinds.get(type(value), "null")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
