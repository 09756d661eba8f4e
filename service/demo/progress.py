"""How far the demo's bank is made: a counter that says how many stories there are, and one for each
that is told to where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from service.db import Connection, list_counters, take, was_taken

WANTED = "demo-bank"
"""The counter of how many stories the bank of this database is to have."""
TOLD = "demo-story:"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` stories are told."""

    done: int
    total: int

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


def begin(connection: Connection, total: int) -> None:
    """Promise this database a bank of so many stories. Once."""
    if not was_taken(connection, WANTED):
        take(connection, WANTED, total)


def has_begun(connection: Connection) -> bool:
    """Whether this database was promised a bank."""
    return was_taken(connection, WANTED)


def find_progress(connection: Connection) -> Progress | None:
    """How far it is; None for a database that was promised none."""
    known = list_counters(connection, "demo-")
    if WANTED not in known:
        return None
    return Progress(sum(name.startswith(TOLD) for name in known), known[WANTED])


def note_told(connection: Connection, story: str) -> None:
    """The story is told to where it stands."""
    take(connection, TOLD + story)


def list_told(connection: Connection) -> frozenset[str]:
    """The ids of the stories that are told."""
    return frozenset(name.removeprefix(TOLD) for name in list_counters(connection, TOLD))
