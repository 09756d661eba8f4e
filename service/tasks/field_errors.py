"""What is wrong with a field of a form, from what the validator found: its kind and its figures,
not its English."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from service.errors import FieldError
from service.sentence import Sentence, Words

MOST_SHOWN = 80
BY_KIND: Words = {
    "minimum": "expected {limit} or more, got {found}",
    "maximum": "expected {limit} or less, got {found}",
    "exclusiveMinimum": "expected more than {limit}, got {found}",
    "exclusiveMaximum": "expected less than {limit}, got {found}",
    "multipleOf": "expected a multiple of {limit}, got {found}",
    "minLength": "expected at least {limit} characters, got {count}",
    "maxLength": "expected at most {limit} characters, got {count}",
    "minItems": "expected at least {limit} entries, got {count}",
    "maxItems": "expected at most {limit} entries, got {count}",
    "uniqueItems": "an entry stands twice",
    "pattern": "expected a text of the form {limit}, got {found!r}",
    "enum": "expected one of {limit}, got {found!r}",
}
"""By the keyword of JSON Schema that the value does not meet."""
BY_TYPE: Words = {
    "number": "expected a number",
    "integer": "expected a whole number",
    "string": "expected a text",
    "boolean": "expected true or false",
    "array": "expected a list",
    "object": "expected an object",
    "null": "expected nothing",
}
BY_FORMAT: Words = {
    "date": "expected a date such as 2026-01-31, got {found!r}",
    "date-time": "expected a date and time such as 2026-01-31T09:30:00+08:00, got {found!r}",
    "email": "expected an address such as name@example.org, got {found!r}",
}


def field_errors(error: Any) -> list[FieldError]:
    """One message per field that is concerned, at the field itself rather than at the object around
    it."""
    path = tuple(str(part) for part in error.instance_path)
    kind, kinds = error.kind, jsonschema_rs.ValidationErrorKind
    if isinstance(kind, kinds.Required):
        return [FieldError(pointer_of(*path, kind.property), "is required")]
    if isinstance(kind, kinds.AdditionalProperties | kinds.UnevaluatedProperties):
        return [
            FieldError(pointer_of(*path, name), "is not a field of this form")
            for name in kind.unexpected
        ]
    return [FieldError(pointer_of(*path), _sentence(error))]


def pointer_of(*path: str) -> str:
    """The JSON Pointer (RFC 6901) of a place in an answer."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _sentence(error: Any) -> Sentence:
    name = error.kind.name
    if name == "const" and error.kind.value is True:
        return Sentence("true was expected")
    if name == "type":
        wanted = [each for each in error.kind.types if each in BY_TYPE]
        return Sentence(BY_TYPE[wanted[0]] if wanted else "expected a text")
    template = BY_FORMAT.get(error.kind.value) if name == "format" else BY_KIND.get(name)
    if template is None:
        return Sentence("does not fit the form: {what}", what=str(error.message)[:300])
    return Sentence(template, **_facts(error.kind.value, error.instance))


def _facts(limit: Any, found: Any) -> dict[str, Any]:
    count = len(found) if isinstance(found, str | list | dict) else 0
    if isinstance(limit, list):
        limit = [str(each) for each in limit[:20]]
    return {"limit": limit, "found": _shown(found), "count": count}


def _shown(value: Any) -> Any:
    return value[:MOST_SHOWN] if isinstance(value, str | list) else value
