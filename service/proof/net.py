"""The token game as a net: a place is a bit, a state is an integer, a transition is a few masks.

A transition carries the moves it stands for, so that a way through the states can be told and
played: several when steps that nobody can tell apart were fused into one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Verb(StrEnum):
    """What a move is. All but `PASS` and `INSIDE` come from the world outside."""

    BEGIN = "begin"
    PASS = "pass"  # noqa: S105 - a token passes, no password
    DONE = "done"
    EVENT = "event"
    ERROR = "error"
    ESCALATION = "escalation"
    INSIDE = "inside"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True)
class Move:
    """One step on the diagram. `flows` are the flows taken, `by` the task that reports what
    `element` catches, or what begins in the ad-hoc sub-process `element`; `scope` the activities
    around it from the process that started, and `items` how many instances were made."""

    verb: Verb
    element: str
    process: str
    flows: tuple[str, ...] = ()
    by: str = ""
    scope: tuple[str, ...] = ()
    items: int = -1


@dataclass(frozen=True, slots=True)
class Join:
    """An inclusive join: each incoming flow's place, with the places from which a token can still
    come to it."""

    element: str
    flows: tuple[tuple[int, int], ...]
    others: int
    """The places of other joins, which do not count when joins wait for each other."""


@dataclass(slots=True, eq=False)
class Trail:
    """Moves in order: some of its own, then those of its parts.

    Parts are shared, never copied: what is fused many times over, or stands behind two decisions in
    a row, costs as much as it holds once.
    """

    own: tuple[Move, ...] = ()
    parts: tuple[Trail, ...] = ()
    _flat: tuple[Move, ...] | None = None

    @property
    def moves(self) -> tuple[Move, ...]:
        if self._flat is None:
            self._flat = tuple(self._walk())
        return self._flat

    def _walk(self) -> Iterator[Move]:
        stack = [self]
        while stack:
            at = stack.pop()
            yield from at.own
            stack += reversed(at.parts)


def elements_of(trails: Iterable[Trail]) -> set[str]:
    """The elements on any of these trails; what they share is looked at once."""
    seen: set[int] = set()
    elements: set[str] = set()
    stack = list(trails)
    while stack:
        at = stack.pop()
        if id(at) not in seen:
            seen.add(id(at))
            elements.update(move.element for move in at.own)
            stack += at.parts
    return elements


@dataclass(frozen=True, slots=True)
class Transition:
    """`need` is taken, then `clear`, then `give` is put. `forbid` must be empty, one of `some` must
    not.

    `auto` ones go by themselves, before anything can happen from outside. One that goes on `beside`
    tokens in these places does not move them. `twice` is given two
    tokens at once. `also` are other steps from and to the same places, for which this one
    stands.
    """

    trail: Trail
    need: int
    give: int
    auto: bool
    clear: int = 0
    forbid: int = 0
    some: int = 0
    beside: int = 0
    twice: int = 0
    join: Join | None = None
    also: tuple[Trail, ...] = ()

    @property
    def moves(self) -> tuple[Move, ...]:
        return self.trail.moves


@dataclass(slots=True)
class Net:
    """Places, transitions, and what each place means. `work` are the places where something is
    under way, `hosts` those of activities whose inside is played, `positions` those of tokens in
    any scope."""

    start: int = 0
    work: int = 0
    owner: dict[int, str] = field(default_factory=dict)
    ends: int = 0
    joins: int = 0
    hosts: int = 0
    positions: int = 0
    transitions: list[Transition] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    _next: int = 1

    def place(self, element: str) -> int:
        """A new place that belongs to an element."""
        bit = self._next
        self._next <<= 1
        self.owner[bit] = element
        return bit

    def owners(self, mask: int) -> list[str]:
        """The elements of the places in a mask, in the order they were drawn."""
        return list(dict.fromkeys(self.owner[bit] for bit in bits(mask)))


def bits(mask: int) -> list[int]:
    """The single bits of a mask, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low)
        mask ^= low
    return found
