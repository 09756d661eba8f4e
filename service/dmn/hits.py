"""Hit policies: from the outputs of the rules that matched to the result of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.dmn.compiler import evaluate_expression
from service.dmn.result import Run
from service.feel import Null, compile_expression

Outputs = list[Any]  # of one rule, one value per output column
Rank = Callable[[int, Any], int]  # (column, value) -> place in the column's output values
_AGGREGATES = {
    kind: compile_expression(f"{kind.lower()}(values)") for kind in ("SUM", "MIN", "MAX")
}


class HitPolicyBroken(Null):
    """The rules that matched contradict the hit policy; the message says how."""


def ordered(rows: list[Outputs], rank: Rank) -> list[Outputs]:
    """By output values, the first column weighing most; equals stay in rule order."""
    return sorted(rows, key=lambda row: [rank(column, value) for column, value in enumerate(row)])


def aggregate(kind: str, values: list[Any], run: Run, *, element: str) -> Any:
    """One value out of all; null, with its reason, where they have no sum or order."""
    if kind == "COUNT":
        return len(values)
    if not values:
        return None
    return evaluate_expression(_AGGREGATES[kind], {"values": values}, run, element)


def check_unique(indexes: list[int]) -> None:
    if len(indexes) > 1:
        rules = ", ".join(str(index + 1) for index in indexes)
        raise HitPolicyBroken(
            "Hit policy UNIQUE, but the rules {rules} match together.", rules=rules
        )


def check_any(indexes: list[int], rows: list[Outputs]) -> None:
    if any(list(row) != list(rows[0]) for row in rows[1:]):
        rules = ", ".join(str(index + 1) for index in indexes)
        raise HitPolicyBroken(
            "Hit policy ANY, but the rules {rules} match with different outputs.", rules=rules
        )
