"""Validation of a form's answer against its JSON Schema (2020-12), with one message per field.

A form is `{"id", "title", "schema", "uiSchema"}`. Schemas come from uploaded definitions:
references to anything outside the document are never fetched. Compiled validators are cached by the
schema's content.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from service.errors import FieldError, FormInvalid, InvalidInput
from service.sentence import Sentence
from service.tasks.field_errors import field_errors, pointer_of

MAX_ANSWER_BYTES = 262_144
MAX_ERRORS = 50
MOST_SEEN = 512
_seen: dict[int, tuple[Mapping[str, Any], Any]] = {}
"""By the identity of a schema, which is kept with it so that no other can have the same."""


def validate(form: Mapping[str, Any] | None, answer: Any) -> dict[str, Any]:
    """The answer, once it is known to fit the form.

    Without a form any JSON object of bounded size is taken. Raises FormInvalid with a JSON Pointer
    per field.
    """
    if not isinstance(answer, dict):
        raise FormInvalid(
            [FieldError("", Sentence("expected an object, got {kind}", kind=type(answer).__name__))]
        )
    size = len(orjson.dumps(answer, default=str))
    if size > MAX_ANSWER_BYTES:
        raise FormInvalid(
            [
                FieldError(
                    "",
                    Sentence(
                        "expected at most {most} bytes, got {size}",
                        most=MAX_ANSWER_BYTES,
                        size=size,
                    ),
                )
            ]
        )
    errors = [
        FieldError(pointer_of(key), "names that begin with _ are reserved")
        for key in answer
        if key.startswith("_")
    ]
    if form is not None:
        validator = _find_known(form["schema"])
        for error in validator.iter_errors(answer):
            errors.extend(field_errors(error))
            if len(errors) >= MAX_ERRORS:
                break
    if errors:
        raise FormInvalid(errors)
    return answer


def fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value fits a schema; without saying why it does not."""
    return bool(_validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).is_valid(value))


def check_schema(schema: Any) -> None:
    """Raises InvalidInput unless `schema` is a usable JSON Schema 2020-12 without outside
    references."""
    _validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))


def _find_known(schema: Mapping[str, Any]) -> Any:
    """The validator of a schema that is never changed: those of a bundle are found again without
    writing them down."""
    known = _seen.get(id(schema))
    if known is None or known[0] is not schema:
        if len(_seen) >= MOST_SEEN:
            _seen.clear()
        known = _seen[id(schema)] = (
            schema,
            _validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)),
        )
    return known[1]


@lru_cache(maxsize=512)
def _validator(schema: bytes) -> Any:
    try:
        return jsonschema_rs.Draft202012Validator(
            orjson.loads(schema), validate_formats=True, offline=True, pattern_options=_PATTERNS
        )
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
        raise InvalidInput("The form's schema cannot be used: {error}", error=error) from error


_PATTERNS = jsonschema_rs.RegexOptions()
"""A linear-time regex engine: a hostile `pattern` cannot hang."""
