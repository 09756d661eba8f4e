"""XPath 3.1 regular expressions, read into a tree: nothing of a pattern is handed on as it is
written."""

from __future__ import annotations

from dataclasses import dataclass

from service.feel import charsets
from service.feel.charsets import CharSet
from service.feel.errors import Null

MAX_GROUPS = 200
MAX_DEPTH = 50
MAX_COUNT = 9_999


class BadPattern(Null):
    """The pattern is no regular expression."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of the set."""

    chars: CharSet


@dataclass(frozen=True, slots=True)
class Edge:
    """`^` or `$`."""

    at_end: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first of the parts that fits."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """From `low` to `high` times (None: without end), as often as it can be or as rarely."""

    part: Part
    low: int
    high: int | None
    lazy: bool


@dataclass(frozen=True, slots=True)
class Group:
    """What fits is kept under the number; 0 keeps nothing."""

    part: Part
    number: int


@dataclass(frozen=True, slots=True)
class Back:
    """The text of a group once more."""

    number: int


Part = Chars | Edge | Sequence | Choice | Repeat | Group | Back
_LITERALS = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPABLE = "\\|.?*+(){}[]^$-"
_CLASSES = "dwsicDWSIC"


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


def char(c: str) -> CharSet:
    return ((ord(c), ord(c)),)


class PatternParser:
    """Recursive descent; each method reads one construct. `back` says whether a group is referred
    to."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.text = _without_space(pattern) if "x" in flags and "q" not in flags else pattern
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.back = False
        self.depth = 0

    def parse(self) -> Part:
        if "q" in self.flags:
            return Sequence(tuple(self.literal(c) for c in self.text))
        body = self.choice()
        if self.at < len(self.text):
            raise BadPattern("there is a ')' too many at {at}", at=self.at + 1)
        return body

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        if self.at >= len(self.text):
            raise BadPattern("the pattern ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def choice(self) -> Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadPattern("the pattern nests too deeply")
        parts = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.repeated(self.atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Part) -> Part:
        sign = self.peek()
        if not sign or sign not in "*+?{":
            return part
        self.at += 1
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self.counts()
        lazy = self.peek() == "?"
        self.at += lazy
        if self.peek() and self.peek() in "*+?{":
            raise BadPattern("a quantifier follows a quantifier")
        return Repeat(part, low, high, lazy)

    def counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : end].partition(",") if end >= 0 else ("", "", "")
        if not _is_count(low) or (high and not _is_count(high)):
            raise BadPattern("a quantifier has a number, a minimum, or both bounds in braces")
        self.at = end + 1
        first, last = int(low), int(high) if high else (None if comma else int(low))
        if last is not None and last < first:
            raise BadPattern("a quantifier's maximum is below its minimum")
        return first, last

    def atom(self) -> Part:
        c = self.next()
        if c == "(":
            return self.group()
        if c == "[":
            return Chars(self.char_class())
        if c == ".":
            line_ends = charsets.joined((*char("\n"), *char("\r")))
            every = charsets.EVERY
            return Chars(every if "s" in self.flags else charsets.without(every, line_ends))
        if c in "^$":
            return Edge(at_end=c == "$")
        if c == "\\":
            return self.escape()
        if c in "*+?{}]":
            raise BadPattern("'{c}' at {at} must be escaped", c=c, at=self.at)
        return self.literal(c)

    def literal(self, c: str) -> Chars:
        return Chars(self.cased(char(c)))

    def cased(self, chars: CharSet) -> CharSet:
        return charsets.any_case(chars) if "i" in self.flags else chars

    def group(self) -> Part:
        captures = True
        if self.peek() == "?":
            self.at += 1
            if self.next() != ":":
                raise BadPattern("a group may begin with '?:' only")
            captures = False
        number = self.groups = self.groups + captures
        if number > MAX_GROUPS:
            raise BadPattern("the pattern has too many groups")
        body = self.choice()
        if self.at >= len(self.text) or self.next() != ")":
            raise BadPattern("a '(' is not closed")
        if not captures:
            return Group(body, 0)
        self.closed.add(number)
        return Group(body, number)

    def escape(self) -> Part:
        if self.peek().isdigit() and self.peek() != "0":
            number = int(self.next())
            while self.peek().isdigit() and number * 10 + int(self.peek()) <= self.groups:
                number = number * 10 + int(self.next())
            if number not in self.closed:
                raise BadPattern("there is no group {number} before its reference", number=number)
            self.back = True
            return Back(number)
        chars, single = self.escaped()
        return Chars(self.cased(chars) if single else chars)

    def escaped(self) -> tuple[CharSet, bool]:
        """What follows a backslash, and whether it is a single character."""
        c = self.next()
        if c in _LITERALS:
            return char(_LITERALS[c]), True
        if c in _ESCAPABLE:
            return char(c), True
        if c in _CLASSES:
            return charsets.escape_class(c), False
        if c in "pP":
            found = self.named()
            return charsets.complement(found) if c == "P" else found, False
        raise BadPattern("'\\{c}' is no escape", c=c)

    def named(self) -> CharSet:
        """The characters of `{Lu}` or `{IsGreek}`."""
        end = self.text.find("}", self.at)
        if self.peek() != "{" or end < 0:
            raise BadPattern("a category has its name in braces")
        name = self.text[self.at + 1 : end]
        self.at = end + 1
        found = charsets.block(name[2:]) if name.startswith("Is") else charsets.category(name)
        if found is None:
            raise BadPattern("there is no character category or block '{name}'", name=name[:40])
        return found

    def char_class(self) -> CharSet:
        """What stands between brackets: characters, ranges, classes, and another class less."""
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        less: CharSet = ()
        first = True
        while first or self.peek() != "]":
            if not first and self.peek() == "-" and self.text[self.at + 1 : self.at + 2] == "[":
                less = self.subtracted()
                break
            ranges += self.class_item(first)
            first = False
        self.at += 1
        chars = charsets.joined(ranges)
        return charsets.without(charsets.complement(chars) if negated else chars, less)

    def subtracted(self) -> CharSet:
        self.at += 2
        less = self.char_class()
        if self.peek() != "]":
            raise BadPattern("a subtraction must end its class")
        return less

    def class_item(self, first: bool) -> CharSet:
        """One character, range or class of a class."""
        c = self.next()
        if c == "[" or (c == "]" and first):
            raise BadPattern("'{c}' must be escaped in a class", c=c)
        chars, single = self.escaped() if c == "\\" else (char(c), True)
        if not single:
            return chars
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "[", ""):
            return self.cased(chars)
        self.at += 1
        return self.range_from(chars[0][0])

    def range_from(self, low: int) -> CharSet:
        """What follows the hyphen of a range."""
        last = self.next()
        end, alone = self.escaped() if last == "\\" else (char(last), True)
        if not alone:
            raise BadPattern("a class cannot end a range of characters")
        high = end[0][0]
        if high < low:
            raise BadPattern("the range {low}-{high} is upside down", low=chr(low), high=chr(high))
        return self.cased(((low, high),))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:9]) <= MAX_COUNT and len(text) < 9
