"""Coverage-guided fuzzing of FEEL and of decision tables: `python -m tests.fuzz.fuzz_feel
[libFuzzer options]`.

Whatever the input, the answer is a value or one of our own errors, within bounded time and memory.
An input is a kind, then bytes: plain text, an expression put together by the grammar, a cell, or a
decision table with such cells. Needs the extra `redress[fuzz]`; without it the script says so and
ends.

Example: python -m tests.fuzz.fuzz_feel -max_total_time=600 -timeout=20 -rss_limit_mb=1500
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from tests.kit.clock import NOW

try:
    import atheris
except ImportError:
    print("atheris is not installed: pip install 'redress[fuzz]'")
    sys.exit(0)

with atheris.instrument_imports(include=["service.feel", "service.dmn"]):
    from service.dmn import check_model, load_model, result_to_json
    from service.errors import RedressError
    from service.feel import (
        BUILTINS,
        Why,
        compile_expression,
        compile_unary_tests,
        equal,
        to_json,
        to_text,
    )

CONTEXT: dict[str, Any] = {"a": 1.5, "b": "text", "c": [1, {"d": None}], "e f": {"g": True}, "?": 7}
NAMES = sorted(BUILTINS)
ATOMS = [
    "1",
    "-2.5",
    "1e300",
    '"x"',
    "true",
    "null",
    "a",
    "b",
    "c",
    "e f",
    "?",
    "[]",
    "{}",
    "0..3",
    "999999999999",
]
ATOMS += [
    '@"2026-01-31"',
    '@"10:00:00Z"',
    '@"P1D"',
    '@"P13M"',
    "[1..3)",
    "(<5)",
    "function(x, y) x",
    '"(a+)+$"',
]
ATOMS += [
    '@"2026-01-31T10:00:00@Asia/Hong_Kong"',
    '@"-999999999-01-01"',
    '@"PT0.000000001S"',
    '"[1..3)"',
    '"{a: 1}"',
]
SIGNS = [
    "+",
    "-",
    "*",
    "/",
    "**",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
    "in",
    "instance of",
]


def build(data: Any, depth: int) -> str:
    """An expression that the grammar allows, most of the time."""
    if depth == 0 or data.remaining_bytes() < 2:
        return str(ATOMS[data.ConsumeIntInRange(0, len(ATOMS) - 1)])

    def part() -> str:
        return build(data, depth - 1)

    shapes: list[Callable[[], str]] = [
        lambda: ATOMS[data.ConsumeIntInRange(0, len(ATOMS) - 1)],
        lambda: f"({part()} {SIGNS[data.ConsumeIntInRange(0, len(SIGNS) - 1)]} {part()})",
        lambda: f"{NAMES[data.ConsumeIntInRange(0, len(NAMES) - 1)]}({part()})",
        lambda: f"{NAMES[data.ConsumeIntInRange(0, len(NAMES) - 1)]}({part()}, {part()})",
        lambda: f"{NAMES[data.ConsumeIntInRange(0, len(NAMES) - 1)]}({part()}, {part()}, {part()})",
        lambda: f"{part()}[{part()}]",
        lambda: f"[{part()}, {part()}]",
        lambda: f"{{k: {part()}, l m: {part()}}}",
        lambda: f"({part()}).{('k', 'year', 'start included', 'g')[data.ConsumeIntInRange(0, 3)]}",
        lambda: f"if {part()} then {part()} else {part()}",
        lambda: f"for i in {part()} return {part()}",
        lambda: f"for i in {part()}..{part()} return [i, partial]",
        lambda: f"some i in {part()} satisfies {part()}",
        lambda: f"{part()} between {part()} and {part()}",
        lambda: f"[{part()}..{part()}]",
        lambda: f"(function(x) {part()})({part()})",
        lambda: f'"{data.ConsumeUnicodeNoSurrogates(8)}"',
        lambda: data.ConsumeUnicodeNoSurrogates(6),
    ]
    return shapes[data.ConsumeIntInRange(0, len(shapes) - 1)]()


def ask(text: str, compile_text: Callable[..., Any]) -> None:
    value = compile_text(text, names=["e f"]).evaluate(CONTEXT, now=NOW, why=Why())
    to_text(value)
    to_json(value)
    equal(value, value)


def ask_table(data: Any) -> None:
    policies = ("UNIQUE", "ANY", "FIRST", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
    policy = policies[data.ConsumeIntInRange(0, len(policies) - 1)]
    rules = "".join(
        f"<rule><inputEntry><text>{clean(build(data, 2))}</text></inputEntry>"
        f"<outputEntry><text>{clean(build(data, 2))}</text></outputEntry></rule>"
        for _ in range(data.ConsumeIntInRange(0, 4))
    )
    model = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="d" name="d" '
        'namespace="urn:d">'
        '<decision id="d1" name="d1"><decisionTable '
        f'hitPolicy="{policy}"><input><inputExpression><text>'
        f"{clean(build(data, 1))}</text></inputExpression></input><output/>{rules}"
        "</decisionTable></decision>"
        "</definitions>"
    ).encode()
    check_model(model, file="fuzz.dmn")
    result = load_model(model, file="fuzz.dmn", strict=False).evaluate("d1", CONTEXT, now=NOW)
    result_to_json(result)


def clean(text: str) -> str:
    return escape("".join(letter for letter in text if letter >= " " and letter not in "￾￿"))


def one_input(raw: bytes) -> None:
    data = atheris.FuzzedDataProvider(raw)
    try:
        match data.ConsumeIntInRange(0, 4):
            case 0:
                ask(data.ConsumeUnicode(400), compile_expression)
            case 1:
                ask(data.ConsumeUnicode(400), compile_unary_tests)
            case 2:
                ask(build(data, 5), compile_expression)
            case 3:
                ask(build(data, 5), compile_unary_tests)
            case _:
                ask_table(data)
    except RedressError:
        pass


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
