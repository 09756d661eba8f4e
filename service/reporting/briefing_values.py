"""Recorded values in words: an answer by the labels and options of its form, money with its
currency, moments in the time of the bank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.engine import Bundle
from service.i18n.amounts import money
from service.i18n.catalogue import chosen, say
from service.i18n.dates import Times, day
from service.i18n.languages import language_of
from service.sentence import Words
from service.tasks import UserTask
from service.tasks.special_fields import ACTOR, PERSON

ENDLESS = 20_000
"""A text beyond it is cut: a page is for people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card; `href` leads to what it names."""

    label: str
    value: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the language and how moments are told, the currency of the case, and what the
    people of the bank are called, by account."""

    times: Times
    currency: str = ""
    people: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.times.language

    def say(self, text: str) -> str:
        return say(text, self.language)

    def moment(self, at: datetime | None) -> str:
        return self.times.moment(at)

    def person(self, name: str | None) -> str:
        """What a person is called; a name that is no account's as it is."""
        return self.people.get(name or "", name or "")

    def money(self, amount: Any) -> str:
        """An amount with its currency."""
        return money(amount, self.currency, self.language)


NAMES: Words = {
    "acceptBy": "Last day to accept",
    "acceptUntil": "Last day to accept",
    "sampleNumber": "Number drawn for the sample",
    "why": "Why this case is checked",
    "clock": "Clock that runs out",
}
"""What the procedure's own variables are called, for which no form has a field."""


def is_empty(value: Any) -> bool:
    """Whether a field was left empty: 0 and no are answers."""
    return value in (None, "", [])


def rows_of(reader: Reader, form: Mapping[str, Any] | None, answer: Mapping[str, Any]) -> list[Row]:
    """The answers of a form in the order of its fields, by its labels in the reader's language."""
    schema = (form or {}).get("schema", {})
    ui: Mapping[str, Any] = (form or {}).get("uiSchema", {})
    properties: Mapping[str, Any] = schema.get("properties", {})
    order = [name for name in ui.get("ui:order", ()) if name in answer]
    names = order + [name for name in answer if name not in order]
    return [
        Row(
            label_of(reader, properties.get(name, {}), ui.get(name, {}), name),
            shown(reader, properties.get(name, {}), ui.get(name, {}), answer[name]),
        )
        for name in names
        if not is_empty(answer[name])
    ]


def label_of(reader: Reader, schema: Mapping[str, Any], ui: Mapping[str, Any], name: str) -> str:
    plain = schema.get("title") or name
    return str(chosen(ui, reader.language, prefix="ui:title:", default=plain))


def _option_names(
    reader: Reader, schema: Mapping[str, Any], ui: Mapping[str, Any]
) -> dict[str, str]:
    names = chosen(ui, reader.language, prefix="ui:enumNames:", default=ui.get("ui:enumNames"))
    return dict(zip(map(str, schema.get("enum", ())), map(str, names or ()), strict=False))


def shown(reader: Reader, schema: Mapping[str, Any], ui: Mapping[str, Any], value: Any) -> str:
    """One value: an option by its name, yes or no, money with its currency, a list item by item."""
    if isinstance(value, list | tuple):
        return _items(reader, schema, ui, value)
    if isinstance(value, Mapping):
        return "; ".join(_part(reader, schema, ui, item) for item in value.items())
    named = _option_names(reader, schema, ui)
    if str(value) in named:
        return named[str(value)]
    if isinstance(value, bool):
        return reader.say("yes" if value else "no")
    if ui.get("ui:widget") == "money" and not isinstance(value, str):
        return reader.money(value)
    if ui.get("ui:widget") in (PERSON, ACTOR):
        return reader.person(str(value)[:ENDLESS])
    if schema.get("format") in ("date", "date-time"):
        return _told(reader, str(value))
    text = str(value)[:ENDLESS]
    # what no form asks for a decision concluded, in words that the catalogue may have
    return text if schema or ui else reader.say(text)


