"""Two versions of a bundle compared, element by element: what was added, removed, changed or only
moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.definitions.compare_read import Item, read_items


class Kind(StrEnum):
    """What became of an element. `moved` says that only its place on the diagram is another."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property before and after; None where it was not there."""

    property: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One element that is not as it was."""

    file: str
    kind: Kind
    element: str
    type: str
    names: Mapping[str, str]
    what: tuple[Difference, ...] = ()

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names.get("en") or self.element


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Change]:
    """Every change between two sets of definition files, by file and in the order they are
    written."""
    changes: list[Change] = []
    for path in sorted({*before, *after}):
        if before.get(path) == after.get(path):
            continue
        old = read_items(path, before[path]) if path in before else {}
        new = read_items(path, after[path]) if path in after else {}
        changes += [
            change
            for key in {**old, **new}
            if (change := _change(path, old.get(key), new.get(key))) is not None
        ]
    return changes


def _change(path: str, old: Item | None, new: Item | None) -> Change | None:
    item = new or old
    assert item is not None
    facts = sorted(item.facts.items())
    if old is None:
        added = tuple(Difference(key, None, value) for key, value in facts)
        return Change(path, Kind.ADDED, item.id, item.type, item.names, added)
    if new is None:
        gone = tuple(Difference(key, value, None) for key, value in facts)
        return Change(path, Kind.REMOVED, item.id, item.type, item.names, gone)
    return _between(path, old, new)


def _between(path: str, old: Item, item: Item) -> Change | None:
    what = tuple(
        Difference(key, old.facts.get(key), item.facts.get(key))
        for key in sorted({*old.facts, *item.facts})
        if old.facts.get(key) != item.facts.get(key)
    )
    if old.type != item.type:
        what = (Difference("type", old.type, item.type), *what)
    if what:
        return Change(path, Kind.CHANGED, item.id, item.type, item.names, what)
    if old.place != item.place:
        return Change(path, Kind.MOVED, item.id, item.type, item.names)
    return None
