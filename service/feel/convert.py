"""FEEL values to text and JSON and back: what `string(...)` shows and what the host keeps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from service.feel.civil import FarDate
from service.feel.errors import MAX_STRING, Effort, FeelLimitExceeded
from service.feel.scope import PLAIN, Run, admit
from service.feel.temporal import DateTime, DaysTimeDuration, Time, YearsMonthsDuration, is_date
from service.feel.values import FeelFunction, Range

_AS_IT_IS = frozenset({str, int, bool, type(None)})
ISO = (Time, DateTime, DaysTimeDuration, YearsMonthsDuration)


def from_json(value: Any) -> Any:
    """A host's value as FEEL has it; floats become exact decimals of their shortest form."""
    if type(value) in PLAIN:
        return value
    try:
        return admit(value, Run(None, None))
    except RecursionError:
        raise FeelLimitExceeded("The value is nested too deeply.") from None


def to_json(value: Any) -> Any:
    """A FEEL value as JSON has it: whole numbers as int, other numbers as Decimal, temporal values
    as ISO text."""
    if type(value) in _AS_IT_IS:
        return value
    try:
        return _json(value, Effort())
    except RecursionError:
        raise FeelLimitExceeded("The value is nested too deeply.") from None


def _json(value: Any, effort: Effort) -> Any:
    effort.spend()
    kind = type(value)
    if kind is Decimal:
        return int(value) if value == value.to_integral_value() and value.adjusted() < 34 else value
    if value is None or kind in (bool, int, str):
        return value
    if kind is list:
        return [_json(item, effort) for item in value]
    if isinstance(value, Mapping):
        return {key: _json(each, effort) for key, each in value.items()}
    return to_text(value)


def number_text(value: int | Decimal) -> str:
    if type(value) is int:
        return str(value)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


class _Room:
    """The characters that a text may still have; each part of the value is paid for."""

    __slots__ = ("effort", "left")

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self.left = MAX_STRING


def to_text(value: Any, effort: Effort | None = None) -> str:
    """FEEL's `string(...)`; null is "null". Raises FeelLimitExceeded."""
    try:
        return _text(value, _Room(effort or Effort()), quoted=False)
    except RecursionError:
        raise FeelLimitExceeded("The value is nested too deeply.") from None


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(value: Any, room: _Room, *, quoted: bool) -> str:
    room.effort.spend()
    text = _render(value, room, quoted=quoted)
    room.left -= 1 if type(value) in (list, dict) else len(text)
    if room.left < 0:
        raise FeelLimitExceeded("A string would be longer than {most} characters.", most=MAX_STRING)
    return text


def _render(value: Any, room: _Room, *, quoted: bool) -> str:
    if value is None:
        return "null"
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value) if quoted else value
    if isinstance(value, (int, Decimal)):
        return number_text(value)
    if is_date(value) or isinstance(value, FarDate):
        return str(value.isoformat())
    return _render_parts(value, room)


def _render_parts(value: Any, room: _Room) -> str:
    """What has parts, and whatever says itself what it is."""
    if isinstance(value, list):
        return "[" + ", ".join(_text(item, room, quoted=True) for item in value) + "]"
    if isinstance(value, Mapping):
        parts = (f"{_key(key)}: {_text(each, room, quoted=True)}" for key, each in value.items())
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, Range):
        return _range_text(value, room)
    if isinstance(value, FeelFunction):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _key(key: str) -> str:
    plain = (
        key
        and all(c.isalnum() or c in "_ " for c in key)
        and not key[0].isdigit()
        and key.strip() == key
    )
    return key if plain else quote(key)


def _range_text(value: Range, room: _Room) -> str:
    start, end = (
        _text(part, room, quoted=True) if part is not None else ""
        for part in (value.start, value.end)
    )
    if value.negated:
        return f"!={start}"
    if value.start is None:
        return f"{'<=' if value.end_included else '<'}{end}"
    if value.end is None:
        return f"{'>=' if value.start_included else '>'}{start}"
    return (
        f"{'[' if value.start_included else '('}{start}..{end}{']' if value.end_included else ')'}"
    )
