"""The case as services and functions see it during one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.builtins.effects import DeadlinesEffect, Effect
from service.builtins.reviewed import Reviewed
from service.cases import Complaint, Emergency, legal_facts
from service.db import Connection
from service.errors import InvalidInput
from service.letters import UNSIGNED, Bank
from service.policy import (
    Deadline,
    Extension,
    Profile,
    alike,
    extended,
    holds,
    nearest_of,
    of_clock,
)


@dataclass(slots=True)
class CaseView:
    """The case as services and functions see it during one step; clocks set earlier in the step are
    seen later.

    Its clocks are read when somebody first asks for one: most steps never do. `connection` is there
    for what a service or function wants to know beside, while the step is made; without a database,
    `similar` are the other complaints of the customer. `profile` leads the case, with the
    other regimes of the case beside it; `enabled` are those that the bank may choose for it.
    """

    complaint: Complaint | None
    profile: Profile
    now: datetime
    read_deadlines: Callable[[], Iterable[Deadline]] = tuple
    emergency: Emergency | None = None
    connection: Connection | None = None
    similar: Sequence[str] = ()
    review: Reviewed | None = None
    bank: Bank = UNSIGNED
    effects: list[Effect] = field(default_factory=list)
    enabled: tuple[Profile, ...] = ()
    _clocks: dict[str, Deadline] | None = None
    _stored: dict[str, Deadline] = field(default_factory=dict)

    @property
    def deadlines(self) -> dict[str, Deadline]:
        """The clocks as the step has set them so far."""
        if self._clocks is None:
            self._stored = {entry.clock: entry for entry in self.read_deadlines()}
            self._clocks = dict(self._stored)
        return self._clocks

    @property
    def stored(self) -> dict[str, Deadline]:
        """The clocks as they were before the step."""
        return self._stored if self.deadlines else {}

    def set_clocks(self, clocks: Iterable[Deadline], what: str) -> None:
        """Set clocks, those that changed; one that has been met stays, unless it starts anew."""
        fresh = {}
        for entry in clocks:
            known = self.deadlines.get(entry.clock)
            if known != entry and (
                known is None or known.met_at is None or entry.started_at >= known.met_at
            ):
                fresh[entry.clock] = entry
        if fresh:
            self.deadlines.update(fresh)
            self.effects.append(DeadlinesEffect(tuple(fresh.values()), what))

    def nearest(self, clock: str) -> Deadline | None:
        """The clock of that name that runs out first, whatever regime of the case it belongs to."""
        return nearest_of(self.deadlines, clock)

    def extensions(self, clock: str) -> list[tuple[Deadline, Extension]]:
        """What the law of each regime allows now, where it gives the clock a later date; the
        leading regime's first."""
        return [
            (entry, extension)
            for entry in alike(self.deadlines, clock)
            for extension in of_clock(self.profile, entry.clock).extensions
            if extension.clock == clock and self._is_allowed(entry, extension)
        ]

    def next_extension(self, clock: str) -> Extension | None:
        """The first extension of the law that gives the clock a later date, and that was not used
        yet."""
        found = self.extensions(clock)
        return found[0][1] if found else None

    def _is_allowed(self, entry: Deadline, extension: Extension) -> bool:
        if entry.met_at is not None or str(extension.limit) == entry.limit:
            return False
        if not is_open(extension, self.complaint, self.deadlines):
            return False
        try:
            extended(of_clock(self.profile, entry.clock), entry, extension)
        except InvalidInput:
            return False
        return True


def is_open(
    extension: Extension, complaint: Complaint | None, clocks: Mapping[str, Deadline]
) -> bool:
    """Whether the conditions of the law for an extension are met in the case."""
    facts = {} if complaint is None else legal_facts(complaint)
    if not holds(extension.document, facts):
        return False
    if not extension.requires:
        return True
    wanted = alike(clocks, extension.requires)
    return bool(wanted) and all(entry.met_at is not None for entry in wanted)
