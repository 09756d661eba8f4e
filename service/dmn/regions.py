"""Decision-table verification: rules as boxes in the space of inputs, and where these overlap.

Each column is cut at every value that a cell mentions, into atoms that no cell can tell apart
further. A condition is then a set of atoms (a bitmask), a rule one set per column. Two rules
overlap where they share an atom in every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from service.dmn.cells import Condition, Interval

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
    values.
    """

    kind: str
    atoms: tuple[Interval | None, ...]
    places: dict[Any, int] = field(compare=False)

    @property
    def full(self) -> int:
        return (1 << len(self.atoms)) - 1

    def mask(self, condition: Condition) -> int:
        """The atoms that a condition admits; null is the condition's own say."""
        held = 0
        for each in condition.intervals:
            held |= self._between(each)
        if condition.negated:
            held = self.full & ~held
        return held | 1 if condition.null else held & ~1

    def _between(self, interval: Interval) -> int:
        first = (
            1 if interval.low is None else self.places[interval.low] + (not interval.low_included)
        )
        last = (
            len(self.atoms) - 1
            if interval.high is None
            else self.places[interval.high] - (not interval.high_included)
        )
        return (1 << (last + 1)) - (1 << first) if first <= last else 0

    def example(self, position: int) -> Any:
        """A value of the atom, as JSON."""
        return None if position == 0 else _example(self.kind, self.atoms[position])


def build_column(kind: str, conditions: Sequence[Condition]) -> Column:
    ends = ((each.low, each.high) for condition in conditions for each in condition.intervals)
    points = sorted({end for pair in ends for end in pair if end is not None})
    if kind in ("boolean", "string"):
        values = [False, True] if kind == "boolean" else points
        atoms: list[Interval | None] = [
            None,
            *(Interval(each, each, True, True) for each in values),
        ]
        if kind == "string":
            atoms.append(None)
    else:
        atoms = [each for each in _pieces(points) if not _without_a_day(kind, each)]
    places = {
        atom.low: place for place, atom in enumerate(atoms) if atom is not None and _is_point(atom)
    }
    return Column(kind, tuple(atoms), places)


def _pieces(points: list[Any]) -> list[Interval | None]:
    """Null, then in turns what lies between the points and the points."""
    pieces: list[Interval | None] = [None]
    before = None
    for point in points:
        pieces += [Interval(before, point, False, False), Interval(point, point, True, True)]
        before = point
    return [*pieces, Interval(before, None, False, False)]


def _is_point(atom: Interval) -> bool:
    return atom.low is not None and atom.low == atom.high


def _without_a_day(kind: str, atom: Interval | None) -> bool:
    """Between two days that follow each other there is no date."""
    if kind != "date" or atom is None or atom.low is None or atom.high is None:
        return False
    return bool(atom.low != atom.high and atom.high - atom.low <= 1)


def _example(kind: str, atom: Interval | None) -> Any:
    if atom is None:
        return "(any other text)"
    if kind in ("string", "boolean"):
        return atom.low
    if atom.low is None and atom.high is None:
        value: Any = 0
    elif atom.low is None:
        value = atom.high - 1
    elif atom.high is None:
        value = atom.low + 1
    elif atom.low == atom.high:
        value = atom.low
    else:
        value = (atom.low + atom.high) // 2 if kind == "date" else _between(atom.low, atom.high)
    if kind == "date":
        return date.fromordinal(max(1, min(value, date.max.toordinal()))).isoformat()
    return int(value) if value == int(value) else float(value)


def _between(low: Decimal, high: Decimal) -> Decimal:
    whole = Decimal(int((low + high) / 2))
    return whole if low < whole < high else (low + high) / 2


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
    width = len(next((box for box in boxes if box is not None), ()))
    for column in range(width):
        masks = {number: (boxes[number] or ())[column] for number in known}
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
