"""Values that must be of a kind: names, keys, codes, whole numbers. What is null or of another kind
stops the step; it is not taken for something else (Camunda 8 raises an incident, too)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from service.bpmn.model import Text
from service.engine.errors import EngineError
from service.engine.scope import shown, value_of
from service.engine.token import Token
from service.feel import to_json
from service.sentence import Sentence

_COMMAS = re.compile(r"\s*,\s*")


def text_of(token: Token, text: Text | None, what: str) -> str:
    """A text that is not empty. Raises EngineError("expression-null")."""
    found = optional_text_of(token, text, what)
    if found is None:
        raise EngineError(
            "expression-null",
            token.task_spec.element_id,
            "{what} has no value here: {text!r}",
            what=Sentence(what),
            text="" if text is None else text.source,
        )
    return found


def optional_text_of(token: Token, text: Text | None, what: str) -> str | None:
    """A text, None where there is none or an empty one."""
    value = None if text is None else value_of(token, text)
    if value is not None and not isinstance(value, str):
        raise wrong(token, what, Sentence("a text"), text, value)
    return value.strip() or None if value is not None else None


def texts_of(token: Token, text: Text | None, what: str) -> tuple[str, ...]:
    """A list of texts, or one text with commas between them."""
    value = None if text is None else value_of(token, text)
    if value is None:
        return ()
    if isinstance(value, str):
        return split(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(each.strip() for each in value)
    raise wrong(token, what, Sentence("a list of texts"), text, value)


def code_of(token: Token, text: Text | None, what: str) -> str:
    """The code of an error or an escalation, "" where the diagram gives none. An expression for one
    must have a value."""
    value = "" if text is None else value_of(token, text)
    if not isinstance(value, str):
        raise wrong(token, what, Sentence("a text"), text, value)
    return value


def key_of(token: Token, text: Text | None, what: str) -> str:
    """A correlation key: a text or a number, as Camunda 8 has it; also what is written as text,
    such as a date."""
    value = to_json(value_of(token, text))
    if isinstance(value, str):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    raise wrong(token, what, Sentence("a text or a number"), text, value)


def whole_of(token: Token, text: Text | None, what: str, *, default: int, most: int) -> int:
    """A whole number from 0 to `most`, the nearest of these for one beyond."""
    value: Any = None if text is None else value_of(token, text)
    if value is None:
        return default
    if text is not None and text.expression is None:
        value = _digits(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value != int(value):
        raise wrong(token, what, Sentence("a whole number"), text, value)
    return max(0, min(most, int(value)))


def _digits(literal: str) -> Any:
    try:
        return int(literal)
    except ValueError:
        return literal


def split(text: str) -> tuple[str, ...]:
    """The parts of a text between commas."""
    return tuple(filter(None, _COMMAS.split(text.strip())))


def wrong(token: Token, what: str, kind: Sentence, text: Text | None, value: Any) -> EngineError:
    """The error for a value of the wrong kind."""
    return EngineError(
        "expression-null",
        token.task_spec.element_id,
        "expected {what} ({text}) to be {kind}, got {found}",
        what=Sentence(what),
        text="" if text is None else text.source,
        kind=kind,
        found=shown(value),
    )
