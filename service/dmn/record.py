"""A decision as the history of a case keeps it: small, bounded, and enough to follow how the result
came about.

Kept are the result and, for each decision on the way, what it was given, the rules that matched
with the cells that say something, and its own result. What is too long is shortened, and the record
says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import orjson

from service.dmn.result import DecisionResult, NullReason, shown

MAX_BYTES = 8_192
MAX_TEXT = 200
MAX_PARTS = 20
MAX_DEPTH = 4
MAX_REASONS = 5
_EXACT = 1 << 53  # beyond it, other readers of JSON lose digits of a number


def decision_record(result: DecisionResult) -> dict[str, Any]:
    """The record, of at most `MAX_BYTES` bytes as JSON."""
    for parts, text in ((MAX_PARTS, MAX_TEXT), (5, 60), (1, 20)):
        cutter = _Cutter(parts, text)
        record = _record(result, cutter)
        if cutter.cut:
            record["shortened"] = True
        if len(orjson.dumps(record, default=str)) <= MAX_BYTES:
            return record
    return {"result": None, "evaluated": [], "reasons": [], "shortened": True}


def _record(result: DecisionResult, cutter: _Cutter) -> dict[str, Any]:
    return {
        "result": cutter.value(shown(result.value)),
        "evaluated": [_evaluated(frame, cutter) for frame in cutter.some(result.trace)],
        "reasons": [_reason(each, cutter) for each in cutter.some(result.reasons, MAX_REASONS)],
    }


def _evaluated(frame: Mapping[str, Any], cutter: _Cutter) -> dict[str, Any]:
    tables = frame["tables"]
    given = {
        each["inputName"]: each["inputValue"]
        for table in tables
        for each in table["evaluatedInputs"]
    } or frame["inputs"]
    return {
        "decision": frame["decisionDefinitionId"],
        "name": cutter.value(frame["decisionDefinitionName"]),
        "inputs": {
            cutter.value(name): cutter.value(given[name])
            for name in cutter.some([name for name in given if given[name] is not None])
        },
        "rules": [
            _rule(rule, table, cutter)
            for table in cutter.some(tables)
            for rule in cutter.some(table["matchedRules"])
        ],
        "result": cutter.value(frame["output"]),
    }


def _rule(rule: Mapping[str, Any], table: Mapping[str, Any], cutter: _Cutter) -> dict[str, Any]:
    """The rule's id, its place from 1, and its cells that say something, by the column's name."""
    names = {each["inputId"]: each["inputName"] for each in table["evaluatedInputs"]}
    cells = [
        (names.get(each["inputId"], ""), each["text"])
        for each in rule["cells"]
        if each["text"] != "-"
    ]
    return {
        "rule": rule["ruleId"],
        "index": rule["ruleIndex"],
        "cells": {cutter.value(name): cutter.value(text) for name, text in cutter.some(cells)},
    }


def _reason(reason: NullReason, cutter: _Cutter) -> dict[str, Any]:
    told = reason.to_json()
    kept = ("decision", "element", "message", "line", "column")
    return {key: cutter.value(told[key]) for key in kept if told[key] is not None}


def _atom(plain: Any) -> Any:
    """A number as a double where that is exact, or else as text; anything else as it is."""
    if type(plain) is int:
        return plain if abs(plain) < _EXACT else str(plain)
    if isinstance(plain, Decimal):
        near = float(plain)
        return near if Decimal(repr(near)) == plain else str(plain)
    return plain


class _Cutter:
    """Shortens values, and remembers whether it had to."""

    def __init__(self, parts: int, text: int) -> None:
        self._parts = parts
        self._text = text
        self.cut = False

    def some(self, items: Collection[Any], most: int = MAX_PARTS) -> list[Any]:
        """The first few of them."""
        kept = list(items)[: min(self._parts, most)]
        self.cut = self.cut or len(kept) < len(items)
        return kept

    def _cut_text(self, plain: str) -> str:
        if len(plain) > self._text:
            self.cut = True
            return plain[: self._text] + "…"
        return plain

    def value(self, plain: Any, depth: int = 0) -> Any:
        if isinstance(plain, str):
            return self._cut_text(plain)
        if not isinstance(plain, list | dict):
            return _atom(plain)
        if depth >= MAX_DEPTH:
            self.cut = True
            return "…"
        if isinstance(plain, list):
            return [self.value(each, depth + 1) for each in self.some(plain)]
        return {self.value(key): self.value(plain[key], depth + 1) for key in self.some(plain)}
