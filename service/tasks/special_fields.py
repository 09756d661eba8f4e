"""Fields of a form that are more than a value: people out of the directory (`person`), whoever is
signed in (`actor`), and what is only shown (`readOnly`). Pure; the directory is looked up by the
caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.errors import FieldError, FormInvalid
from service.sentence import Sentence

PERSON, ACTOR = "person", "actor"


def widget_of(form: Mapping[str, Any], name: str) -> str:
    """The `ui:widget` of a field."""
    return str(form.get("uiSchema", {}).get(name, {}).get("ui:widget", ""))


def properties_of(form: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = form.get("schema", {}).get("properties", {})
    return found


def person_fields(form: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The fields that name people, with the roles they are chosen out of (none: anybody)."""
    for name in properties_of(form):
        if widget_of(form, name) == PERSON:
            yield name, tuple(form["uiSchema"][name].get("ui:roles", ()))


def is_given_by_the_house(form: Mapping[str, Any], name: str) -> bool:
    """Whether nobody types this field: it is shown only, or is whoever is signed in."""
    return bool(properties_of(form)[name].get("readOnly")) or widget_of(form, name) == ACTOR


def complete_answer(
    form: Mapping[str, Any] | None, answer: Mapping[str, Any], *, actor: str
) -> dict[str, Any]:
    """The answer with whoever is signed in where the form wants that.

    Raises FormInvalid for a field that is shown only, or that names another than the actor.
    """
    if form is None or not isinstance(answer, Mapping):
        return dict(answer)
    errors, filled = [], dict(answer)
    for name, schema in properties_of(form).items():
        if schema.get("readOnly") and name in filled:
            errors.append(FieldError(f"/{name}", "is shown only; it cannot be changed here"))
        if widget_of(form, name) == ACTOR:
            given = filled.get(name)
            if given is not None and given != actor:
                message = Sentence(
                    "expected the account that is signed in ({actor}), got {given}; leave it out",
                    actor=actor,
                    given=str(given)[:100],
                )
                errors.append(FieldError(f"/{name}", message))
            filled[name] = actor
    if errors:
        raise FormInvalid(errors)
    return filled


def signer_of(form: Mapping[str, Any] | None, answer: Mapping[str, Any]) -> str:
    """The person whom an answer names as the one who gives it, "" when none."""
    for name in properties_of(form or {}):
        if widget_of(form or {}, name) == ACTOR and answer.get(name):
            return str(answer[name])
    return ""