def _items(
    reader: Reader, schema: Mapping[str, Any], ui: Mapping[str, Any], items: Sequence[Any]
) -> str:
    inner = schema.get("items", {})
    parts = [shown(reader, inner, ui.get("items", ui), each) for each in items]
    objects = any(isinstance(each, Mapping) for each in items)
    return ("\n" if objects else language_of(reader.language).comma).join(parts)


def _told(reader: Reader, value: str) -> str:
    """A day or a moment as it was answered; what is none stays as it is."""
    try:
        if len(value) == len("2026-12-31"):
            return day(date.fromisoformat(value), reader.language)
        at = datetime.fromisoformat(value)
    except ValueError:
        return value[:ENDLESS]
    return value if at.tzinfo is None else reader.moment(at)


def variable_names(bundle: Bundle, language: str) -> dict[str, str]:
    """What the forms of a version call their fields, by the variable."""
    found = {name: say(title, language) for name, title in NAMES.items()}
    for form in bundle.forms.values():
        ui = form.get("uiSchema", {})
        for name, schema in form["schema"].get("properties", {}).items():
            title = schema.get("title") or name
            if found.get(name) is None or name in NAMES:
                told = chosen(ui.get(name, {}), language, prefix="ui:title:", default=title)
                found[name] = str(told)
    return found


def _part(
    reader: Reader, schema: Mapping[str, Any], ui: Mapping[str, Any], item: tuple[str, Any]
) -> str:
    """One field of a value that has several, by its label."""
    name, value = item
    inner, look = schema.get("properties", {}).get(name, {}), ui.get(name, {})
    return f"{label_of(reader, inner, look, name)}: {shown(reader, inner, look, value)}"


def find_label(bundle: Bundle, reader: Reader, name: str) -> tuple[str, Mapping[str, Any]]:
    """What a variable is called in any form of the bundle that has a field of its name, and how it
    is shown there."""
    for form in bundle.forms.values():
        schema = form["schema"].get("properties", {}).get(name)
        if schema is not None:
            ui = form.get("uiSchema", {}).get(name, {})
            return label_of(reader, schema, ui, name), {"schema": schema, "ui": ui}
    return reader.say(NAMES.get(name, name)), {"schema": {}, "ui": {}}


def prefilled(
    form: Mapping[str, Any], answers: Mapping[str, UserTask], facts: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """What fields start with (`ui:prefill`): `TASK.field` of the last answer of a task, or
    `complaint.fact`. Texts that are there are put one below the other; of `A|B` the first that is
    there."""
    ui: Mapping[str, Any] = form.get("uiSchema", {})
    for name in form["schema"].get("properties", {}):
        wanted = ui.get(name, {}).get("ui:prefill", ())
        found = [_first(each, answers, facts) for each in wanted]
        texts = [each for each in found if not is_empty(each)]
        if texts:
            text = all(isinstance(each, str) for each in texts)
            most = form["schema"]["properties"][name].get("maxLength", ENDLESS)
            yield name, "\n\n".join(dict.fromkeys(texts))[:most] if text else texts[0]


def _first(wanted: str, answers: Mapping[str, UserTask], facts: Mapping[str, Any]) -> Any:
    for each in wanted.split("|"):
        source, _, name = each.partition(".")
        task = answers.get(source)
        value = (
            facts.get(name) if source == "complaint" else ((task and task.answer) or {}).get(name)
        )
        if not is_empty(value):
            return value
    return None


def prefill_sources(form: Mapping[str, Any]) -> set[str]:
    """The tasks that a form starts from."""
    ui: Mapping[str, Any] = form.get("uiSchema", {})
    return {
        part.partition(".")[0]
        for each in ui.values()
        if isinstance(each, Mapping)
        for wanted in each.get("ui:prefill", ())
        for part in wanted.split("|")
    }
