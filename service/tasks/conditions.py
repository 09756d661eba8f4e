"""Which fields a form asks for now: the `if`, `then`, `else` of its schema, decided by what
enforces them.

A field that only a `then` or an `else` names is asked for while its condition holds, and left out
otherwise; the uiSchema's `ui:always` keeps it on the page as an optional one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from service.tasks.forms import fits


def list_conditional(form: Mapping[str, Any]) -> frozenset[str]:
    """The fields that only a condition asks for."""
    schema, ui = form["schema"], form.get("uiSchema", {})
    named = {name for branch, _ in _branches(schema) for name in _fields(branch)}
    return frozenset(
        name
        for name in named.difference(schema.get("required", ()))
        if name in schema.get("properties", {}) and not ui.get(name, {}).get("ui:always")
    )


def list_required(form: Mapping[str, Any], answer: Mapping[str, Any]) -> frozenset[str]:
    """The fields that have to be filled in, given what is filled in so far."""
    schema = form["schema"]
    required = set(schema.get("required", ()))
    for branch, holds in _decided(schema, answer):
        if holds:
            required |= set(branch.get("required", ()))
    return frozenset(required)


def list_hidden(form: Mapping[str, Any], answer: Mapping[str, Any]) -> frozenset[str]:
    """The conditional fields whose conditions do not hold."""
    asked = {
        name
        for branch, holds in _decided(form["schema"], answer)
        if holds
        for name in _fields(branch)
    }
    return list_conditional(form) - asked


def without_hidden(form: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without the fields that are not asked for; hiding one can hide another."""
    kept = dict(answer)
    while hidden := list_hidden(form, kept) & kept.keys():
        kept = {name: value for name, value in kept.items() if name not in hidden}
    return kept


def _rules(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for rule in (schema, *schema.get("allOf", ())):
        if isinstance(rule, Mapping) and "if" in rule:
            yield rule


def _branches(schema: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    for rule in _rules(schema):
        yield rule.get("then", {}), True
        yield rule.get("else", {}), False


def _decided(
    schema: Mapping[str, Any], answer: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    for rule in _rules(schema):
        holds = fits(rule["if"], answer)
        yield rule.get("then", {}), holds
        yield rule.get("else", {}), not holds


def _fields(branch: Mapping[str, Any]) -> set[str]:
    return {*branch.get("required", ()), *branch.get("properties", {})}
