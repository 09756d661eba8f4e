"""A form's typed answer from what a browser sends back. Nothing is refused here: validation names
what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from service.web.forms import MOST_ROWS, kind_of

MAX_NUMBER = 1e15
"""Beyond it a number is left as the text it was, which the schema refuses."""


class Sent(Protocol):
    """The fields of a request, several values to a name (werkzeug's MultiDict)."""

    def get(self, key: str, /) -> str | None: ...
    def getlist(self, key: str, /) -> list[str]: ...


def answer_of(form: Mapping[str, Any], sent: Sent, *, zone: ZoneInfo) -> dict[str, Any]:
    """The typed answer of a browser's fields; what was left empty is left out. Local times are of
    `zone`."""
    return _object(form["schema"], form.get("uiSchema", {}), sent, zone, path="")


def _object(
    schema: Mapping[str, Any], ui: Mapping[str, Any], sent: Sent, zone: ZoneInfo, *, path: str
) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    for name, inner in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        found = _one(path + name, inner, ui.get(name, {}), sent, zone, required=required)
        if found is not None:
            answer[name] = found
    return answer


_NOTHING: Mapping[str, Any] = {"object": {}, "array": []}
"""What a field that is required has where nothing was sent, so that it is told what it lacks."""


def _one(
    name: str,
    schema: Mapping[str, Any],
    ui: Mapping[str, Any],
    sent: Sent,
    zone: ZoneInfo,
    *,
    required: bool,
) -> Any:
    kind, nothing = kind_of(schema), _NOTHING if required else {}
    if kind == "object":
        return _object(schema, ui, sent, zone, path=name + ".") or nothing.get(kind)
    if kind == "boolean":
        # a browser does not send a box without a tick
        unsent = False if ui.get("ui:widget") == "checkbox" else None
        return {"true": True, "false": False}.get(sent.get(name) or "", unsent)
    if kind == "array" and kind_of(schema.get("items", {})) == "object":
        return _rows(name, schema, ui, sent, zone) or nothing.get(kind)
    if kind == "array":
        lines = map(str.strip, "\n".join(sent.getlist(name)).splitlines())
        return [line for line in lines if line] or nothing.get(kind)
    text = (sent.get(name) or "").strip()
    return _typed(kind, schema, text, zone) if text else None


def _rows(
    name: str, schema: Mapping[str, Any], ui: Mapping[str, Any], sent: Sent, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """The items of a list that are filled in, in their order."""
    most = min(schema.get("maxItems", MOST_ROWS), MOST_ROWS)
    found = (
        _object(schema["items"], ui.get("items", {}), sent, zone, path=f"{name}.{number}.")
        for number in range(most)
    )
    return [each for each in found if each]


def _typed(kind: str, schema: Mapping[str, Any], text: str, zone: ZoneInfo) -> Any:
    if kind in ("integer", "number"):
        return _number(kind, text)
    if schema.get("format") == "date-time":
        return _instant(text, zone)
    return text


def _number(kind: str, text: str) -> Any:
    plain = text.replace(",", "").replace(",", "")
    try:
        if kind == "integer":
            return int(plain) if len(plain) < 19 else text
        number = float(plain) if "." in plain or "e" in plain.lower() else int(plain)
        return number if abs(number) < MAX_NUMBER else text
    except (ValueError, OverflowError):
        return text


def _instant(text: str, zone: ZoneInfo) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (found if found.tzinfo else found.replace(tzinfo=zone)).isoformat()
