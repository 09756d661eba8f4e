"""The variables that can be read at one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from service.lint.kinds import ANY, NULL, Kind, join, nullable


@dataclass(frozen=True, slots=True)
class Scope:
    """`names` may have been written on a path that leads here; what is absent has not been, unless
    the scope is `open`: then others may give it variables that nobody here knows of.

    `beside` are written by work that may run at the same time, `later` only further on.
    """

    names: Mapping[str, Kind] = field(default_factory=dict)
    open: bool = False
    beside: Mapping[str, Kind] = field(default_factory=dict)
    later: frozenset[str] = frozenset()

    def find(self, name: str) -> Kind | None:
        found = self.names.get(name)
        if found is None and name in self.beside:
            found = nullable(self.beside[name])
        elif found is not None and name in self.beside:
            found = join(found, self.beside[name])
        return ANY if found is None and self.open else found

    def put(self, names: Mapping[str, Kind]) -> Scope:
        return replace(self, names={**self.names, **names}) if names else self

    def without(self, names: frozenset[str], before: Scope) -> Scope:
        """What was local is gone; what it hid is there again."""
        kept = {name: kind for name, kind in self.names.items() if name not in names}
        hidden = {name: before.names[name] for name in names if name in before.names}
        return replace(self, names={**kept, **hidden})

    @property
    def known(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.names, *self.beside)))


def either(one: Scope | None, other: Scope) -> Scope:
    """On the one path or the other: what was written on one of them only may be null."""
    if one is None or one == other:
        return other
    names = {
        name: join(one.names.get(name, NULL), other.names.get(name, NULL))
        for name in dict.fromkeys((*one.names, *other.names))
    }
    return Scope(names, one.open or other.open)


def both(one: Scope | None, other: Scope) -> Scope:
    """After both: what was written on one of them is there."""
    if one is None or one == other:
        return other
    names = dict(one.names)
    for name, kind in other.names.items():
        names[name] = join(names[name], kind) if name in names else kind
    return Scope(names, one.open or other.open)
