"""Decision-table verification: rules as boxes in the space of inputs, their overlaps and the space between them.

Each column is cut at every value that a cell mentions, into atoms that no cell can tell apart further. A condition is
then a set of atoms (a bitmask), a rule one set per column. Two rules overlap where they share an atom in every
column; a gap is a choice of atoms that no rule holds. Exact, and bounded by `MAX_NODES`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from service.dmn.cells import Condition, Interval

MAX_NODES = 50_000
Box = tuple[int, ...]  # one mask per column


class TooLargeToVerify(Exception):
    """The search took more than `MAX_NODES` steps."""


@dataclass(frozen=True, slots=True)
class Column:
    """The atoms of one input. The first atom is null, the last of a text column any other text."""

    kind: str
    atoms: tuple[Interval | None, ...]

    @property
    def full(self) -> int:
        return (1 << len(self.atoms)) - 1

    def mask(self, condition: Condition) -> int:
        """The atoms that a condition admits."""
        held = 0
        for position, atom in enumerate(self.atoms):
            if position == 0:
                inside = condition.null
            else:
                inside = any(_within(atom, each) for each in condition.intervals) != condition.negated
            held |= inside << position
        return held

    def example(self, position: int) -> Any:
        """A value of the atom, as JSON."""
        return None if position == 0 else _example(self.kind, self.atoms[position])


def build_column(kind: str, conditions: Sequence[Condition]) -> Column:
    points = sorted(
        {
            end
            for each in conditions
            for interval in each.intervals
            for end in (interval.low, interval.high)
            if end is not None
        }
    )
    if kind == "boolean":
        return Column(kind, (None, *(Interval(each, each, True, True) for each in (False, True))))
    if kind == "string":
        return Column(kind, (None, *(Interval(each, each, True, True) for each in points), None))
    atoms: list[Interval | None] = [None]
    before = None
    for point in points:
        atoms.append(Interval(before, point, False, False))
        atoms.append(Interval(point, point, True, True))
        before = point
    atoms.append(Interval(before, None, False, False))
    return Column(kind, tuple(atom for atom in atoms if not _without_a_day(kind, atom)))


def _without_a_day(kind: str, atom: Interval | None) -> bool:
    """Between two days that follow each other there is no date."""
    if kind != "date" or atom is None or atom.low is None or atom.high is None:
        return False
    return bool(atom.low != atom.high and atom.high - atom.low <= 1)


def _within(atom: Interval | None, interval: Interval) -> bool:
    """Whether an atom lies in an interval; by construction it lies inside or outside whole."""
    if atom is None:
        # Any other text: only a comparison without end could hold it, and of texts those are not taken apart.
        return False
    low_fits = interval.low is None or (
        atom.low is not None
        and (atom.low > interval.low or (atom.low == interval.low and (interval.low_included or not atom.low_included)))
    )
    high_fits = interval.high is None or (
        atom.high is not None
        and (
            atom.high < interval.high
            or (atom.high == interval.high and (interval.high_included or not atom.high_included))
        )
    )
    return low_fits and high_fits


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


def find_uncovered(space: Box, boxes: Sequence[Box], *, limit: int) -> list[tuple[int, ...]]:
    """Up to `limit` points of `space` (an atom's position per column) that lie in none of the boxes."""
    return _Search(space, boxes, limit).run()


class _Search:
    def __init__(self, space: Box, boxes: Sequence[Box], limit: int) -> None:
        self._space = space
        self._boxes = boxes
        self._limit = limit
        # Per column and atom: the boxes that hold it.
        self._holders = [
            {position: self._holding(column, position) for position in _positions(mask)}
            for column, mask in enumerate(space)
        ]
        self._nodes = 0
        self._covered: set[tuple[int, int]] = set()
        self._found: list[tuple[int, ...]] = []

    def run(self) -> list[tuple[int, ...]]:
        self._descend(0, (1 << len(self._boxes)) - 1, ())
        return self._found

    def _descend(self, column: int, alive: int, point: tuple[int, ...]) -> None:
        """`alive` are the boxes that hold the point so far. Atoms held by the same boxes are tried once."""
        if len(self._found) >= self._limit or (column, alive) in self._covered:
            return
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise TooLargeToVerify
        if column == len(self._space):
            if not alive:
                self._found.append(point)
            return
        before = len(self._found)
        tried: set[int] = set()
        for position in _positions(self._space[column]):
            held = alive & self._holders[column][position]
            if held not in tried:
                tried.add(held)
                self._descend(column + 1, held, (*point, position))
        if len(self._found) == before:
            self._covered.add((column, alive))

    def _holding(self, column: int, position: int) -> int:
        held = 0
        for number, box in enumerate(self._boxes):
            held |= (box[column] >> position & 1) << number
        return held


def _positions(mask: int) -> list[int]:
    return [position for position in range(mask.bit_length()) if mask >> position & 1]
