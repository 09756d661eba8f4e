"""A form's controls from its JSON Schema and uiSchema, ready for the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service import tasks
from service.i18n.catalogue import chosen, say
from service.sentence import Words

FIRST_ROWS, MOST_ROWS = 3, 20
"""How many items of a list there is room for at first, and at most."""
YES_NO: Words = {"true": "yes", "false": "no"}


@dataclass(frozen=True, slots=True)
class Look:
    """How a form is shown: the values, what is wrong with them (by JSON Pointer), in which language
    and zone."""

    values: Mapping[str, Any]
    errors: Mapping[str, str]
    language: str
    zone: ZoneInfo
    people: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """The people to choose from, by the name of the field: account name and how they are shown."""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One control of a form. `name` is its path with dots; a `group` has fields of its own."""

    name: str
    label: str
    help: str
    widget: str
    value: Any
    required: bool
    error: str
    hidden: bool = False
    conditional: bool = False
    options: tuple[tuple[str, str], ...] = ()
    limits: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    calculator: str = ""
    """What is reckoned beside it (`ui:calculate`): `interest`, or nothing."""

    @property
    def id(self) -> str:
        return "f-" + self.name.replace(".", "-")


def fields_of(form: Mapping[str, Any], look: Look) -> list[Field]:
    """The controls of a form, in `ui:order`."""
    answer = {
        name: value
        for name, value in look.values.items()
        if name in form["schema"].get("properties", {})
    }
    required, hidden = tasks.list_required(form, answer), tasks.list_hidden(form, answer)
    conditional = tasks.list_conditional(form)
    made = _fields(form["schema"], form.get("uiSchema", {}), look, required=required)
    return [
        _placed(each, hidden=each.name in hidden, conditional=each.name in conditional)
        for each in made
    ]


def title_of(form: Mapping[str, Any], language: str) -> str:
    """The form's title in a language."""
    titles = form.get("title", {})
    return (
        titles
        if isinstance(titles, str)
        else str(chosen(titles, language, default=titles.get("en", "")))
    )


def labels_of(fields: list[Field]) -> dict[str, str]:
    """The label of every control by the JSON Pointer that errors name it with."""
    labels: dict[str, str] = {}
    for each in fields:
        labels["/" + each.name.replace(".", "/")] = each.label
        labels |= labels_of(list(each.fields))
    return labels


def _placed(made: Field, *, hidden: bool, conditional: bool) -> Field:
    values = {name: getattr(made, name) for name in Field.__slots__}
    return Field(**{**values, "hidden": hidden, "conditional": conditional})


def _fields(
    schema: Mapping[str, Any],
    ui: Mapping[str, Any],
    look: Look,
    *,
    required: frozenset[str],
    path: str = "",
) -> list[Field]:
    properties = schema.get("properties", {})
    order = [name for name in ui.get("ui:order", ()) if name in properties]
    names = order + [name for name in properties if name not in order]
    return [
        _field(path + name, properties[name], ui.get(name, {}), look, required=name in required)
        for name in names
    ]


def _shown_value(name: str, schema: Mapping[str, Any], widget: str, look: Look) -> Any:
    if widget == tasks.ACTOR and look.actor:
        return look.actor
    value = _value(name, look.values)
    return _shown(widget, schema.get("default") if value is None else value, look.zone)


def _options(
    choices: Sequence[str], ui: Mapping[str, Any], look: Look
) -> tuple[tuple[str, str], ...]:
    """What can be chosen, each with its name in the reader's language."""
    plain = ui.get("ui:enumNames") or [
        say(YES_NO.get(each, each), look.language) for each in choices
    ]
    labels = chosen(ui, look.language, prefix="ui:enumNames:", default=plain)
    return tuple((choice, str(label)) for choice, label in zip(choices, labels, strict=False))


