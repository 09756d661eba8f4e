"""What a command wants, once it was checked against what was read; and its row of the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.audit import Entry, Event
from service.db import Connection
from service.engine.commands import Command
from service.execution.write import Write
from service.identity import Actor


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command wants, once it was checked against what was read. `along` writes more in the
    same transaction. With `noted` a step that cannot be made becomes an incident; without, whoever
    asked is told, and nobody else. With `parked` the command stands whatever fails of what follows
    from it: a worker's job is not done twice. `person` is who asked, with their roles, where the
    step may come to something that wants them."""

    command: Command
    event: Event
    details: Mapping[str, Any]
    subject_key: int | None = None
    answer: Mapping[str, Any] | None = None
    along: Callable[[Connection], None] | None = None
    noted: bool = True
    parked: bool = False
    person: Actor | None = None


def entry_of(write: Write, plan: Plan, *, actor: str) -> Entry:
    """The history row of a command: what has moved in the write so far is what the command
    moved."""
    entry = Entry(plan.event, actor, {**plan.details, "moved": write.moved}, plan.subject_key)
    write.moved = {}
    return entry
