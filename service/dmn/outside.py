"""Between JSON and FEEL: the inputs that a caller sends, and the answer that it gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.dmn.result import DecisionResult, shown
from service.dmn.types import base_of
from service.feel import (
    ContextType,
    FeelType,
    ListType,
    SimpleType,
    compile_expression,
    from_json,
    to_text,
)

_PARSERS = {
    "date": compile_expression("date(text)"),
    "time": compile_expression("time(text)"),
    "date and time": compile_expression("date and time(text)"),
    "days and time duration": compile_expression("duration(text)"),
    "years and months duration": compile_expression("duration(text)"),
}


def _read_text(value: str, kind: FeelType) -> Any:
    if not isinstance(kind, SimpleType) or kind.name not in _PARSERS:
        return value
    parsed = _PARSERS[kind.name].evaluate({"text": value})
    return value if parsed is None else parsed


def read_value(value: Any, declared: FeelType) -> Any:
    """JSON has no dates: a text becomes what its declared type says, where it can be read as
    that."""
    kind = base_of(declared)
    if isinstance(value, float):
        return from_json(value)
    if isinstance(value, str):
        return _read_text(value, kind)
    if isinstance(value, Mapping) and isinstance(kind, ContextType):
        kinds = dict(kind.entries)
        return {
            key: read_value(each, kinds[key]) if key in kinds else each
            for key, each in value.items()
        }
    if isinstance(value, list) and isinstance(kind, ListType):
        return [read_value(each, kind.element) for each in value]
    return value


def json_text(value: Any) -> str:
    """A value as JSON text. Decimals are written digit for digit, which no float could promise."""
    return _written(shown(value))


def _written(plain: Any) -> str:
    if isinstance(plain, Decimal):
        return to_text(plain)
    if isinstance(plain, list):
        return "[" + ", ".join(_written(each) for each in plain) + "]"
    if isinstance(plain, dict):
        return (
            "{"
            + ", ".join(f"{_written(str(key))}: {_written(each)}" for key, each in plain.items())
            + "}"
        )
    return json.dumps(plain, ensure_ascii=False)


def result_to_json(result: DecisionResult) -> dict[str, Any]:
    """The whole answer in JSON's terms: value, trace, reasons."""
    return {
        "value": shown(result.value),
        "trace": list(result.trace),
        "reasons": [reason.to_json() for reason in result.reasons],
    }
