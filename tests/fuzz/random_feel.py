"""Random FEEL: `python -m tests.fuzz.random_feel --count 1000000 --seed 1 --processes 2`.

Expressions and cells by the grammar, over values that are small, odd, or large. Whatever is asked,
the answer is a value or one of our own errors, within the clock limit and 256 MB. What breaks that
is printed with its seed, and the exit code is 1. Each expression follows from the seed and its
number alone: `--first N --count 1` asks one again.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from service.feel import (
    BUILTINS,
    FeelError,
    Why,
    compile_expression,
    compile_unary_tests,
    equal,
    to_json,
    to_text,
)
from service.feel.errors import MAX_SECONDS
from tests.kit.clock import NOW

MEMORY = 256 << 20  # bytes that an evaluation may add
SLACK = 10.0  # seconds of the processor beyond the limit: the last step before the clock is seen
CHUNK = 2_000
NAMES = sorted(BUILTINS)
PROSE = "The customer says that the card was charged twice in the branch. "
CONTEXT: dict[str, Any] = {
    "a": 1.5,
    "b": "text",
    "c": [1, {"d": None}],
    "e f": {"g": True},
    "?": 7,
    "long text": (PROSE * 8_000)[:500_000],
    "letters": "ab" * 5_000,
    "long list": list(range(20_000)),
    "rows": [{"n": number, "s": f"row {number}"} for number in range(2_000)],
    "wide": {f"k{number}": number for number in range(3_000)},
    "infinite": float("inf"),
}
ATOMS = (
    *("1", "0", "-2.5", "1e300", "1e6144", "9999999999", "true", "false", "null", "a", "b", "c"),
    *("e f", "?", "[]", "{}", "3", "item", "partial", "x", "i", "infinite", "0.1"),
    *(
        '"x"',
        '""',
        '"(a+)+$"',
        '"[1..3)"',
        '"{\\"a\\": 1}"',
        '"(.*)(.*)\\\\1"',
        '"card|\\\\w+"',
    ),
    *('"\\\\p{IsGreek}"', '"a"', '"i"', '"HALF_UP"', '"P1D"', '"2026-01-31"', '"Europe/Berlin"'),
    *('@"2026-01-31"', '@"10:00:00Z"', '@"P1D"', '@"P13M"', '@"-999999999-01-01"', '@"PT0.5S"'),
    *('@"2026-10-25T02:30:00@Europe/Berlin"', '@"999999999-12-31T00:00:00Z"'),
    *("[1..3)", "(<5)", "(!=3)", "[5..1]", "(1..1)", "function(x, y) x", "function(x) x < 3"),
)
# Drawn once in a hundred: what they take is time.
LARGE = ("long text", "letters", "long list", "rows", "wide", "wide.k7", "rows[1]", "rows.s")
STARTS, ENDS = ("0", "1", "3", "-2.5", '@"2026-01-01"'), ("3", "-2", "40", "1e3", '@"2026-02-01"')
TIMES = (*("3",) * 30, *("1000",) * 3, "200000")
SIGNS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
TYPES = ("number", "list<number>", "context<k: Any>", "function<Any> -> Any", "range<date>")


class Generator:
    """One random expression after the other, of one source of chance."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._shapes: tuple[Callable[[Callable[[], str]], str], ...] = (
            lambda part: f"({part()} {self.one(SIGNS)} {part()})",
            lambda part: f"{self.one(NAMES)}({part()})",
            lambda part: f"{self.one(NAMES)}({part()}, {part()})",
            lambda part: f"{self.one(NAMES)}({part()}, {part()}, {part()})",
            self._named,
            lambda part: f"({part()})[{part()}]",
            lambda part: f"[{part()}, {part()}, {part()}]",
            lambda part: f"{{k: {part()}, l m: {part()}}}",
            lambda part: f"({part()}).{self.one(('k', 'year', 'start included', 'g', 's'))}",
            lambda part: f"if {part()} then {part()} else {part()}",
            lambda part: f"for i in {part()} return {part()}",
            lambda part: f"for i in 1..{self.one(TIMES)} return {part()}",
            lambda part: f"for i in {self.one(STARTS)}..{self.one(ENDS)} return [i, partial]",
            lambda part: f"some x in {part()} satisfies {part()}",
            lambda part: f"every x in {part()}, i in {part()} satisfies {part()}",
            lambda part: f"({part()}) between {part()} and {part()}",
            lambda part: f"[{part()}..{part()}{self.one((']', ')', '['))}",
            lambda part: f"({part()}) instance of {self.one(TYPES)}",
            lambda part: f"(function(x, y) {part()})({part()}, {part()})",
            lambda part: f"-({part()})",
        )

    def one(self, choices: Any) -> str:
        return str(self._chance.choice(choices))

    def expression(self, depth: int) -> str:
        if depth == 0 or self._chance.random() < 0.25:
            return self.one(LARGE if self._chance.random() < 0.01 else ATOMS)
        return self._chance.choice(self._shapes)(lambda: self.expression(depth - 1))

    def _named(self, part: Callable[[], str]) -> str:
        name = self.one(NAMES)
        signature = self._chance.choice(BUILTINS[name].signatures)
        given = ", ".join(f"{parameter[0]}: {part()}" for parameter in signature.parameters)
        return f"{name}({given})"

    def mutated(self, text: str) -> str:
        """The text with something cut out, doubled or put in."""
        at = self._chance.randrange(len(text) + 1)
        end = at + self._chance.randrange(1, 6)
        sign = self.one("()[]{}\"\\,.@'#é")
        return self.one(
            (
                text[:at] + text[end:],
                text[:end] + text[at:],
                (text[:at] + text[end:], text[:end] + text[at:], text[:at] + sign),
            )
        )


