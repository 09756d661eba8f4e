"""What was worked out from content that never changes, kept for the next who asks in this
process."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(slots=True)
class Kept(Generic[Key, Value]):
    """At most `most` values; when there are more it begins anew. A key has to name all that the
    value depends on: a hash of the content, and the language. Never what depends on who asks.

    Two threads that ask for the same at once may both work it out: the values are equal.
    """

    most: int
    _known: dict[Key, Value] = field(default_factory=dict)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made when nobody has asked for it yet. What `make` raises is not
        kept."""
        try:
            return self._known[key]
        except KeyError:
            pass
        value = make()
        if len(self._known) >= self.most:
            self._known.clear()
        self._known[key] = value
        return value

    def __len__(self) -> int:
        return len(self._known)
