"""The case as services and functions see it during one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.builtins.effects import DeadlinesEffect, Effect
from service.builtins.reviewed import Reviewed
from service.cases import Complaint, Emergency
from service.db import Connection
from service.errors import InvalidInput
from service.letters import UNSIGNED, Bank
from service.policy import Deadline, Extension, Profile, extended


@dataclass(slots=True)
class CaseView:
    """The case as services and functions see it during one step; clocks set earlier in the step are
    seen later.

    Its clocks are read when somebody first asks for one: most steps never do. `connection` is there
    for what a service or function wants to know beside, while the step is made; without a database,
    `similar` are the other complaints of the customer.
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

    def next_extension(self, clock: str) -> Extension | None:
        """The first extension of the law that gives the clock a later date, and that was not used
        yet."""
        entry = self.deadlines.get(clock)
        if entry is None or entry.met_at is not None:
            return None
        for extension in self.profile.extensions:
            if extension.clock == clock and str(extension.limit) != entry.limit:
                try:
                    extended(self.profile, entry, extension)
                except InvalidInput:
                    continue
                return extension
        return None
