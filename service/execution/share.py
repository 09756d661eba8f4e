"""Commands on one case that arrive together share one engine step and one write.

A case with many jobs at once, a multi-instance activity over a long list, has many workers waiting
for each other. The one whose turn it is carries out what the others want too: the state is read,
advanced and written once, in one transaction, with a row of the history for each. Whatever cannot
be done together is done one by one, as if nothing had been shared.

Other processes are likely to want the same case too. PostgreSQL keeps them out from the start,
which costs no other case anything; on SQLite it would hold up every writer, so there they are kept
out only when they were first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from service.db import Connection
from service.engine import EngineError
from service.errors import NotFound, OutcomeUnknown, RedressError, StateConflict
from service.execution.plan import Case, Decide, Plan
from service.execution.runtime import Runtime
from service.execution.unit import Apart, Ask, Outcome, Target, Targets, Unit

T = TypeVar("T")
CarryOut = Callable[[Runtime, Unit[Any], datetime], Any]
"""Carries out a unit of work by itself."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """The command of one thread, and what became of it: another thread may have carried it out."""

    unit: Unit[Any]
    now: datetime
    answer: Any = None
    error: BaseException | None = None
    done: bool = False

    def end(self, answer: Any = None, error: BaseException | None = None) -> None:
        self.answer, self.error, self.done = answer, error, True


def share(runtime: Runtime, unit: Unit[T], now: datetime, *, carry_out: CarryOut) -> T:
    """Carry out a command on one case, together with others that wait for the case now."""
    if unit.root_key is None:
        raise ValueError("expected a unit of work on one case to share its step")
    mine = _Waiting(unit, now)
    with runtime.queue.share(unit.root_key, mine) as group:
        _carry_out(runtime, group, carry_out)
    if mine.error is not None:
        raise mine.error
    if not mine.done:
        raise OutcomeUnknown
    answer: T = mine.answer
    return answer


def _carry_out(runtime: Runtime, group: Sequence[_Waiting], carry_out: CarryOut) -> None:
    """Give each its answer. One that fails does not touch the others."""
    if len(group) > 1:
        try:
            _together(runtime, group, carry_out)
        except (Apart, EngineError, StateConflict):
            pass  # nothing was written
        except (RedressError, sa.exc.DBAPIError) as error:
            for each in group:
                each.end(error=error)
    for each in group:
        if not each.done:
            try:
                each.end(carry_out(runtime, each.unit, each.now))
            except Exception as error:  # it is raised where the command was asked for
                each.end(error=error)


def _together(runtime: Runtime, group: Sequence[_Waiting], carry_out: CarryOut) -> None:
    refused: dict[int, Exception] = {}
    unit = _merged(runtime, group, refused)
    outcome: Outcome = carry_out(runtime, unit, max(each.now for each in group))
    for place, each in enumerate(group):
        each.end(outcome if place not in refused else None, refused.get(place))


def _merged(
    runtime: Runtime, group: Sequence[_Waiting], refused: dict[int, Exception]
) -> Unit[Outcome]:
    first = group[0].unit

    def find(connection: Connection) -> Targets:
        asks = [
            ask
            for each in group
            for target in each.unit.find(connection).cases
            for ask in target.asks
        ]
        refused.clear()
        told = [Ask(_told(ask.decide, place, refused), ask.actor) for place, ask in enumerate(asks)]
        return Targets((Target(first.root_key or 0, tuple(told)),))

    return Unit(
        first.actor,
        find,
        lambda connection, outcomes: outcomes[0],
        root_key=first.root_key,
        lock=first.lock,
        lock_first=runtime.database.dialect == "postgresql",
    )


def _told(decide: Decide, place: int, refused: dict[int, Exception]) -> Decide:
    """The same check, which says when it refuses; what stops all of them is nobody's incident, for
    each is tried by itself then."""

    def decided(case: Case) -> Plan:
        try:
            return replace(decide(case), noted=False)
        except (NotFound, StateConflict) as refusal:
            refused[place] = refusal
            raise

    return decided
