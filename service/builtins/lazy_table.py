"""A table whose entries are bound to a case when they are first asked for: a step needs one of
them, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

E = TypeVar("E")
T = TypeVar("T")


class Bound(Mapping[str, T], Generic[E, T]):
    """The entries of `table`, each made by `make(name, entry)`."""

    __slots__ = ("_made", "_make", "_table")

    def __init__(self, table: Mapping[str, E], make: Callable[[str, E], T]) -> None:
        self._table = table
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            self._made[name] = self._make(name, self._table[name])
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


__all__ = ["Bound"]
