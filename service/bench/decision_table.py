"""The decision table that is measured: 20 rules over 4 inputs, in FEEL and in the Python that
SpiffWorkflow reads."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

INPUTS = (
    ("amount", "number"),
    ("channel", "string"),
    ("vulnerable", "boolean"),
    ("reopened", "number"),
)
_CHANNELS = ("branch", "phone", "web", "regulator")
_BANDS = (0, 1_000, 50_000, 1_000_000, 10_000_000)


Rule = tuple[tuple[str, str], ...]


def _rules() -> list[Rule]:
    """One rule for each band of amounts and channel; every cell as (FEEL, Python)."""
    rules: list[Rule] = []
    for number in range(20):
        low = _BANDS[number // 4]
        last = low == _BANDS[-1]
        high = 0 if last else _BANDS[number // 4 + 1]
        amount = (
            (f">= {low}", f">= {low}") if last else (f"[{low}..{high})", f"{low} <= ? < {high}")
        )
        channel = f'"{_CHANNELS[number % 4]}"'
        vulnerable = ("false", "False") if number % 4 == 3 else ("-", "-")
        reopened = ("< 5", "< 5") if number % 2 else ("-", "-")
        rules.append((amount, (channel, channel), vulnerable, reopened))
    return rules


RULES = _rules()
Case = tuple[dict[str, Any], Any]


def _cases() -> tuple[Case, ...]:
    """Cases all over the table, the first and the last rule too, and one that no rule takes."""
    found: list[Case] = [
        ({"amount": 5, "channel": "letter", "vulnerable": True, "reopened": 9}, None)
    ]
    for number in (0, 1, 5, 6, 10, 11, 15, 19):
        case = {"amount": _BANDS[number // 4] + 1, "channel": _CHANNELS[number % 4]}
        found.append((case | {"vulnerable": False, "reopened": 1}, number))
    return tuple(found)


CASES = _cases()


def table_xml(*, feel: bool) -> str:
    """The table as a DMN file, its cells in FEEL or in Python."""
    side = 0 if feel else 1
    inputs = "".join(
        f'<input id="i-{name}"><inputExpression id="e-{name}" typeRef="{kind}"><text>{name}</text>'
        "</inputExpression></input>"
        for name, kind in INPUTS
    )
    rules = "".join(
        f'<rule id="r{number}">'
        + "".join(
            f'<inputEntry id="r{number}c{column}"><text>{escape(cell[side])}</text></inputEntry>'
            for column, cell in enumerate(rule)
        )
        + f'<outputEntry id="r{number}o"><text>{number}</text></outputEntry></rule>'
        for number, rule in enumerate(RULES)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="bench" '
        'name="bench" namespace="bench">'
        '<decision id="route" name="Route"><decisionTable id="table" hitPolicy="UNIQUE">'
        f'{inputs}<output id="o" name="route"/>{rules}</decisionTable></decision></definitions>'
    )
