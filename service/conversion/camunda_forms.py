"""Camunda Forms (`.form`, the JSON of form-js) to JSON Schema and how it is shown, and back.

What a form of the other kind holds and this one cannot is refused by its name: never left out in
silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.errors import RedressError
from service.sentence import Sentence

VERSION = 18
"""The schema version of form-js that is written."""
MOST_FIELDS = 500
SHOWN_ONLY = frozenset({"button", "spacer", "separator"})
"""What holds no value, and is not missed."""


class FormRefused(RedressError):
    """A form cannot be carried over; the sentence names the part that cannot."""

    code = "form-refused"


def import_form(found: Any) -> dict[str, Any]:
    """Our form from a Camunda form. Raises FormRefused."""
    if not isinstance(found, dict) or not isinstance(found.get("components"), list):
        raise FormRefused(Sentence("expected a Camunda form with components, found something else"))
    form_id = found.get("id")
    if not isinstance(form_id, str) or not form_id:
        raise FormRefused(Sentence("the form has no id"))
    made = _Form()
    for component in _flat(found["components"]):
        made.put(component)
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": made.required,
        "properties": made.properties,
    }
    if made.said:
        schema["description"] = "\n\n".join(made.said)
    return {
        "id": form_id,
        "title": {"en": str(found.get("name") or form_id)},
        "schema": schema,
        "uiSchema": {"ui:order": list(made.properties), **made.shown},
    }


def _flat(components: list[Any]) -> Iterator[dict[str, Any]]:
    """Fields in their order; groups only hold them together."""
    stack, count = list(reversed(components)), 0
    while stack:
        each = stack.pop()
        count += 1
        if not isinstance(each, dict) or count > MOST_FIELDS:
            raise FormRefused(
                Sentence("expected at most {most} components, each an object", most=MOST_FIELDS)
            )
        if each.get("type") == "group" and not each.get("path") and _is_shown(each):
            stack += reversed(each.get("components") or [])
        else:
            yield each


class _Form:
    """Collects the fields of a form."""

    def __init__(self) -> None:
        self.properties: dict[str, Any] = {}
        self.required: list[str] = []
        self.shown: dict[str, Any] = {}
        self.said: list[str] = []

    def put(self, component: Mapping[str, Any]) -> None:
        kind = component.get("type")
        if kind in SHOWN_ONLY:
            return
        if kind == "text":
            self.said.append(str(component.get("text") or "").strip())
            return
        make = _FIELDS.get(str(kind))
        if make is None:
            raise _cannot(component, Sentence("a component of the kind {kind!r}", kind=kind))
        key = _key(component)
        field, shown = make(component)
        _common(component, field, shown)
        if _validate(component).get("required"):
            self.required.append(key)
            if field["type"] == "string" and "enum" not in field:
                field.setdefault("minLength", 1)
        self.properties[key] = field
        if shown:
            self.shown[key] = shown


def _key(component: Mapping[str, Any]) -> str:
    """The variable of a component that is always shown."""
    key = component.get("key")
    if not isinstance(key, str) or not key.isidentifier():
        raise _cannot(component, Sentence("the key {key!r}", key=key))
    if not _is_shown(component):
        raise _cannot(component, Sentence("a condition under which it is hidden"))
    return key


def _is_shown(component: Mapping[str, Any]) -> bool:
    conditional = component.get("conditional")
    return not (isinstance(conditional, dict) and conditional.get("hide"))


def _cannot(component: Mapping[str, Any], what: str) -> FormRefused:
    name = component.get("label") or component.get("key") or component.get("id") or "?"
    return FormRefused(
        Sentence("the component {name!r} cannot be carried over: {what}", name=name, what=what)
    )


def _validate(component: Mapping[str, Any]) -> Mapping[str, Any]:
    found = component.get("validate")
    return found if isinstance(found, dict) else {}


def _common(component: Mapping[str, Any], field: dict[str, Any], shown: dict[str, Any]) -> None:
    field["title"] = str(component.get("label") or component.get("key"))
    if component.get("description"):
        shown["ui:help"] = str(component["description"])
    if component.get("disabled") is True or component.get("readonly") is True:
        field["readOnly"] = True
    if component.get("defaultValue") not in (None, ""):
        field["default"] = component["defaultValue"]


def _limited(component: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    rules, found = _validate(component), dict[str, Any]()
    for theirs, ours in names.items():
        value = rules.get(theirs)
        if value in (None, ""):
            continue
        if isinstance(value, str) and value.startswith("="):
            raise _cannot(component, Sentence("the expression {text!r}", text=value))
        found[ours] = value
    return found


Made = tuple[dict[str, Any], dict[str, Any]]


def _text(component: Mapping[str, Any]) -> Made:
    limits = _limited(component, _TEXT_LIMITS)
    field = {"type": "string", **limits}
    if _validate(component).get("validationType") == "email":
        return {**field, "format": "email"}, {"ui:widget": "email"}
    return field, {}


def _area(component: Mapping[str, Any]) -> Made:
    field, _ = _text(component)
    return field, {"ui:widget": "textarea"}


def _number(component: Mapping[str, Any]) -> Made:
    whole = component.get("decimalDigits") == 0
    limits = _limited(component, _NUMBER_LIMITS)
    return {"type": "integer" if whole else "number", **limits}, {}


def _checkbox(component: Mapping[str, Any]) -> Made:
    return {"type": "boolean"}, {"ui:widget": "checkbox"}


def _choices(component: Mapping[str, Any]) -> tuple[list[Any], list[str]]:
    for name in ("valuesKey", "valuesExpression"):
        if component.get(name):
            raise _cannot(component, Sentence("choices that come from {name}", name=name))
    values = [each for each in component.get("values") or [] if isinstance(each, dict)]
    if not values:
        raise _cannot(component, Sentence("it has no choices"))
    return [each.get("value") for each in values], [
        str(each.get("label") or each.get("value")) for each in values
    ]


def _one_of(component: Mapping[str, Any]) -> Made:
    values, names = _choices(component)
    widget = "radio" if component.get("type") == "radio" else "select"
    return {"type": "string", "enum": values}, {"ui:widget": widget, "ui:enumNames": names}


def _some_of(component: Mapping[str, Any]) -> Made:
    values, names = _choices(component)
    field = {"type": "array", "items": {"type": "string", "enum": values}, "uniqueItems": True}
    return field, {"ui:widget": "checkboxes", "ui:enumNames": names}


def _moment(component: Mapping[str, Any]) -> Made:
    kind = component.get("subtype") or "date"
    name = {"date": "date", "time": "time", "datetime": "date-time"}.get(str(kind))
    if name is None:
        raise _cannot(component, Sentence("the kind of time {kind!r}", kind=kind))
    widget = {"date": "date", "date-time": "datetime"}.get(name)
    return {"type": "string", "format": name}, {"ui:widget": widget} if widget else {}


_TEXT_LIMITS = {"minLength": "minLength", "maxLength": "maxLength", "pattern": "pattern"}
_NUMBER_LIMITS = {"min": "minimum", "max": "maximum"}
_FIELDS: dict[str, Callable[[Mapping[str, Any]], Made]] = {
    "textfield": _text,
    "textarea": _area,
    "number": _number,
    "checkbox": _checkbox,
    "radio": _one_of,
    "select": _one_of,
    "checklist": _some_of,
    "taglist": _some_of,
    "datetime": _moment,
}


def export_form(form: Mapping[str, Any]) -> dict[str, Any]:
    """A Camunda form from ours. Raises FormRefused for what it has no place for."""
    schema, shown = form.get("schema") or {}, form.get("uiSchema") or {}
    for word in ("allOf", "anyOf", "oneOf", "if", "dependentSchemas", "dependentRequired"):
        if word in schema:
            raise FormRefused(Sentence("{word} has no place in a Camunda form", word=word))
    components: list[dict[str, Any]] = []
    if schema.get("description"):
        components.append({"type": "text", "id": "text", "text": schema["description"]})
    wanted, fields = set(schema.get("required") or ()), schema.get("properties") or {}
    for key in _ordered(fields, shown.get("ui:order") or []):
        components.append(_component(key, fields[key], shown.get(key) or {}, key in wanted))
    return {
        "type": "default",
        "id": form.get("id"),
        "schemaVersion": VERSION,
        "executionPlatform": "Camunda Cloud",
        "executionPlatformVersion": "8.8.0",
        "components": components,
    }


def _ordered(fields: Mapping[str, Any], order: list[str]) -> list[str]:
    first = [key for key in order if key in fields]
    return [*first, *(key for key in fields if key not in first)]


def _component(
    key: str, field: Mapping[str, Any], shown: Mapping[str, Any], wanted: bool
) -> dict[str, Any]:
    unknown = sorted(set(field) - _KNOWN)
    if unknown:
        raise _no_place(key, ", ".join(unknown))
    found = _kind(key, field, shown)
    validate = _rules(field, found.pop("validate", {}), wanted=wanted)
    told = {
        "validate": validate or None,
        "description": shown.get("ui:help"),
        "readonly": field.get("readOnly") or None,
        "defaultValue": field.get("default"),
    }
    made = {"id": key, "key": key, "label": field.get("title") or key, **found}
    return made | {name: value for name, value in told.items() if value is not None}


def _rules(field: Mapping[str, Any], more: Mapping[str, Any], *, wanted: bool) -> dict[str, Any]:
    limits = {**_TEXT_LIMITS, **_NUMBER_LIMITS}
    found = {theirs: field[ours] for theirs, ours in limits.items() if ours in field}
    if wanted and found.get("minLength") == 1:
        del found["minLength"]
    return {**more, **found, **({"required": True} if wanted else {})}


_KNOWN = frozenset(
    [
        "type",
        "title",
        "format",
        "enum",
        "items",
        "uniqueItems",
        "default",
        "readOnly",
        "minLength",
        "maxLength",
        "pattern",
        "minimum",
        "maximum",
    ]
)
_TIMES = {"date": "date", "time": "time", "date-time": "datetime"}


def _no_place(key: str, what: str) -> FormRefused:
    return FormRefused(
        Sentence("the field {name!r} has no place in a Camunda form: {what}", name=key, what=what)
    )


def _kind(key: str, field: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    kind, names = field.get("type"), shown.get("ui:enumNames") or []
    if kind == "array":
        return {"type": "checklist", "values": _values(key, field.get("items") or {}, names)}
    if kind == "string":
        return _text_component(key, field, shown)
    if kind in ("number", "integer"):
        return {"type": "number", **({"decimalDigits": 0} if kind == "integer" else {})}
    if kind == "boolean":
        return {"type": "checkbox"}
    raise _no_place(key, str(kind))


def _text_component(key: str, field: Mapping[str, Any], shown: Mapping[str, Any]) -> dict[str, Any]:
    if "enum" in field:
        widget = "radio" if shown.get("ui:widget") == "radio" else "select"
        return {"type": widget, "values": _values(key, field, shown.get("ui:enumNames") or [])}
    form = field.get("format")
    if form in _TIMES:
        return {"type": "datetime", "subtype": _TIMES[form]}
    if form == "email":
        return {"type": "textfield", "validate": {"validationType": "email"}}
    if form:
        raise _no_place(key, str(form))
    return {"type": "textarea" if shown.get("ui:widget") == "textarea" else "textfield"}


def _values(key: str, field: Mapping[str, Any], names: list[str]) -> list[dict[str, Any]]:
    values = field.get("enum")
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise _no_place(key, "items")
    told = names if len(names) == len(values) else values
    return [{"label": name, "value": value} for name, value in zip(told, values, strict=True)]