def made(seed: int, number: int) -> tuple[str, Callable[..., Any]]:
    """The expression of a number, and how it is compiled."""
    generator = Generator(random.Random(f"{seed}/{number}"))
    text = generator.expression(1 + number % 4)
    if number % 10 == 9:
        text = generator.mutated(text)
    if number % 7:
        return text, compile_expression
    return (f"not({text})" if number % 2 else f"{text}, < {text}"), compile_unary_tests


def fault(text: str, compile_text: Callable[..., Any]) -> str:
    """What is wrong with the answer to an expression; "" where nothing is."""
    start = process_time()
    try:
        value = compile_text(text, names=["e f", "l m", *CONTEXT]).evaluate(
            CONTEXT, now=NOW, why=Why()
        )
        to_text(value)
        to_json(value)
        equal(value, value)
    except FeelError:
        pass
    except MemoryError:
        return f"takes more than {MEMORY >> 20} MB"
    except Exception as error:  # that is what is looked for
        return f"raises {error!r}"
    took = process_time() - start
    return f"takes {took:.1f} s" if took > MAX_SECONDS + SLACK else ""


def bound_memory() -> None:
    """Whatever this process asks for beyond the memory that it has now fails."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def faults(seed: int, first: int, count: int) -> list[str]:
    found = []
    for number in range(first, first + count):
        text, compile_text = made(seed, number)
        wrong = fault(text, compile_text)
        if wrong:
            found.append(f"seed {seed}, number {number}: {wrong}: {text}")
    return found


def _chunks(first: int, count: int) -> Iterator[tuple[int, int]]:
    for start in range(first, first + count, CHUNK):
        yield start, min(CHUNK, first + count - start)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    start, done, wrong = monotonic(), 0, 0
    with ProcessPoolExecutor(given.processes, initializer=bound_memory) as pool:
        chunks = [*_chunks(given.first, given.count)]
        answers = pool.map(faults, [given.seed] * len(chunks), *zip(*chunks, strict=True))
        for (_, count), found in zip(chunks, answers, strict=True):
            done, wrong = done + count, wrong + len(found)
            for each in found:
                print(each, flush=True)
    print(f"{done:,} expressions, {wrong} faults, {monotonic() - start:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
