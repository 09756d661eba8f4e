"""A matcher of our own for what RE2 does not take: references back to a group, counts beyond a
thousand, texts that are no Unicode. Without recursion, and paid step by step.

Every pair of (instruction, position) is tried at most once per search; with references back it is
every triple with the groups, and the budget ends what that costs.

Instructions are tuples: ("set", chars), ("split", first, second), ("jump", to), ("save", slot),
("back", group), ("start",), ("end",), ("done",); jumps are relative.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from service.feel.charsets import holds
from service.feel.errors import Effort
from service.feel.regex_parser import (
    Back,
    BadPattern,
    Chars,
    Choice,
    Edge,
    Group,
    Part,
    Repeat,
    Sequence,
)

MAX_PROGRAM = 20_000
Program = tuple[tuple[Any, ...], ...]
Match = tuple[int, ...]
_Thread = tuple[int, int, Match]


def program_of(part: Part) -> Program:
    """Raises BadPattern for a pattern that is too large."""
    return (*_program(part), ("done",))


def _group(body: list[tuple[Any, ...]], number: int) -> list[tuple[Any, ...]]:
    """Only a group with a number is remembered."""
    return [("save", 2 * number), *body, ("save", 2 * number + 1)] if number else body


def _program(part: Part) -> list[tuple[Any, ...]]:
    match part:
        case Chars(chars=chars):
            return [("set", chars)]
        case Edge(at_end=True):
            return [("end",)]
        case Edge():
            return [("start",)]
        case Back(number=number):
            return [("back", number)]
        case Sequence(parts=parts):
            return _limited(list(chain.from_iterable(map(_program, parts))))
        case Choice(parts=parts):
            return _choice(parts)
        case Group(part=inner, number=number):
            return _group(_program(inner), number)
        case Repeat():
            return _repeat(part)


def _limited(program: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    if len(program) > MAX_PROGRAM:
        raise BadPattern("the pattern is too large")
    return program


def _choice(parts: tuple[Part, ...]) -> list[tuple[Any, ...]]:
    made = _program(parts[-1])
    for part in reversed(parts[:-1]):
        body = _program(part)
        made = _limited([("split", 1, len(body) + 2), *body, ("jump", len(made) + 1), *made])
    return made


def _repeat(part: Repeat) -> list[tuple[Any, ...]]:
    body = _program(part.part)
    copies = part.low + (1 if part.high is None else part.high - part.low)
    if copies * (len(body) + 2) > MAX_PROGRAM:
        raise BadPattern("the pattern is too large")
    program = body * part.low
    if part.high is None:
        size = len(body)
        fork = ("split", size + 2, 1) if part.lazy else ("split", 1, size + 2)
        return [*program, fork, *body, ("jump", -size - 1)]
    size = len(body) + 1
    for left in range(part.high - part.low, 0, -1):
        fork = ("split", left * size, 1) if part.lazy else ("split", 1, left * size)
        program += [fork, *body]
    return program


class Matcher:
    """Searches one text; what it remembers is paid for out of `effort`."""

    def __init__(
        self, program: Program, groups: int, back: bool, text: str, flags: str, effort: Effort
    ) -> None:
        self._code = program
        self._slots = 2 * groups + 2
        self._back = back
        self._text = text
        self._flags = flags
        self._effort = effort
        self._price = 4 if back else 2  # a step is remembered with its groups, or as one number
        self._seen: set[Any] = set()

    def search(self, start: int) -> Match | None:
        """The leftmost match from a position on: the ends of the whole and of each group."""
        self._seen.clear()
        for at in range(start, len(self._text) + 1):
            found = self._match(at)
            if found is not None:
                return found
            if self._back:
                self._seen.clear()
        return None

    def _match(self, start: int) -> Match | None:
        waiting: list[_Thread] = [(0, start, (start, *(-1,) * (self._slots - 1)))]
        while waiting:
            found = self._follow(*waiting.pop(), waiting)
            if found is not None:
                return found
        return None

    def _follow(self, pc: int, at: int, saves: Match, waiting: list[_Thread]) -> Match | None:
        """Go on with one thread to its end; the other ways of its forks wait."""
        while self._is_new(pc, at, saves):
            step = self._code[pc]
            match step[0]:
                case "done":
                    return (saves[0], at, *saves[2:])
                case "split":
                    waiting.append((pc + step[2], at, saves))
                    pc += step[1]
                    continue
                case "jump":
                    pc += step[1]
                    continue
                case "save":
                    saves = (*saves[: step[1]], at, *saves[step[1] + 1 :])
                case _:
                    at = self._advance(step, at, saves)
                    if at < 0:
                        return None
            pc += 1
        return None

    def _is_new(self, pc: int, at: int, saves: Match) -> bool:
        self._effort.spend(self._price)
        key: Any = (pc, at, saves) if self._back else pc * (len(self._text) + 1) + at
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def _advance(self, step: tuple[Any, ...], at: int, saves: Match) -> int:
        """The position after what the step consumes; -1 where it does not fit."""
        text, lines = self._text, "m" in self._flags
        match step[0]:
            case "set":
                return at + 1 if at < len(text) and holds(step[1], text[at]) else -1
            case "start":
                return at if at == 0 or (lines and text[at - 1] == "\n") else -1
            case "end":
                return at if at == len(text) or (lines and text[at] == "\n") else -1
        start, end = saves[2 * step[1]], saves[2 * step[1] + 1]
        part = text[start:end] if end >= 0 else ""
        other = text[at : at + len(part)]
        self._effort.spend(len(part) >> 5)
        same = other == part or ("i" in self._flags and other.lower() == part.lower())
        return at + len(part) if same else -1