def _field(
    name: str, schema: Mapping[str, Any], ui: Mapping[str, Any], look: Look, *, required: bool
) -> Field:
    kind = kind_of(schema)
    choices = _choices(kind, schema)
    widget = _widget(kind, schema, ui, bool(choices))
    inner = frozenset(schema.get("required", ()))
    return Field(
        name=name,
        label=chosen(
            ui,
            look.language,
            prefix="ui:title:",
            default=ui.get("ui:title") or schema.get("title") or name.split(".")[-1],
        ),
        help=chosen(ui, look.language, prefix="ui:help:", default=ui.get("ui:help") or ""),
        widget=widget,
        value=_shown_value(name, schema, widget, look),
        required=required,
        error=say(look.errors.get("/" + name.replace(".", "/"), ""), look.language),
        options=look.people.get(name) or _options(choices, ui, look),
        limits={
            "maxlength": schema.get("maxLength"),
            "min": schema.get("minimum"),
            "max": schema.get("maximum"),
        },
        calculator=str(ui.get("ui:calculate") or ""),
        fields=tuple(_fields(schema, ui, look, required=inner, path=name + "."))
        if kind == "object"
        else tuple(_rows(name, schema, ui, look))
        if widget == "rows"
        else (),
    )


def _rows(
    name: str, schema: Mapping[str, Any], ui: Mapping[str, Any], look: Look
) -> Iterator[Field]:
    """The fields of a list's items, those that are filled in and a few that are empty."""
    filled = _value(name, look.values)
    wanted = max(FIRST_ROWS, (len(filled) if isinstance(filled, list) else 0) + 1)
    inner = schema["items"]
    for number in range(min(wanted, schema.get("maxItems", MOST_ROWS), MOST_ROWS)):
        yield _field(f"{name}.{number}", inner, _numbered(ui, number), look, required=False)


def _numbered(ui: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    """How one item of a list is shown: its title with its place in the list."""
    found = dict(ui.get("items", {}))
    for key, title in found.items():
        if key.startswith("ui:title"):
            found[key] = f"{title} {number + 1}"
    return found


def _choices(kind: str, schema: Mapping[str, Any]) -> list[str]:
    if kind == "boolean":
        return list(YES_NO)
    found = (
        schema.get("enum")
        or (schema.get("items", {}).get("enum") if kind == "array" else None)
        or ()
    )
    return [str(choice) for choice in found]


def _value(name: str, values: Mapping[str, Any]) -> Any:
    found: Any = values
    for part in name.split("."):
        if isinstance(found, list) and part.isdecimal():
            found = found[int(part)] if int(part) < len(found) else None
        else:
            found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _shown(widget: str, value: Any, zone: ZoneInfo) -> Any:
    """A value as its control wants it: true as the text of its option, an instant as the local time
    of the bank."""
    if widget == "boolean" and isinstance(value, bool):
        return str(value).lower()
    if widget != "datetime-local" or not isinstance(value, str):
        return value
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        return value
    return instant.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if instant.tzinfo else value[:16]


FORMATS = {"date": "date", "date-time": "datetime-local", "email": "email"}
"""The browser's kinds of fields for the formats of a text."""


def _widget(kind: str, schema: Mapping[str, Any], ui: Mapping[str, Any], choices: bool) -> str:
    special = _special(schema, ui)
    if kind == "object" or special:
        return special or "group"
    wanted = ui.get("ui:widget")
    if kind == "boolean":
        return "tick" if wanted == "checkbox" else "boolean"
    if kind == "array":
        if kind_of(schema.get("items", {})) == "object":
            return "rows"
        return "checkboxes" if choices else "lines"
    if choices:
        return "radio" if wanted == "radio" else "select"
    if kind in ("number", "integer"):
        return "number"
    return FORMATS.get(schema.get("format", "")) or _text_widget(schema, ui)


def _text_widget(schema: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    long = ui.get("ui:widget") == "textarea" or schema.get("maxLength", 0) > 500
    return "textarea" if long else "text"


def _special(schema: Mapping[str, Any], ui: Mapping[str, Any]) -> str:
    """The control of a field that is more than a value, "" for the others."""
    if schema.get("readOnly"):
        return "shown"
    widget = ui.get("ui:widget")
    return str(widget) if widget in (tasks.PERSON, tasks.ACTOR) else ""


def kind_of(schema: Mapping[str, Any]) -> str:
    """The JSON type of a schema, without null."""
    kind = schema.get("type", "string")
    return (
        next((each for each in kind if each != "null"), "string")
        if isinstance(kind, list)
        else kind
    )
