"""XPath 3.1 regular expressions to a small program for `regex.run`; nothing is handed to Python's
own `re`.

Instructions are tuples: ("set", predicate), ("split", first, second), ("jump", to), ("save", slot),
("back", group), ("start",), ("end",), ("done",).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

Predicate = Callable[[str], bool]
MAX_PROGRAM = 20_000
MAX_GROUPS = 200


CATEGORIES = frozenset(
    f"{group}{kind}"
    for group, kinds in {
        "L": "ultmo",
        "M": "nce",
        "N": "dlo",
        "P": "cdseifo",
        "Z": "slp",
        "S": "mcko",
        "C": "cfon",
    }.items()
    for kind in ("", *kinds)
)


class BadPattern(Exception):
    """The pattern is no regular expression."""


def _category(name: str) -> Predicate:
    if name == "IsBasicLatin":
        return lambda c: c < "\u0080"
    if name == "IsLatin-1Supplement":
        return lambda c: "\u0080" <= c <= "\u00ff"
    if name not in CATEGORIES:
        raise BadPattern(f"there is no character category '{name[:20]}'")
    return lambda c: unicodedata.category(c).startswith(name)


def _word(c: str) -> bool:
    return unicodedata.category(c)[0] not in "PZC"


def _name_start(c: str) -> bool:
    return c.isalpha() or c in "_:"


def _name_part(c: str) -> bool:
    return c.isalnum() or c in "_:-.\u00b7"


_CLASSES: dict[str, Predicate] = {
    "d": lambda c: unicodedata.category(c) == "Nd",
    "w": _word,
    "s": lambda c: c in " \t\n\r",
    "i": _name_start,
    "c": _name_part,
}
_LITERALS = {"n": "\n", "r": "\r", "t": "\t"}


def _not(test: Predicate) -> Predicate:
    return lambda c: not test(c)


def _without_space(pattern: str) -> str:
    """White space gone, but inside a class it stays."""
    kept = []
    depth = 0
    escaped = False
    for c in pattern:
        if not escaped:
            depth += (c == "[") - (c == "]" and depth > 0)
        escaped = c == "\\" and not escaped
        if depth or c not in " \t\n\r":
            kept.append(c)
    return "".join(kept)


class PatternParser:
    """Recursive descent; every method returns the instructions of what it read, with relative
    jumps."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.text = _without_space(pattern) if "x" in flags and "q" not in flags else pattern
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.back = False
        self.depth = 0

    def parse(self) -> list[Any]:
        if "q" in self.flags:
            body = [self.literal(c) for c in self.text]
        else:
            body = self.alternatives()
            if self.at < len(self.text):
                raise BadPattern(f"there is a ')' too many at {self.at + 1}")
        return [*body, ("done",)]

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        if self.at >= len(self.text):
            raise BadPattern("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def alternatives(self) -> list[Any]:
        self.depth += 1
        if self.depth > 50:
            raise BadPattern("the pattern nests too deeply")
        branch = self.sequence()
        while self.peek() == "|":
            self.at += 1
            other = self.sequence()
            branch = [("split", 1, len(branch) + 2), *branch, ("jump", len(other) + 1), *other]
            self.limit(branch)
        self.depth -= 1
        return branch

    def sequence(self) -> list[Any]:
        program: list[Any] = []
        while self.peek() not in ("", "|", ")"):
            program += self.quantified(self.atom())
            self.limit(program)
        return program

    def limit(self, program: list[Any]) -> None:
        if len(program) > MAX_PROGRAM:
            raise BadPattern("the pattern is too large")

    def quantified(self, atom: list[Any]) -> list[Any]:
        sign = self.peek()
        if not sign or sign not in "*+?{":
            return atom
        self.at += 1
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self.counts()
        lazy = self.peek() == "?"
        self.at += lazy
        if self.peek() and self.peek() in "*+?{":
            raise BadPattern("a quantifier follows a quantifier")
        copies = low + (1 if high is None else high - low)
        if copies * (len(atom) + 2) > MAX_PROGRAM:
            raise BadPattern("the pattern is too large")
        program = atom * low
        if high is None:
            size = len(atom)
            fork = ("split", size + 2, 1) if lazy else ("split", 1, size + 2)
            return [*program, fork, *atom, ("jump", -size - 1)]
        size = len(atom) + 1
        for left in range(high - low, 0, -1):
            fork = ("split", left * size, 1) if lazy else ("split", 1, left * size)
            program += [fork, *atom]
        return program

    def counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : end].partition(",") if end >= 0 else ("", "", "")
        if not (low.isdigit() and low.isascii() and len(low) < 5) or (
            high and not (high.isdigit() and len(high) < 5)
        ):
            raise BadPattern("a quantifier must be {n}, {n,} or {n,m}")
        self.at = end + 1
        first, last = int(low), int(high) if high else (None if comma else int(low))
        if last is not None and last < first:
            raise BadPattern("a quantifier's maximum is below its minimum")
        return first, last

    def atom(self) -> list[Any]:
        c = self.next()
        if c == "(":
            return self.group()
        if c == "[":
            return [("set", self.char_class())]
        if c == ".":
            return [("set", (lambda _: True) if "s" in self.flags else (lambda x: x not in "\n\r"))]
        if c == "^":
            return [("start",)]
        if c == "$":
            return [("end",)]
        if c == "\\":
            return self.escape()
        if c in "*+?{}]":
            raise BadPattern(f"'{c}' at {self.at} must be escaped")
        return [self.literal(c)]

    def literal(self, c: str) -> Any:
        if "i" in self.flags:
            both = {c, c.lower(), c.upper()}
            return ("set", lambda x: x in both or x.lower() in both)
        return ("set", lambda x: x == c)

    def group(self) -> list[Any]:
        captures = True
        if self.peek() == "?":
            self.at += 1
            if self.next() != ":":
                raise BadPattern("a group may begin with '?:' only")
            captures = False
        number = self.groups = self.groups + captures
        if number > MAX_GROUPS:
            raise BadPattern("the pattern has too many groups")
        body = self.alternatives()
        if self.at >= len(self.text) or self.next() != ")":
            raise BadPattern("a '(' is not closed")
        if not captures:
            return body
        self.closed.add(number)
        return [("save", 2 * number), *body, ("save", 2 * number + 1)]

    def escape(self) -> list[Any]:
        if self.peek().isdigit() and self.peek() != "0":
            number = int(self.next())
            while self.peek().isdigit() and number * 10 + int(self.peek()) <= self.groups:
                number = number * 10 + int(self.next())
            if number not in self.closed:
                raise BadPattern(f"there is no group {number} before its reference")
            self.back = True
            return [("back", number)]
        kind, value = self.escaped()
        return [("set", value)] if kind == "class" else [self.literal(value)]

    def escaped(self) -> tuple[str, Any]:
        """What follows a backslash: ("class", predicate) or ("char", character)."""
        c = self.next()
        if c in _LITERALS:
            return "char", _LITERALS[c]
        if c in "\\|.?*+(){}[]^$-":
            return "char", c
        if c.lower() in _CLASSES:
            test = _CLASSES[c.lower()]
            return "class", _not(test) if c.isupper() else test
        if c in "pP":
            end = self.text.find("}", self.at)
            if self.peek() != "{" or end < 0:
                raise BadPattern("a category must be written \\p{..}")
            test = _category(self.text[self.at + 1 : end])
            self.at = end + 1
            return "class", _not(test) if c == "P" else test
        raise BadPattern(f"'\\{c}' is no escape")

    def char_class(self) -> Predicate:
        negated = self.peek() == "^"
        self.at += negated
        tests: list[Predicate] = []
        spans: list[tuple[str, str]] = []
        without: Predicate | None = None
        first = True
        while first or self.peek() != "]":
            c = self.next()
            if c == "-" and self.peek() == "[" and not first:
                self.at += 1
                without = self.char_class()
                if self.peek() != "]":
                    raise BadPattern("a subtraction must end its class")
                break
            if c == "[" or (c == "]" and first):
                raise BadPattern(f"'{c}' must be escaped in a class")
            first = False
            if c == "\\":
                kind, value = self.escaped()
                if kind == "class":
                    tests.append(value)
                    continue
                c = value
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "[", ""):
                self.at += 1
                last = self.next()
                if last == "\\":
                    kind, last = self.escaped()
                    if kind == "class":
                        raise BadPattern("a class cannot end a range of characters")
                if last < c:
                    raise BadPattern(f"the range {c}-{last} is upside down")
                spans.append((c, last))
            else:
                spans.append((c, c))
        self.at += 1
        return _class_test(tests, spans, without, negated=negated, any_case="i" in self.flags)


def _class_test(
    tests: list[Predicate],
    spans: list[tuple[str, str]],
    without: Predicate | None,
    *,
    negated: bool,
    any_case: bool,
) -> Predicate:
    def inside(c: str) -> bool:
        return any(low <= c <= high for low, high in spans) or any(test(c) for test in tests)

    def test(c: str) -> bool:
        found = inside(c) or (
            any_case
            and (any(inside(each[:1]) for each in (c.lower(), c.upper(), c.lower().upper())))
        )
        return found is not negated and not (without is not None and without(c))

    return test
