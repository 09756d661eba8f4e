"""Runs XPath regular expressions without recursion and without blow-up, and the built-ins that use
them.

Every pair of (instruction, position) is tried at most once per search, so the work is bounded by
the product of their numbers; only patterns with back references can need more, and those stop at
the step budget.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from service.feel.builtins_string import limited
from service.feel.errors import MAX_LIST, MAX_STRING, FeelLimitExceeded, Null
from service.feel.regex_parser import BadPattern, PatternParser
from service.feel.registry import builtin
from service.feel.scope import Run

MAX_PATTERN = 2_000
Program = tuple[list[Any], int, bool]
Match = tuple[int, ...]


@lru_cache(maxsize=256)
def _compile(pattern: str, flags: str) -> Program | str:
    parser = PatternParser(pattern, flags)
    try:
        return parser.parse(), parser.groups, parser.back
    except BadPattern as error:
        return str(error)


def program_of(pattern: str, flags: str | None) -> Program:
    flags = flags or ""
    if len(pattern) > MAX_PATTERN:
        raise FeelLimitExceeded("A pattern may have at most {most} characters.", most=MAX_PATTERN)
    if not set(flags) <= set("smixq"):
        raise Null(f"the flags must be among s, m, i, x, q, not '{flags[:20]}'")
    found = _compile(pattern, flags)
    if isinstance(found, str):
        raise Null(f"'{pattern[:40]}' is no pattern: {found}")
    return found


def run_at(
    program: Program, text: str, start: int, flags: str, seen: set[Any], run: Run
) -> Match | None:
    """The saved positions of a match that begins at `start`; the first alternative that fits
    wins."""
    code, groups, back = program
    stack = [(0, start, (start,) + (-1,) * (2 * groups + 1))]
    steps, width = 0, len(text) + 1
    while stack:
        pc, at, saves = stack.pop()
        while True:
            steps += 1
            if steps & 63 == 0:
                run.spend(256)  # every step is remembered: dear in memory, so dear in steps
            key: Any = (pc, at, saves) if back else pc * width + at
            if key in seen:
                break
            seen.add(key)
            step = code[pc]
            kind = step[0]
            if kind == "set":
                if at >= len(text) or not step[1](text[at]):
                    break
                at += 1
            elif kind == "split":
                stack.append((pc + step[2], at, saves))
                pc += step[1]
                continue
            elif kind == "jump":
                pc += step[1]
                continue
            elif kind == "save":
                saves = (*saves[: step[1]], at, *saves[step[1] + 1 :])
            elif kind == "start":
                if at != 0 and not ("m" in flags and text[at - 1] == "\n"):
                    break
            elif kind == "end":
                if at != len(text) and not ("m" in flags and text[at] == "\n"):
                    break
            elif kind == "back":
                part = (
                    text[saves[2 * step[1]] : saves[2 * step[1] + 1]]
                    if saves[2 * step[1] + 1] >= 0
                    else ""
                )
                other = text[at : at + len(part)]
                if other != part and not ("i" in flags and other.lower() == part.lower()):
                    break
                at += len(part)
            else:
                return (saves[0], at, *saves[2:])
            pc += 1
    return None


def search(program: Program, text: str, start: int, flags: str, run: Run) -> Match | None:
    """The leftmost match from a position on."""
    seen: set[Any] = set()
    for at in range(start, len(text) + 1):
        found = run_at(program, text, at, flags, seen, run)
        if found is not None:
            return found
        if program[2]:
            seen.clear()
    return None


@builtin("matches", "input:string, pattern:string, flags:string?", result="boolean", inner=True)
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    return search(program_of(pattern, flags), text, 0, flags or "", run) is not None


def find_all(program: Program, text: str, flags: str, run: Run) -> list[Match]:
    if search(program, "", 0, flags, run) is not None:
        raise Null("the pattern matches the empty string")
    found = []
    at = 0
    while (match := search(program, text, at, flags, run)) is not None:
        found.append(match)
        at = max(match[1], match[0] + 1)
        if len(found) > MAX_LIST:
            raise FeelLimitExceeded("A list would have more than {most} items.", most=MAX_LIST)
    return found


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
            if not replacement[i : i + 1].isdigit():
                raise Null("in a replacement '$' must be followed by a group's number")
            number = int(replacement[i])
            i += 1
            while (
                replacement[i : i + 1].isdigit()
                and number * 10 + int(replacement[i]) < len(match) // 2
            ):
                number = number * 10 + int(replacement[i])
                i += 1
            if number < len(match) // 2 and match[2 * number + 1] >= 0:
                parts.append(text[match[2 * number] : match[2 * number + 1]])
        else:
            parts.append(c)
    return "".join(parts)


_REPLACE = "input:string, pattern:string, replacement:string, flags:string?"


@builtin("replace", _REPLACE, result="string", inner=True)
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    parts: list[str] = []
    at = size = 0
    for match in find_all(program_of(pattern, flags), text, flags or "", run):
        new = replacement if "q" in (flags or "") else _expand(replacement, match, text)
        size += len(new)
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
    for match in find_all(program_of(delimiter, ""), text, "", run):
        parts.append(text[at : match[0]])
        at = match[1]
    return [*parts, text[at:]]
