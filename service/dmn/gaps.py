"""Which inputs does no rule take? A search for points of a space that lie in none of the boxes.

Three things keep it short. A box that holds back in one column only takes its atoms out of the
space there and then (most rules of most tables). Columns in which no box that is left holds back
are not looked at. And a part of the space that has been looked at with the same boxes is not looked
at again.
"""

from __future__ import annotations

from collections.abc import Sequence

from service.dmn.regions import Box, Work, positions

_Part = tuple[
    tuple[int, ...], int
]  # a part of the space, and the boxes that may hold points of it, as a bitmask


def find_uncovered(
    space: Box, boxes: Sequence[Box], *, limit: int, work: Work | None = None
) -> list[tuple[int, ...]]:
    """Up to `limit` points of `space` (an atom's position per column) that lie in none of the
    boxes."""
    if not all(space):
        return []
    return _Search(space, boxes, work or Work()).run(limit)


class _Search:
    def __init__(self, space: Box, boxes: Sequence[Box], work: Work) -> None:
        self._space = space
        self._boxes = boxes
        self._work = work
        self._seen: set[_Part] = set()

    def run(self, limit: int) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []
        waiting: list[_Part] = [(self._space, (1 << len(self._boxes)) - 1)]
        while waiting and len(found) < limit:
            reduced = self._reduce(*waiting.pop())
            if reduced is None:
                continue
            space, alive, counts = reduced
            if not alive:
                found.append(tuple(positions(mask)[0] for mask in space))
                continue
            key = (
                tuple(mask if count else 0 for mask, count in zip(space, counts, strict=True)),
                alive,
            )
            if key not in self._seen:
                self._seen.add(key)
                waiting += reversed(self._split(space, alive, counts))
        return found

    def _reduce(self, space: Box, alive: int) -> tuple[Box, int, list[int]] | None:
        """The part without the boxes that miss it and without what a box takes by one column alone.

        None where a box holds the whole part. Beside it, how many boxes hold back in each column.
        """
        part = list(space)
        while True:
            counts = [0] * len(part)
            changed = False
            for number in positions(alive):
                box = self._boxes[number]
                self._work.spend(len(part))
                if not all(mask & mine for mask, mine in zip(part, box, strict=True)):
                    alive ^= 1 << number
                    continue
                back = [column for column, mask in enumerate(part) if mask & ~box[column]]
                if not back:
                    return None
                if len(back) == 1:
                    part[back[0]] &= ~box[back[0]]
                    alive ^= 1 << number
                    changed = True
                for column in back:
                    counts[column] += 1
            if not changed:
                return tuple(part), alive, counts

    def _split(self, space: Box, alive: int, counts: list[int]) -> list[_Part]:
        """The part cut along the column that most boxes hold back in; atoms held by the same boxes
        stay together."""
        column = counts.index(max(counts))
        held: dict[int, int] = {}
        for number in positions(alive):
            for position in positions(self._boxes[number][column] & space[column]):
                held[position] = held.get(position, 0) | 1 << number
        self._work.spend(len(held))
        together: dict[int, int] = {}
        for position in positions(space[column]):
            holders = held.get(position, 0)
            together[holders] = together.get(holders, 0) | 1 << position
        return [
            ((*space[:column], mask, *space[column + 1 :]), holders)
            for holders, mask in together.items()
        ]
