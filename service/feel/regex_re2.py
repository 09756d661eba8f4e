"""Patterns as RE2 runs them: in time linear in the text, whatever the pattern."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import re2

from service.feel.charsets import CharSet
from service.feel.regex_parser import (
    Chars,
    Choice,
    Edge,
    Group,
    Part,
    Repeat,
    Sequence,
)

MAX_MEMORY = 8 << 20  # bytes, of one pattern with the states that it has met
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = MAX_MEMORY


class NotForRe2(Exception):
    """The pattern refers back to a group, counts too far or is too large for RE2."""


def compiled(part: Part, many_lines: bool) -> Any | None:
    """The pattern ready to search with; None where RE2 does not take it."""
    try:
        return re2.compile(written(part, many_lines), _OPTIONS)
    except (NotForRe2, re2.error, UnicodeEncodeError):
        return None
    finally:
        re2.purge()  # the module's own cache would keep 128 patterns, each with its states


_EDGES = {
    (True, True): "(?m:$)",
    (True, False): "(?m:^)",
    (False, True): r"\z",
    (False, False): r"\A",
}
"""By whether there are many lines, and whether it is the end."""


def _joined(between: str, parts: Iterable[Part], many_lines: bool) -> str:
    return between.join(written(each, many_lines) for each in parts)


def written(part: Part, many_lines: bool) -> str:
    """The pattern in RE2's syntax. `many_lines`: `^` and `$` stand at every line's ends."""
    match part:
        case Chars(chars=chars):
            return _class(chars)
        case Edge(at_end=at_end):
            return _EDGES[many_lines, at_end]
        case Sequence(parts=parts):
            return _joined("", parts, many_lines) or "(?:)"
        case Choice(parts=parts):
            return "(?:" + _joined("|", parts, many_lines) + ")"
        case Repeat():
            return f"(?:{written(part.part, many_lines)}){_count(part)}"
        case Group(part=inner, number=number):
            return ("(" if number else "(?:") + written(inner, many_lines) + ")"
    raise NotForRe2


def _count(part: Repeat) -> str:
    sign = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((part.low, part.high))
    if sign is None:
        high = "" if part.high is None else part.high
        sign = f"{{{part.low},{high}}}"
    return sign + "?" * part.lazy


def _class(chars: CharSet) -> str:
    if not chars:
        return r"[^\x{0}-\x{10ffff}]"
    return "[" + "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in chars) + "]"
