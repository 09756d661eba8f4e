"""A form's HTML controls from its JSON Schema and uiSchema, and its typed answer from what a browser sends back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.web.words import chosen, say_error

MAX_NUMBER = 1e15
"""Beyond it a number is left as the text it was, which the schema refuses."""


@dataclass(frozen=True, slots=True)
class Field:
    """One control of a form, ready for the template."""

    name: str
    label: str
    help: str
    widget: str
    value: Any
    required: bool
    error: str
    options: tuple[tuple[str, str], ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)


def fields_of(
    form: Mapping[str, Any], *, values: Mapping[str, Any], errors: Mapping[str, str], language: str
) -> list[Field]:
    """The controls of a form, in `ui:order`; `errors` by JSON Pointer."""
    schema, ui = form["schema"], form.get("uiSchema", {})
    properties = schema.get("properties", {})
    order = [name for name in ui.get("ui:order", ()) if name in properties]
    names = order + [name for name in properties if name not in order]
    return [_field(name, schema, ui.get(name, {}), values, errors, language) for name in names]


def title_of(form: Mapping[str, Any], language: str) -> str:
    """The form's title in a language."""
    titles = form.get("title", {})
    return titles if isinstance(titles, str) else str(chosen(titles, language, default=titles.get("en", "")))


def answer_of(form: Mapping[str, Any], sent: Mapping[str, str], lists: Mapping[str, list[str]]) -> dict[str, Any]:
    """The typed answer of a browser's form fields; what was left empty is left out.

    A value that is not of its type is passed on as it is: validation names it.
    """
    answer: dict[str, Any] = {}
    for name, schema in form["schema"].get("properties", {}).items():
        kind = _kind(schema)
        if kind == "boolean":
            if sent.get(name) in ("true", "false"):
                answer[name] = sent[name] == "true"
            elif form.get("uiSchema", {}).get(name, {}).get("ui:widget") == "checkbox":
                answer[name] = False  # a browser does not send a box that is not ticked
            continue
        if kind == "array":
            items = [part.strip() for text in lists.get(name, ()) for part in text.splitlines() if part.strip()]
            if items or name in form["schema"].get("required", ()):
                answer[name] = items
            continue
        text = sent.get(name, "").strip()
        if text:
            answer[name] = _typed(kind, text)
    return answer


def _field(
    name: str,
    schema: Mapping[str, Any],
    ui: Mapping[str, Any],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    language: str,
) -> Field:
    inner = schema["properties"][name]
    kind = _kind(inner)
    choices = inner.get("enum") or (inner.get("items", {}).get("enum") if kind == "array" else None) or ()
    plain = ui.get("ui:enumNames") or [str(choice) for choice in choices]
    labels = chosen(ui, language, prefix="ui:enumNames:", default=plain)
    return Field(
        name=name,
        label=chosen(ui, language, prefix="ui:title:", default=inner.get("title") or name),
        help=chosen(ui, language, prefix="ui:help:", default=ui.get("ui:help") or ""),
        widget=_widget(kind, inner, ui, bool(choices)),
        value=values.get(name, inner.get("default")),
        required=name in schema.get("required", ()),
        error=say_error(errors.get(f"/{name}", ""), language),
        options=tuple((str(choice), str(label)) for choice, label in zip(choices, labels, strict=False)),
        limits={"maxlength": inner.get("maxLength"), "min": inner.get("minimum"), "max": inner.get("maximum")},
    )


def _widget(kind: str, schema: Mapping[str, Any], ui: Mapping[str, Any], choices: bool) -> str:
    if kind == "boolean":
        return "tick" if ui.get("ui:widget") == "checkbox" else "boolean"
    if kind == "array":
        return "checkboxes" if choices else "lines"
    if choices:
        return "radio" if ui.get("ui:widget") == "radio" else "select"
    if kind in ("number", "integer"):
        return "number"
    if schema.get("format") in ("date", "date-time", "email"):
        return {"date": "date", "date-time": "text", "email": "email"}[schema["format"]]
    return "textarea" if ui.get("ui:widget") == "textarea" or schema.get("maxLength", 0) > 500 else "text"


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "string")
    return next((each for each in kind if each != "null"), "string") if isinstance(kind, list) else kind


def _typed(kind: str, text: str) -> Any:
    try:
        if kind == "integer":
            return int(text) if len(text) < 19 else text
        if kind == "number":
            number = float(text) if "." in text or "e" in text.lower() else int(text)
            return number if abs(number) < MAX_NUMBER else text
    except (ValueError, OverflowError):
        return text
    return text
