"""The built-ins that use XPath's regular expressions, bounded in time and memory.

RE2 searches in time linear in the text; what it does not take goes to a matcher of our own. Both
are paid for out of the evaluation's budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from service.feel import regex_re2
from service.feel.builtins_string import limited
from service.feel.errors import MAX_LIST, MAX_STRING, FeelLimitExceeded, Null
from service.feel.regex_own import Match, Matcher, Program, program_of
from service.feel.regex_parser import BadPattern, Part, PatternParser
from service.feel.registry import builtin
from service.feel.scope import Run

MAX_PATTERN = 20_000  # characters
# Bytes of text times instructions of the pattern that RE2 may be asked for at once: it is not
# stopped on the way, and at worst takes some nanoseconds for each.
MAX_WORK = 500_000_000
WORK_OF_A_STEP = 20_000  # of those; at its usual speed RE2 is much faster still


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A pattern read, with its flags."""

    part: Part
    groups: int
    back: bool
    flags: str

    def search(self, text: str, run: Run) -> bool:
        return next(self.matches(text, run), None) is not None

    def matches(self, text: str, run: Run) -> Iterator[Match]:
        """The matches from left to right that do not overlap: the ends of each and of its groups.
        Raises FeelLimitExceeded."""
        machine = None if self.back else _machine(self)
        if machine is None or not _is_unicode(text):
            return self._own_matches(text, run)
        return _re2_matches(machine, text, run)

    def _own_matches(self, text: str, run: Run) -> Iterator[Match]:
        matcher = Matcher(_program(self), self.groups, self.back, text, self.flags, run)
        at = 0
        while at <= len(text) and (found := matcher.search(at)) is not None:
            yield found
            at = max(found[1], found[0] + 1)


@lru_cache(maxsize=16)
def _machine(pattern: Pattern) -> Any | None:
    return regex_re2.compiled(pattern.part, "m" in pattern.flags)


@lru_cache(maxsize=16)
def _program(pattern: Pattern) -> Program:
    return program_of(pattern.part)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _re2_matches(machine: Any, text: str, run: Run) -> Iterator[Match]:
    work = len(text) * machine.programsize
    if work > MAX_WORK:
        raise FeelLimitExceeded(
            "The pattern is too large for a text of {count} characters.", count=len(text)
        )
    run.spend((len(text) >> 5) + work // WORK_OF_A_STEP)
    for found in machine.finditer(text):
        run.spend(1 + machine.groups // 4)
        yield tuple(end for group in range(machine.groups + 1) for end in found.span(group))


@lru_cache(maxsize=256)
def _read(pattern: str, flags: str) -> Pattern | BadPattern:
    parser = PatternParser(pattern, flags)
    try:
        part = parser.parse()
    except BadPattern as error:
        return error
    return Pattern(part, parser.groups, parser.back, flags)


def pattern_of(pattern: str, flags: str | None) -> Pattern:
    """Raises Null for what is no pattern, FeelLimitExceeded for one that is too long."""
    flags = flags or ""
    if len(pattern) > MAX_PATTERN:
        raise FeelLimitExceeded("A pattern may have at most {most} characters.", most=MAX_PATTERN)
    if not set(flags) <= set("smixq"):
        raise Null("the flags must be among s, m, i, x, q, not '{flags}'", flags=flags[:20])
    found = _read(pattern, "".join(sorted(set(flags))))
    if isinstance(found, BadPattern):
        raise Null("'{pattern}' is no pattern: {found}", pattern=pattern[:40], found=found.sentence)
    return found


@builtin("matches", "input:string, pattern:string, flags:string?", result="boolean", inner=True)
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return pattern_of(pattern, flags).search(text, run)


def find_all(pattern: Pattern, text: str, run: Run) -> Iterator[Match]:
    """Every match, at most as many as a list may have items. Raises Null for a pattern that fits
    the empty string."""
    if pattern.search("", run):
        raise Null("the pattern matches the empty string")
    for count, found in enumerate(pattern.matches(text, run), 1):
        if count > MAX_LIST:
            raise FeelLimitExceeded("A list would have more than {most} items.", most=MAX_LIST)
        yield found


def _expand(replacement: str, match: Match, text: str) -> str:
    parts = []
    i = 0
    while i < len(replacement):
        c = replacement[i]
        i += 1
        if c == "\\":
            if replacement[i : i + 1] not in ("\\", "$"):
                raise Null("in a replacement a backslash may only stand before '$' or a backslash")
            parts.append(replacement[i])
            i += 1
        elif c == "$":
            number, i = _group_number(replacement, i, len(match) // 2)
            if number < len(match) // 2 and match[2 * number + 1] >= 0:
                parts.append(text[match[2 * number] : match[2 * number + 1]])
        else:
            parts.append(c)
    return "".join(parts)


def _group_number(replacement: str, i: int, count: int) -> tuple[int, int]:
    """The number after a `$`, with as many digits as there are groups for, and where it ends."""
    if not (replacement[i : i + 1].isascii() and replacement[i : i + 1].isdigit()):
        raise Null("in a replacement '$' must be followed by a group's number")
    number = int(replacement[i])
    i += 1
    while (
        replacement[i : i + 1].isascii()
        and replacement[i : i + 1].isdigit()
        and number * 10 + int(replacement[i]) < count
    ):
        number = number * 10 + int(replacement[i])
        i += 1
    return number, i


_REPLACE = "input:string, pattern:string, replacement:string, flags:string?"


@builtin("replace", _REPLACE, result="string", inner=True)
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    parts: list[str] = []
    at = size = 0
    for match in find_all(pattern_of(pattern, flags), text, run):
        new = replacement if "q" in (flags or "") else _expand(replacement, match, text)
        size += len(new)
        run.spend(1 + len(replacement) // 8)
        if size > MAX_STRING:
            raise FeelLimitExceeded(
                "A string would be longer than {most} characters.", most=MAX_STRING
            )
        parts += [text[at : match[0]], new]
        at = match[1]
    return limited("".join(parts) + text[at:])


@builtin("split", "string:string, delimiter:string", inner=True)
def split(run: Run, text: str, delimiter: str) -> list[str]:
    parts = []
    at = 0
    for match in find_all(pattern_of(delimiter, ""), text, run):
        parts.append(text[at : match[0]])
        at = match[1]
    return [*parts, text[at:]]
