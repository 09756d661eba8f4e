"""Decision-table verification: rules as boxes in the space of inputs, and where these overlap.

Each column is cut at every value that a cell mentions, into atoms that no cell can tell apart
further. A condition is then a set of atoms (a bitmask), a rule one set per column. Two rules
overlap where they share an atom in every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from math import ceil, floor
from operator import and_, or_
from typing import Any

from service.dmn.cells import All, Condition, Either, Form, Interval, Not, intervals
from service.dmn.keys import BOUNDS, DISCRETE, between, shown_key

MAX_WORK = 4_000_000
Box = tuple[int, ...]  # one mask per column


class TooLargeToVerify(Exception):
    """The verification took more than `MAX_WORK` steps."""


class Work:
    """What the verification of one table may cost, all its questions together."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_WORK

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooLargeToVerify


@dataclass(frozen=True, slots=True)
class Column:
    """The atoms of one input. The first atom is null, the last of a text column any other text.

    `places` says at which atom a value stands; the atoms of a column stand in the order of their
    values. `full` are the atoms that hold a value at all: between two days that follow each other
    there is none.
    """

    kind: str
    atoms: tuple[Interval | None, ...]
    places: dict[Any, int] = field(compare=False)
    full: int

    def mask(self, condition: Condition) -> int:
        """The atoms that a condition admits; null is the condition's own say."""
        held = self._held(condition.form) & self.full & ~1
        return held | 1 if condition.null else held

    def _held(self, form: Form) -> int:
        match form:
            case Interval():
                return self._between(form)
            case Not(part=part):
                return self.full & ~self._held(part)
            case Either(parts=parts):
                return reduce(or_, (self._held(part) for part in parts), 0)
            case All(parts=parts):
                return reduce(and_, (self._held(part) for part in parts), self.full)

    def _between(self, interval: Interval) -> int:
        first, last = 1, len(self.atoms) - 1
        if interval.low is not None:
            first = self.places[interval.low] + (not interval.low_included)
        if interval.high is not None:
            last = self.places[interval.high] - (not interval.high_included)
        return (1 << (last + 1)) - (1 << first) if first <= last else 0

    def example(self, position: int) -> Any:
        """A value of the atom, as JSON."""
        if position == 0:
            return None
        atom = self.atoms[position]
        if atom is None:
            return "(any other text)"
        found = atom.low if atom.is_point else between(self.kind, atom.low, atom.high)
        return shown_key(self.kind, found)


def build_column(kind: str, conditions: Sequence[Condition], *, whole: bool = False) -> Column:
    """The column cut at every value that a condition mentions. `whole`: its numbers have no
    fraction."""
    found = [each for condition in conditions for each in intervals(condition.form)]
    points = sorted({end for each in found for end in (each.low, each.high) if end is not None})
    atoms: list[Interval | None]
    if kind in ("boolean", "string"):
        values = [False, True] if kind == "boolean" else points
        atoms = [None, *(Interval(each, each, True, True) for each in values)]
        atoms += [None] if kind == "string" else []
    else:
        atoms = _pieces(points)
    places = {atom.low: place for place, atom in enumerate(atoms) if atom and atom.is_point}
    steps = whole or kind in DISCRETE
    full = sum(
        1 << place
        for place, atom in enumerate(atoms)
        if atom is None or not steps or _holds_a_step(kind, atom)
    )
    return Column(kind, tuple(atoms), places, full)


def _pieces(points: list[Any]) -> list[Interval | None]:
    """Null, then in turns what lies between the points and the points."""
    pieces: list[Interval | None] = [None]
    before = None
    for point in points:
        pieces += [Interval(before, point, False, False), Interval(point, point, True, True)]
        before = point
    return [*pieces, Interval(before, None, False, False)]


def _holds_a_step(kind: str, atom: Interval) -> bool:
    """Whether a whole number lies in the atom, and inside what the kind can be."""
    point = atom.is_point
    low = None if atom.low is None else ceil(atom.low) if point else floor(atom.low) + 1
    high = None if atom.high is None else floor(atom.high) if point else ceil(atom.high) - 1
    if kind in BOUNDS:
        first, last = BOUNDS[kind]
        low = first if low is None else max(first, low)
        high = last if high is None else min(last, high)
    return low is None or high is None or low <= high


def overlap(one: Box, other: Box) -> Box | None:
    """The atoms that two rules share, or None where a column keeps them apart."""
    shared = tuple(mine & theirs for mine, theirs in zip(one, other, strict=True))
    return shared if all(shared) else None


def find_overlaps(boxes: Sequence[Box | None], work: Work) -> list[int]:
    """For each box the boxes before it that it meets, as a bitmask; None meets nobody.

    A sweep over each column says which boxes meet there; what meets in every column overlaps.
    """
    known = [number for number, box in enumerate(boxes) if box is not None]
    met = [0 if box is None else (1 << number) - 1 for number, box in enumerate(boxes)]
    columns = list(zip(*(box for box in boxes if box is not None), strict=True))
    for column in columns:
        masks = dict(zip(known, column, strict=True))
        neighbours = _neighbours(masks, work)
        for number, mask in masks.items():
            met[number] &= neighbours[mask]
    return met


def _neighbours(masks: dict[int, int], work: Work) -> dict[int, int]:
    """For each mask the boxes whose mask in this column shares an atom with it."""
    owners: dict[int, int] = {}
    for number, mask in masks.items():
        owners[mask] = owners.get(mask, 0) | 1 << number
    holders: dict[int, int] = {}
    for mask, owned in owners.items():
        for position in positions(mask):
            holders[position] = holders.get(position, 0) | owned
    found = {}
    for mask in owners:
        places = positions(mask)
        work.spend(2 * len(places) + 1)
        near = 0
        for position in places:
            near |= holders[position]
        found[mask] = near
    return found


def positions(mask: int) -> list[int]:
    """The atoms of a mask."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
