"""What is known of a value before anything runs: its kinds, the texts it can be, its parts.

The kinds are FEEL's own names of types. `any` stands for a value of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

MOST_TEXTS = 60
"""Texts that are told apart; more are simply texts."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`texts` are all that a text can be (None: any), `entries` the parts of a context and `item`
    what is in a list, both None where they are not known."""

    names: frozenset[str]
    texts: frozenset[str] | None = None
    entries: tuple[tuple[str, Kind], ...] | None = None
    item: Kind | None = None

    @property
    def unknown(self) -> bool:
        return "any" in self.names

    @property
    def only_null(self) -> bool:
        return self.names == _NULL

    @property
    def solid(self) -> frozenset[str]:
        """The kinds apart from null."""
        return self.names - _NULL

    def may(self, *names: str) -> bool:
        """Whether it can be one of these kinds."""
        return self.unknown or bool(self.names & frozenset(names))

    def part(self, name: str) -> Kind | None:
        return dict(self.entries or ()).get(name)

    def __str__(self) -> str:
        """As a person would call it: a number, a text."""
        found = [_SPOKEN.get(name, f"a {name}") for name in sorted(self.solid)]
        return " or ".join(found) or "null"


_NULL = frozenset({"null"})
_SPOKEN = {"string": "a text", "any": "anything", "context": "a set of values"}
ANY = Kind(frozenset({"any"}))
NULL = Kind(_NULL)


def of(*names: str) -> Kind:
    return Kind(frozenset(names))


def text(*values: str) -> Kind:
    """A text out of these."""
    return Kind(frozenset({"string"}), frozenset(values))


def list_of(item: Kind) -> Kind:
    return Kind(frozenset({"list"}), item=item)


def context(entries: Mapping[str, Kind]) -> Kind:
    return Kind(frozenset({"context"}), entries=tuple(entries.items()))


def nullable(kind: Kind) -> Kind:
    return kind if kind.unknown else replace(kind, names=kind.names | _NULL)


def without_null(kind: Kind) -> Kind:
    return kind if kind.unknown or kind.only_null else replace(kind, names=kind.solid)


def join(one: Kind, other: Kind) -> Kind:
    """What can be the one or the other."""
    if one == other:
        return one
    if one.unknown or other.unknown:
        return ANY
    if other.only_null or one.only_null:
        return nullable(one if other.only_null else other)
    return Kind(
        one.names | other.names,
        _texts(one, other),
        _entries(one, other),
        _either(one.item, other.item) if one.item and other.item else None,
    )


def join_all(kinds: Iterable[Kind]) -> Kind:
    found: Kind | None = None
    for kind in kinds:
        found = kind if found is None else join(found, kind)
    return ANY if found is None else found


def _texts(one: Kind, other: Kind) -> frozenset[str] | None:
    sides = [each for each in (one, other) if "string" in each.names]
    if not sides or any(each.texts is None for each in sides):
        return None
    found = frozenset[str]().union(*(each.texts or frozenset() for each in sides))
    return found if len(found) <= MOST_TEXTS else None


def _entries(one: Kind, other: Kind) -> tuple[tuple[str, Kind], ...] | None:
    sides = [each for each in (one, other) if "context" in each.names]
    if not sides or any(each.entries is None for each in sides):
        return None
    if len(sides) == 1:
        return sides[0].entries
    first, second = dict(one.entries or ()), dict(other.entries or ())
    return tuple(
        (name, _either(first.get(name, NULL), second.get(name, NULL)))
        for name in dict.fromkeys((*first, *second))
    )


def _either(one: Kind, other: Kind) -> Kind:
    """As `join`, one level less: parts of parts are not told apart, so that it comes to an end."""
    if one == other:
        return one
    if one.unknown or other.unknown:
        return ANY
    return Kind(one.names | other.names, _texts(one, other))
